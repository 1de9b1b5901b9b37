# Sources of libcore/base, used by every layer above.
libcore_libcgcore_la_SOURCES += %D%/alloc.c %D%/alloc.h
libcore_libcgcore_la_SOURCES += %D%/buffer.c %D%/buffer.h
libcore_libcgcore_la_SOURCES += %D%/status.c %D%/status.h
libcore_libcgcore_la_SOURCES += %D%/varint.c %D%/varint.h
libcore_libcgcore_la_SOURCES += %D%/ticks.c %D%/ticks.h
libcore_libcgcore_la_SOURCES += %D%/costs.h
libcore_libcgcore_la_SOURCES += %D%/error.c %D%/error.h
libcore_libcgcore_la_SOURCES += %D%/arena.c %D%/arena.h
libcore_libcgcore_la_SOURCES += %D%/sha256.c %D%/sha256.h
libcore_libcgcore_la_SOURCES += %D%/utf8.c %D%/utf8.h
