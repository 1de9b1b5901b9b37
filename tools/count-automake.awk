# Sums the summaries of `make check` in a log: prints PASSED FAILED SKIPPED.
/^# PASS: / || /^# XFAIL: / { passed += $3 }
/^# FAIL: / || /^# XPASS: / || /^# ERROR: / { failed += $3 }
/^# SKIP: / { skipped += $3 }
/^# TOTAL: / { suites++ }
END {
	# A build that failed before or after its tests, or ran none, is a failure.
	if ((status != 0 || !suites) && !failed)
		failed = 1
	print passed + 0, failed + 0, skipped + 0
}
