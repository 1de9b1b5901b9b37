# Counts the TAP in a log: prints PASSED FAILED SKIPPED. Several plans may follow each other.
/^1\.\.0/ { skipped++; plans++; next }
/^1\.\.[0-9]+/ { planned += substr($1, 4); plans++ }
/^ok / && /# [Ss][Kk][Ii][Pp]/ { skipped++; seen++; next }
/^ok / { passed++; seen++ }
/^not ok / { failed++; seen++ }
/^Bail out!/ { failed++ }
END {
	# Tests that were planned and did not run, or a program that failed without saying so.
	if (planned > seen)
		failed += planned - seen
	if ((status != 0 || !plans) && !failed)
		failed = 1
	print passed + 0, failed + 0, skipped + 0
}
