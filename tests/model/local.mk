# The extension once more, with a clock that the checker moves. It is built for the checks
# alone and never installed.
check_LTLIBRARIES += %D%/_corograph.la
%C%__corograph_la_SOURCES = $(python__corograph_la_SOURCES) %D%/tick.c
%C%__corograph_la_CPPFLAGS = $(python__corograph_la_CPPFLAGS) -DCG_MADE_UP_TICKS
%C%__corograph_la_LIBADD = $(python__corograph_la_LIBADD)
%C%__corograph_la_LDFLAGS = $(AM_LDFLAGS) -module -avoid-version -shared \
	-shrext $(PYTHON_EXT_SUFFIX) -rpath $(pkglibdir) \
	-export-symbols-regex '^(PyInit_|cg_made_up_tick)'
python_tests += %D%/test_model.py
EXTRA_DIST += %D%/README.md %D%/check.py %D%/model.py %D%/programs.py %D%/recorder.py
