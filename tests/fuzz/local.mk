# The fuzz target and its seeds, built by tests/fuzz/run alone (`./dev fuzz`).
EXTRA_PROGRAMS += %D%/fuzz_trace %D%/make_seeds
%C%_fuzz_trace_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
EXTRA_DIST += %D%/run
