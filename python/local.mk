# The CPython extension. -shrext gives it the interpreter's own suffix, so
# modules for several Pythons can lie in one directory.
pkgpyexec_LTLIBRARIES = %D%/_corograph.la
pkgpyexec_PYTHON = %D%/corograph/__init__.py
%C%__corograph_la_SOURCES =
%C%__corograph_la_CPPFLAGS = $(AM_CPPFLAGS) $(PYTHON_CPPFLAGS)
%C%__corograph_la_LIBADD = libcore/libcgcore.la
%C%__corograph_la_LDFLAGS = $(AM_LDFLAGS) -module -avoid-version -shared \
	-shrext $(PYTHON_EXT_SUFFIX) -export-symbols-regex '^PyInit_'

install-exec-hook:
	rm -f $(DESTDIR)$(pkgpyexecdir)/_corograph.la
uninstall-hook:
	rm -f $(DESTDIR)$(pkgpyexecdir)/_corograph$(PYTHON_EXT_SUFFIX)

include %D%/ext/local.mk
