dist_man1_MANS = %D%/corograph.1
