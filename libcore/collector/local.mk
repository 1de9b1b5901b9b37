libcore_libcgcore_la_SOURCES += %D%/collector.h %D%/hot.h %D%/map.c %D%/map.h %D%/thread.h
