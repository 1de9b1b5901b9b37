# The CPython extension and the package. -shrext gives the extension its interpreter's own
# suffix, so those of several Pythons lie side by side in pkglibdir, where `corograph record`
# looks; the package lies in the interpreter's site folder and knows the way from there.
pkglib_LTLIBRARIES = %D%/_corograph.la
%C%__corograph_la_SOURCES =
%C%__corograph_la_CPPFLAGS = $(AM_CPPFLAGS) $(PYTHON_CPPFLAGS) -DNDEBUG
%C%__corograph_la_LIBADD = libcore/libcgcore.la
%C%__corograph_la_LDFLAGS = $(AM_LDFLAGS) -module -avoid-version -shared \
	-shrext $(PYTHON_EXT_SUFFIX) -export-symbols-regex '^PyInit_'

pkgpython_PYTHON = %D%/corograph/__init__.py %D%/corograph/_api.py \
	%D%/corograph/_command.py %D%/corograph/_extension.py %D%/corograph/_magics.py \
	%D%/corograph/_profile.py %D%/corograph/_recording.py %D%/corograph/_rows.py
pkgpythondatadir = $(pkgpythondir)
dist_pkgpythondata_DATA = %D%/corograph/py.typed
nodist_pkgpython_PYTHON = %D%/corograph/_paths.py
CLEANFILES += $(nodist_pkgpython_PYTHON)

# Relative, so that it holds in a staging folder, in a moved prefix and in a wheel alike.
%D%/corograph/_paths.py: Makefile
	$(AM_V_GEN)$(MKDIR_P) %D%/corograph && $(PYTHON) -c 'import os, sys; \
	  print("# Made by make: the folders of the extension and of the commands, from this one."); \
	  print(f"EXTENSION = {os.path.relpath(sys.argv[1], sys.argv[3])!r}"); \
	  print(f"COMMANDS = {os.path.relpath(sys.argv[2], sys.argv[3])!r}")' \
	  '$(pkglibdir)' '$(bindir)' '$(pkgpythondir)' >$@

# libtool's own description of the module is of no use at run time.
install-exec-hook:
	rm -f '$(DESTDIR)$(pkglibdir)/_corograph.la'
uninstall-hook:
	rm -f '$(DESTDIR)$(pkglibdir)/_corograph$(PYTHON_EXT_SUFFIX)'

# A second Python adds its module and its package, never a second `corograph`: configure it
# in a folder of its own, with the same prefix, then make these.
.PHONY: python-module install-python-module uninstall-python-module
python-module: $(pkglib_LTLIBRARIES) $(nodist_pkgpython_PYTHON)
install-python-module: python-module
	$(MAKE) $(AM_MAKEFLAGS) install-pkglibLTLIBRARIES install-pkgpythonPYTHON \
	  install-nodist_pkgpythonPYTHON install-dist_pkgpythondataDATA
	$(MAKE) $(AM_MAKEFLAGS) install-exec-hook
uninstall-python-module: uninstall-pkgpythonPYTHON uninstall-nodist_pkgpythonPYTHON \
	uninstall-dist_pkgpythondataDATA uninstall-hook

include %D%/ext/local.mk
include %D%/boot/local.mk
