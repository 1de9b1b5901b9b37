# Sources of libcore/image, each line: libcore_libcgcore_la_SOURCES += %D%/NOUN.c %D%/NOUN.h
