# `make check` builds them, so that they keep up with what they measure, and runs none.
EXTRA_PROGRAMS += %D%/bench_collector %D%/bench_large
check_DATA += %D%/bench_collector$(EXEEXT) %D%/bench_large$(EXEEXT)
CLEANFILES += %D%/bench_collector$(EXEEXT) %D%/bench_large$(EXEEXT)
%C%_bench_large_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)
%C%_bench_large_LDADD = exporters/libcgexport.la
EXTRA_DIST += %D%/run %D%/cost.py %D%/floor.c %D%/page.md %D%/plot.py \
	%D%/accuracy.py %D%/machine.py %D%/large.py %D%/growth.py %D%/saving.py
