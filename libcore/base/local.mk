libcore_libcgcore_la_SOURCES += %D%/varint.c %D%/varint.h
