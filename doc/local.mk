dist_man1_MANS = %D%/man/corograph.1 %D%/man/corograph-record.1 \
	%D%/man/corograph-report.1 %D%/man/corograph-info.1 \
	%D%/man/corograph-verify.1 %D%/man/corograph-dump.1 \
	%D%/man/corograph-pack.1
EXTRA_DIST += %D%/report.schema.json %D%/semantics.md
# the exporters
dist_man1_MANS += %D%/man/corograph-export.1 %D%/man/corograph-callgrind.1 \
	%D%/man/corograph-pstats.1 %D%/man/corograph-speedscope.1
EXTRA_DIST += %D%/exporting.md
EXTRA_DIST += %D%/trace-format.md
