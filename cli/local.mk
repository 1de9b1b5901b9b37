# The command line: one file per subcommand, cmd_NAME.c, beside what they share.
bin_PROGRAMS += corograph
corograph_SOURCES = %D%/main.c %D%/command.h \
	%D%/message.c %D%/message.h %D%/options.c %D%/options.h \
	%D%/suggest.c %D%/suggest.h \
	%D%/complete.c %D%/complete.h %D%/describe.c %D%/describe.h
corograph_SOURCES += %D%/cmd_record.c %D%/record_python.c %D%/record_python.h \
	%D%/record_modules.c %D%/record_modules.h %D%/record_command.c %D%/record_command.h \
	%D%/record_boot.c %D%/record_boot.h %D%/record_output.c %D%/record_output.h \
	%D%/record_family.c %D%/record_family.h \
	%D%/record_run.c %D%/record_run.h %D%/words.c %D%/words.h \
	%D%/paths.c %D%/paths.h %D%/human.c %D%/human.h
corograph_SOURCES += %D%/cmd_report.c %D%/report.c %D%/report.h \
	%D%/report_functions.c %D%/report_edges.c %D%/report_tree.c %D%/report_tasks.c \
	%D%/report_threads.c %D%/report_blocking.c \
	%D%/report_filter.c %D%/report_imports.c %D%/report_progress.c \
	%D%/table.c %D%/table.h %D%/cell.c %D%/cell.h
corograph_SOURCES += %D%/cmd_info.c %D%/cmd_verify.c %D%/cmd_dump.c %D%/cmd_pack.c
corograph_SOURCES += %D%/cmd_export.c

# where the shells look for completion
bashcompletiondir = $(datadir)/bash-completion/completions
dist_bashcompletion_DATA = %D%/completion/corograph
zshcompletiondir = $(datadir)/zsh/site-functions
dist_zshcompletion_DATA = %D%/completion/_corograph

corograph_LDADD = libcore/libcgcore.la

# The start-up shim as a C string: python/boot makes it.
nodist_corograph_SOURCES = %D%/shim.h
cli/record_boot.$(OBJEXT): cli/shim.h
