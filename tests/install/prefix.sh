#!/usr/bin/env bash
# usage: prefix.sh TREE PYTHON SECOND-PYTHON. `make install` into a prefix for one Python,
# `make install-python-module` for a second: who lies where, who finds whom. TAP on stdout.
set -u
tree=$1 python=$2 second=$3
. "$(dirname "$0")/tap.sh"
cd "$TMP" || exit 1
prefix=$TMP/prefix
suffix() { "$1" -c 'import sysconfig; print(sysconfig.get_config_var("EXT_SUFFIX"))'; }
site() { find "$prefix/lib" -path "*/python$("$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])')*/corograph" -type d; }

mkdir first second
ok "configure" bash -c 'cd first && "$0/configure" -q PYTHON="$1" --prefix="$2"' "$tree" "$python" "$prefix"
ok "make install" make -C first -j2 install
ok "the extension lies in lib/corograph" test -f "$prefix/lib/corograph/_corograph$(suffix "$python")"
ok "no .la file beside it" test ! -e "$prefix/lib/corograph/_corograph.la"
ok "the package imports" env PYTHONPATH="$(dirname "$(site "$python")")" "$python" -c 'import corograph'
ok "the command runs" "$prefix/bin/corograph" --version

cat >exporter.c <<'END'
#include <corograph.h>
#include <stdio.h>
int main(void) { return puts(cg_version()) < 0 || cg_status_text(CG_OK) == NULL; }
END
export PKG_CONFIG_PATH=$prefix/lib/pkgconfig
if command -v pkg-config >/dev/null; then
	ok "anyone's exporter compiles with pkg-config" \
		bash -c '${CC:-cc} -Wall -Werror exporter.c -o exporter $(pkg-config --cflags --libs corograph)'
	ok "and runs with the shared library" env LD_LIBRARY_PATH="$prefix/lib" ./exporter
fi

if [ "$second" != "$python" ]; then
	cp -p "$prefix/bin/corograph" before
	ok "a second Python configures" \
		bash -c 'cd second && "$0/configure" -q PYTHON="$1" --prefix="$2"' "$tree" "$second" "$prefix"
	ok "make install-python-module" make -C second -j2 install-python-module
	ok "both extensions lie side by side" \
		test -f "$prefix/lib/corograph/_corograph$(suffix "$second")" -a \
		-f "$prefix/lib/corograph/_corograph$(suffix "$python")"
	ok "the package imports there too" \
		env PYTHONPATH="$(dirname "$(site "$second")")" "$second" -c 'import corograph'
	ok "no program was built or touched" \
		test ! -e second/corograph -a ! before -nt "$prefix/bin/corograph" -a ! before -ot "$prefix/bin/corograph"
	ok "it uninstalls alone" make -C second uninstall-python-module
	ok "and leaves the first" env PYTHONPATH="$(dirname "$(site "$python")")" "$python" -c 'import corograph'
fi
mv "$prefix" "$TMP/moved"
prefix=$TMP/moved
ok "a moved prefix still works" env PYTHONPATH="$(dirname "$(site "$python")")" "$python" -c 'import corograph'
mv "$TMP/moved" "$TMP/prefix"
prefix=$TMP/prefix
ok "make uninstall" make -C first uninstall
find "$prefix" -name __pycache__ -prune -exec rm -rf {} +
ok "leaves nothing" bash -c '! find "$0" -type f -o -type l | grep .' "$prefix"
finish
