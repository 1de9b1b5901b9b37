# Fuzz targets and their seeds, built by tests/fuzz/run alone (`./dev fuzz`); what a build
# without libFuzzer can do is replay them over the corpus.
EXTRA_PROGRAMS += %D%/fuzz_trace %D%/fuzz_image %D%/make_seeds
%C%_fuzz_trace_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
%C%_fuzz_image_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
EXTRA_DIST += %D%/run

check_PROGRAMS += %D%/replay_trace %D%/replay_image
%C%_replay_trace_SOURCES = %D%/fuzz_trace.c %D%/replay.c
%C%_replay_image_SOURCES = %D%/fuzz_image.c %D%/replay.c
