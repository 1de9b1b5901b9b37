# A long run of everything mixed: make soak SOAK=SECONDS, or ./dev soak.
EXTRA_DIST += %D%/mixed.py
SOAK = 60
soak: stage.stamp
	$(AM_TESTS_ENVIRONMENT) $(PY_LOG_COMPILER) $(srcdir)/%D%/mixed.py $(SOAK) $(SEED)
.PHONY: soak
