bin_PROGRAMS += corograph-callgrind
corograph_callgrind_SOURCES = %D%/callgrind.c
corograph_callgrind_LDADD = libcore/libcgcore.la
