# The checks in real viewers are run by hand or by ./dev test, not by `make check`: they need
# what install.sh fetches. README.md tells more.
EXTRA_DIST += \
	%D%/README.md %D%/install.sh %D%/run %D%/selftest \
	%D%/checks.py %D%/check_callgrind.py %D%/check_pstats.py %D%/check_speedscope.py \
	%D%/report.py %D%/sample.py %D%/tap.py %D%/tools.py \
	%D%/kcachegrind_open.py %D%/kcachegrind_read.py \
	%D%/browser.mjs %D%/snakeviz_page.mjs %D%/tuna_page.mjs %D%/speedscope_page.mjs \
	%D%/speedscope_schema.mjs %D%/package.json %D%/package-lock.json %D%/requirements.txt \
	%D%/programs/rich.py %D%/programs/deep.py \
	%D%/programs/alpha/__init__.py %D%/programs/beta/__init__.py
