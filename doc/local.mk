# The pages of corograph's commands are made of %D%/man/NAME.1.in and of the tables that
# the help comes from, by the program just built; they are in the tarball as well.
made_pages = %D%/man/corograph.1 %D%/man/corograph-record.1 \
	%D%/man/corograph-report.1 %D%/man/corograph-info.1 \
	%D%/man/corograph-verify.1 %D%/man/corograph-dump.1 \
	%D%/man/corograph-pack.1 %D%/man/corograph-export.1
page_sources = %D%/man/corograph.1.in %D%/man/corograph-record.1.in \
	%D%/man/corograph-report.1.in %D%/man/corograph-info.1.in \
	%D%/man/corograph-verify.1.in %D%/man/corograph-dump.1.in \
	%D%/man/corograph-pack.1.in %D%/man/corograph-export.1.in
dist_man1_MANS = $(made_pages)
EXTRA_DIST += $(page_sources) build-aux/page.awk
CLEANFILES += $(made_pages)
$(made_pages): $(page_sources) build-aux/page.awk corograph$(EXEEXT)
	$(AM_V_GEN)$(MKDIR_P) %D%/man && name=`basename $@ .1 | sed 's/^corograph-*//'` && \
	  ./corograph$(EXEEXT) __describe $$name >$@.table && \
	  $(AWK) -v command="$$name" -f $(top_srcdir)/build-aux/page.awk $@.table \
	    $(top_srcdir)/$@.in >$@.tmp && rm -f $@.table && mv $@.tmp $@

EXTRA_DIST += %D%/report.schema.json %D%/semantics.md %D%/api.md
# the exporters
dist_man1_MANS += %D%/man/corograph-callgrind.1 \
	%D%/man/corograph-pstats.1 %D%/man/corograph-speedscope.1
EXTRA_DIST += %D%/exporting.md
EXTRA_DIST += %D%/trace-format.md
EXTRA_DIST += %D%/performance.md %D%/performance.svg
