# The command line: one file per subcommand, cmd_NAME.c, beside what they share.
bin_PROGRAMS += corograph
corograph_SOURCES = %D%/main.c %D%/command.h \
	%D%/message.c %D%/message.h %D%/options.c %D%/options.h \
	%D%/suggest.c %D%/suggest.h
corograph_SOURCES += %D%/cmd_record.c
corograph_LDADD = libcore/libcgcore.la
