dist_man1_MANS = %D%/man/corograph.1 %D%/man/corograph-record.1
