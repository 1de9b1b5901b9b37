# The independent decoder, and the description of the format that it was written from.
python_tests += %D%/test_decoder.py
rules_tests += %D%/test_format.py
EXTRA_DIST += %D%/compare.py %D%/decode.py %D%/annotate.py %D%/report.py
