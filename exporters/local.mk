# The exporters: what they share and all formats are one library; a program is main.c told
# which format it is. A new format is its file below and three lines like the others'.
noinst_LTLIBRARIES += %D%/libcgexport.la
%C%_libcgexport_la_SOURCES = %D%/exporter.h %D%/export.c \
	%D%/behind.c %D%/behind.h %D%/callgraph.c %D%/callgraph.h \
	%D%/fold.c %D%/fold.h %D%/halves.c %D%/halves.h %D%/hash.h %D%/json.c %D%/json.h \
	%D%/marks.c %D%/marks.h %D%/marshal.c %D%/marshal.h %D%/memory.c %D%/memory.h \
	%D%/message.c %D%/message.h %D%/metric.h %D%/options.c %D%/options.h \
	%D%/output.c %D%/output.h %D%/placed.c %D%/placed.h %D%/rows.c %D%/rows.h \
	%D%/shares.c %D%/shares.h %D%/sums.c %D%/sums.h \
	%D%/stream.c %D%/stream.h %D%/intern.c %D%/intern.h %D%/text.c %D%/text.h \
	%D%/titles.c %D%/titles.h %D%/progress.c %D%/progress.h
%C%_libcgexport_la_SOURCES += %D%/callgrind.c %D%/pstats.c %D%/speedscope.c
%C%_libcgexport_la_LIBADD = libcore/libcgcore.la $(ZLIB_LIBS)

bin_PROGRAMS += corograph-callgrind
corograph_callgrind_SOURCES = %D%/main.c
corograph_callgrind_CPPFLAGS = $(AM_CPPFLAGS) -DCG_EXPORTER=cg_exporter_callgrind
corograph_callgrind_LDADD = %D%/libcgexport.la

bin_PROGRAMS += corograph-pstats
corograph_pstats_SOURCES = %D%/main.c
corograph_pstats_CPPFLAGS = $(AM_CPPFLAGS) -DCG_EXPORTER=cg_exporter_pstats
corograph_pstats_LDADD = %D%/libcgexport.la

bin_PROGRAMS += corograph-speedscope
corograph_speedscope_SOURCES = %D%/main.c
corograph_speedscope_CPPFLAGS = $(AM_CPPFLAGS) -DCG_EXPORTER=cg_exporter_speedscope
corograph_speedscope_LDADD = %D%/libcgexport.la
