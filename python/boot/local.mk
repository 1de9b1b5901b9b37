# The start-up shim, as a C string that `corograph record` writes out.
EXTRA_DIST += %D%/sitecustomize.py
BUILT_SOURCES += cli/shim.h
CLEANFILES += cli/shim.h
cli/shim.h: %D%/sitecustomize.py
	$(AM_V_GEN)mkdir -p cli && { echo 'static const char cg_boot_shim[] ='; \
	sed -e 's/[\\"]/\\&/g' -e 's/.*/	"&\\n"/' $(srcdir)/%D%/sitecustomize.py; echo '	"";'; } >$@.tmp && mv $@.tmp $@
