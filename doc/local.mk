dist_man1_MANS = %D%/man/corograph.1 %D%/man/corograph-record.1 \
	%D%/man/corograph-report.1 %D%/man/corograph-info.1 \
	%D%/man/corograph-verify.1 %D%/man/corograph-dump.1
EXTRA_DIST += %D%/report.schema.json
