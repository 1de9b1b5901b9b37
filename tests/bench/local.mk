# Not run by `make check`: make tests/bench/bench_collector && tests/bench/bench_collector
EXTRA_PROGRAMS += %D%/bench_collector %D%/bench_large
%C%_bench_large_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)
%C%_bench_large_LDADD = exporters/libcgexport.la
CLEANFILES += %D%/bench_collector %D%/bench_large
EXTRA_DIST += %D%/run %D%/cost.py %D%/floor.c %D%/page.md %D%/plot.py \
	%D%/accuracy.py %D%/machine.py %D%/large.py %D%/growth.py %D%/saving.py
