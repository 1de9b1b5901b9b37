# One program a noun: test_NOUN checks libcore's NOUN.h, prints TAP, has the one source
# test_NOUN.c and links libcore. A new test is one line under its layer.
EXTRA_DIST += %D%/tap.h

# base
check_PROGRAMS += %D%/test_alloc
check_PROGRAMS += %D%/test_buffer
check_PROGRAMS += %D%/test_varint

# image

# collector

# trace

# graph

TESTS += $(check_PROGRAMS)
