# The collector's rules as tables of events. README.md describes their language; a new case
# is a paragraph in one of the tables, a new table one line here.
events_tables = %D%/await.events %D%/before.events %D%/calls.events %D%/cpu.events \
	%D%/fold.events %D%/idle.events %D%/names.events %D%/open.events \
	%D%/place.events %D%/seed.events %D%/stack.events %D%/tasks.events \
	%D%/threads.events %D%/throw.events
events_helpers = %D%/expect.c %D%/expect.h %D%/image_walk.c %D%/image_walk.h \
	%D%/invariants.c %D%/invariants.h %D%/report.c %D%/report.h %D%/script.c \
	%D%/script.h %D%/snapshot.c %D%/snapshot.h %D%/world.c %D%/world.h
EXTRA_DIST += $(events_tables) %D%/README.md

check_PROGRAMS += %D%/test_events
%C%_test_events_SOURCES = %D%/test_events.c $(events_helpers)
