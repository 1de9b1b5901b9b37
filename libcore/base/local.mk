# Sources of libcore/base, used by every layer above.
libcore_libcgcore_la_SOURCES += %D%/alloc.c %D%/alloc.h
libcore_libcgcore_la_SOURCES += %D%/buffer.c %D%/buffer.h
libcore_libcgcore_la_SOURCES += %D%/status.c %D%/status.h
libcore_libcgcore_la_SOURCES += %D%/varint.c %D%/varint.h
libcore_libcgcore_la_SOURCES += %D%/ticks.c %D%/ticks.h
