bin_PROGRAMS += corograph
corograph_SOURCES = %D%/main.c
corograph_LDADD = libcore/libcgcore.la
