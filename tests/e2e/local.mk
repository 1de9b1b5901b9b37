# End-to-end tests: programs recorded for real. harness.py tells how to write one.
python_tests += %D%/test_manual.py %D%/test_report.py
python_tests += %D%/test_transparent.py %D%/test_ends.py %D%/test_record_usage.py
EXTRA_DIST += %D%/harness.py %D%/schema.py %D%/programs/probe.py
