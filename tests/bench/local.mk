# Not run by `make check`: make tests/bench/bench_collector && tests/bench/bench_collector
EXTRA_PROGRAMS += %D%/bench_collector
CLEANFILES += %D%/bench_collector
EXTRA_DIST += %D%/run %D%/cost.py %D%/floor.c %D%/page.md %D%/plot.py
