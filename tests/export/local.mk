# The exporters. test_NOUN.c checks a noun of theirs; the tests in Python run whole exports
# of graphs made up in model.py through export_text, which is all formats on text graphs.
export_tests = %D%/test_callgrind.py %D%/test_program.py %D%/test_pstats.py \
	%D%/test_speedscope.py
EXTRA_DIST += $(export_tests) %D%/model.py
TESTS += $(export_tests)
python_tests += %D%/test_recorded.py

EXTRA_PROGRAMS += %D%/export_text
check_DATA += %D%/export_text$(EXEEXT)
CLEANFILES += %D%/export_text$(EXEEXT)
%C%_export_text_SOURCES = %D%/export_text.c %D%/text_graph.c %D%/text_graph.h
%C%_export_text_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)
%C%_export_text_LDADD = exporters/libcgexport.la

check_PROGRAMS += %D%/test_placed
%C%_test_placed_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)
%C%_test_placed_LDADD = exporters/libcgexport.la
check_PROGRAMS += %D%/test_callgraph
%C%_test_callgraph_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)
%C%_test_callgraph_LDADD = exporters/libcgexport.la
%C%_test_callgraph_LDFLAGS = -Wl,--wrap=pthread_create
check_PROGRAMS += %D%/test_stream
%C%_test_stream_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)
%C%_test_stream_LDADD = exporters/libcgexport.la
%C%_test_stream_LDFLAGS = -Wl,--wrap=pthread_create
check_PROGRAMS += %D%/test_intern
%C%_test_intern_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)
%C%_test_intern_LDADD = exporters/libcgexport.la
check_PROGRAMS += %D%/test_text
%C%_test_text_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)
%C%_test_text_LDADD = exporters/libcgexport.la
