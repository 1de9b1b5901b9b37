# Sources of libcore/graph, each line: libcore_libcgcore_la_SOURCES += %D%/NOUN.c %D%/NOUN.h
