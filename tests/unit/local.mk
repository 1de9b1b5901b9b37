# One program a noun: test_NOUN checks libcore's NOUN.h. TAP on stdout.
check_PROGRAMS += %D%/test_varint
%C%_test_varint_SOURCES = %D%/test_varint.c %D%/tap.h
%C%_test_varint_LDADD = libcore/libcgcore.la
TESTS += %D%/test_varint$(EXEEXT)
