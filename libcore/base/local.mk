libcore_libcgcore_la_SOURCES += %D%/varint.c %D%/varint.h
libcore_libcgcore_la_SOURCES += %D%/ticks.c %D%/ticks.h
