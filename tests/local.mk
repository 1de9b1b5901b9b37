# Every test prints TAP. They run what is installed: `make check` first installs into
# stage/ in the build folder, so that tests see the programs, the modules and the package
# where users have them. tests/README.md tells how to add one.
TEST_EXTENSIONS = .py
LOG_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) $(top_srcdir)/build-aux/tap-driver.sh
PY_LOG_DRIVER = $(LOG_DRIVER)
PY_LOG_COMPILER = env $(CG_PY_ENV) $(PYTHON)
stage = $(abs_top_builddir)/stage
AM_TESTS_ENVIRONMENT = \
	CG_BIN='$(stage)$(bindir)' CG_EXT_DIR='$(stage)$(pkglibdir)' \
	CG_PYTHONPATH='$(stage)$(pythondir)' CG_LIB='$(stage)$(libdir)' \
	CG_SRC='$(abs_top_srcdir)' CG_BUILD='$(abs_top_builddir)' \
	CG_VERSION='$(PACKAGE_VERSION)' CG_SANITIZED='$(CG_SANITIZED)' \
	PYTHONDONTWRITEBYTECODE=1; \
	export CG_BIN CG_EXT_DIR CG_PYTHONPATH CG_LIB CG_SRC CG_BUILD CG_VERSION CG_SANITIZED \
	PYTHONDONTWRITEBYTECODE;

check_DATA += stage.stamp
stage.stamp: Makefile $(PROGRAMS) $(LTLIBRARIES) $(SCRIPTS) $(MANS) $(DATA) $(HEADERS) \
		$(pkgpython_PYTHON) $(nodist_pkgpython_PYTHON)
	$(AM_V_GEN)rm -rf '$(stage)' && \
	  $(MAKE) $(AM_MAKEFLAGS) -s install DESTDIR='$(stage)' >stage.log 2>&1 || \
	  { cat stage.log; exit 1; }
	$(AM_V_at)touch $@
CLEANFILES += stage.stamp stage.log
clean-local:
	rm -rf '$(stage)'

# Tests of one Python: for a second one, `make check-python` runs these alone.
python_tests = %D%/test_import.py
# Tests of the tree and of what was built, Python or not.
rules_tests = %D%/rules/test_rules.py
EXTRA_DIST += $(python_tests) $(rules_tests) %D%/install
TESTS += $(python_tests) $(rules_tests)

.PHONY: check-python check-c
check-python: all stage.stamp
	$(MAKE) $(AM_MAKEFLAGS) check-TESTS TESTS='$(python_tests)'
check-c: all $(check_PROGRAMS)
	$(MAKE) $(AM_MAKEFLAGS) check-TESTS TESTS='$(check_PROGRAMS)'

include %D%/fuzz/local.mk
include %D%/corpus/local.mk
include %D%/decoder/local.mk
include %D%/unit/local.mk
include %D%/soak/local.mk
include %D%/e2e/local.mk
include %D%/export/local.mk
include %D%/viewers/local.mk
include %D%/bench/local.mk
include %D%/events/local.mk
include %D%/model/local.mk
