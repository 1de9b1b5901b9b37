# Sources of libcore/image, each line: libcore_libcgcore_la_SOURCES += %D%/NOUN.c %D%/NOUN.h
libcore_libcgcore_la_SOURCES += %D%/image.h %D%/map.c %D%/map.h
libcore_libcgcore_la_SOURCES += %D%/view.c %D%/view.h
