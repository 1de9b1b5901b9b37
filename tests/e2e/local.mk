# End-to-end tests: programs recorded for real. harness.py tells how to write one.
python_tests += %D%/test_manual.py %D%/test_report.py
EXTRA_DIST += %D%/harness.py %D%/schema.py
