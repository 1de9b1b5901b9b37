# One PIC convenience library: the CLI, the exporters and the extension link it whole, so there is no
# rpath and nothing to find at run time. libcorograph is the same code for other people's exporters.
noinst_LTLIBRARIES += %D%/libcgcore.la
%C%_libcgcore_la_SOURCES = %D%/corograph.h %D%/version.c
%C%_libcgcore_la_LIBADD = $(ZLIB_LIBS)

lib_LTLIBRARIES += %D%/libcorograph.la
%C%_libcorograph_la_SOURCES =
%C%_libcorograph_la_LIBADD = %D%/libcgcore.la
%C%_libcorograph_la_LDFLAGS = $(AM_LDFLAGS) -version-info 0:0:0 -export-symbols-regex '^cg_'
include_HEADERS += %D%/corograph.h
pkgconfig_DATA += %D%/corograph.pc

include %D%/base/local.mk
include %D%/image/local.mk
include %D%/collector/local.mk
include %D%/trace/local.mk
include %D%/graph/local.mk
