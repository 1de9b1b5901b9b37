dist_check_SCRIPTS = %D%/test_import.py
TESTS += $(dist_check_SCRIPTS)
TEST_EXTENSIONS = .py
LOG_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) $(top_srcdir)/build-aux/tap-driver.sh
PY_LOG_DRIVER = $(LOG_DRIVER)
PY_LOG_COMPILER = env $(CG_PY_ENV) $(PYTHON)
AM_TESTS_ENVIRONMENT = CG_EXT_DIR=$(abs_top_builddir)/python/.libs CG_BIN=$(abs_top_builddir) CG_VERSION=$(PACKAGE_VERSION); \
	export CG_EXT_DIR CG_BIN CG_VERSION;

include %D%/unit/local.mk
