# Good and bad traces: README.md says what each is.
rules_tests += %D%/test_corpus.py
EXTRA_DIST += %D%/README.md %D%/make.py %D%/good %D%/bad %D%/unsupported
