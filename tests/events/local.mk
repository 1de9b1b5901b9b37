# The collector's rules as tables of events. README.md describes their language; a new case
# is a paragraph in one of the tables, a new table one line here.
events_tables = %D%/await.events %D%/before.events %D%/calls.events %D%/cpu.events \
	%D%/fold.events %D%/greenlets.events %D%/holds.events %D%/idle.events %D%/names.events %D%/open.events \
	%D%/place.events %D%/seed.events %D%/stack.events %D%/steps.events %D%/tasks.events \
	%D%/threads.events %D%/throw.events
events_helpers = %D%/event.c %D%/event.h %D%/image_walk.c %D%/image_walk.h %D%/invariants.c %D%/invariants.h \
	%D%/noise.c %D%/noise.h %D%/report.c %D%/report.h %D%/snapshot.c %D%/snapshot.h \
	%D%/world.c %D%/world.h
EXTRA_DIST += $(events_tables) %D%/README.md

check_PROGRAMS += %D%/test_events %D%/test_noise %D%/test_parallel %D%/test_programs %D%/test_starved
%C%_test_events_SOURCES = %D%/test_events.c %D%/expect.c %D%/expect.h %D%/script.c \
	%D%/script.h $(events_helpers)
%C%_test_noise_SOURCES = %D%/test_noise.c $(events_helpers)
%C%_test_starved_SOURCES = %D%/test_starved.c $(events_helpers)
%C%_test_programs_SOURCES = %D%/test_programs.c %D%/program.c %D%/program.h %D%/program_state.h $(events_helpers)
%C%_test_parallel_SOURCES = %D%/test_parallel.c %D%/program.c %D%/program.h %D%/program_state.h $(events_helpers)
