# One program a noun: test_NOUN checks libcore's NOUN.h, prints TAP, has the one source
# test_NOUN.c and links libcore. A new test is one line under its layer.
EXTRA_DIST += %D%/tap.h %D%/image_maker.h %D%/records_maker.h \
	%D%/made_records.h

# base
check_PROGRAMS += %D%/test_alloc
check_PROGRAMS += %D%/test_buffer
check_PROGRAMS += %D%/test_sha256
check_PROGRAMS += %D%/test_varint
check_PROGRAMS += %D%/test_arena
check_PROGRAMS += %D%/test_error
check_PROGRAMS += %D%/test_utf8

# image
check_PROGRAMS += %D%/test_image_map
check_PROGRAMS += %D%/test_view

# collector
check_PROGRAMS += %D%/test_collector
check_PROGRAMS += %D%/test_frames
check_PROGRAMS += %D%/test_map

# trace
check_PROGRAMS += %D%/test_capture
check_PROGRAMS += %D%/test_writer
check_PROGRAMS += %D%/test_reader
check_PROGRAMS += %D%/test_load
check_PROGRAMS += %D%/test_verify
check_PROGRAMS += %D%/test_finish

# graph
check_PROGRAMS += %D%/test_check
check_PROGRAMS += %D%/test_compensate
check_PROGRAMS += %D%/test_cpu
check_PROGRAMS += %D%/test_edges
check_PROGRAMS += %D%/test_functions
check_PROGRAMS += %D%/test_graph
check_PROGRAMS += %D%/test_holds
check_PROGRAMS += %D%/test_narrow
check_PROGRAMS += %D%/test_json
check_PROGRAMS += %D%/test_metrics
check_PROGRAMS += %D%/test_tasks
check_PROGRAMS += %D%/test_work

# cli: with the files under test, which are in no library
check_PROGRAMS += %D%/test_cell %D%/test_table
%C%_test_cell_SOURCES = %D%/test_cell.c cli/cell.c
%C%_test_table_SOURCES = %D%/test_table.c cli/cell.c cli/table.c

# cli: what needs no library is included as source
check_PROGRAMS += %D%/test_human
check_PROGRAMS += %D%/test_suggest

TESTS += $(check_PROGRAMS)
