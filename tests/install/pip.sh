#!/usr/bin/env bash
# usage: pip.sh TREE PYTHON. `pip install TREE` into a bare virtual environment, without any
# index, gives the commands, the man pages and the package. TAP on stdout.
set -u
tree=$1 python=$2
. "$(dirname "$0")/tap.sh"
cd "$TMP" || exit 1

if ! "$python" -m venv venv >venv.log 2>&1; then
	skip_all "$python makes no virtual environment (Debian: python3-venv)"
fi
bin=$TMP/venv/bin
ok "pip installs the tree without an index" \
	"$bin/pip" --no-cache-dir --disable-pip-version-check install -q --no-index "$tree"
ok "the command runs" "$bin/corograph" --version
for tool in "$bin"/corograph-*; do
	ok "${tool##*/} runs" "$tool" --version
done
ok "the package imports" "$bin/python" -I -c '
import corograph, sys
extension = sys.modules["corograph._corograph"].__file__
assert extension.startswith(sys.prefix), extension'
ok "a man page for each command" bash -c 'for p in "$0"/bin/corograph*; do
	ls "$0/share/man/man1/${p##*/}.1" || exit 1; done' "$TMP/venv"
ok "pip knows its name and version" bash -c '"$0" show corograph | grep -x "Version: $1"' \
	"$bin/pip" "$(cat "$tree/VERSION")"
ok "the wheel's metadata is complete" "$bin/python" -I -c '
from importlib.metadata import distribution
d = distribution("corograph")
for field in "Name", "Version", "Summary", "License", "Requires-Python", "Classifier":
    assert d.metadata[field], field
assert d.metadata["Requires-Python"] == ">=3.9"
assert "MIT" in d.metadata["License"]
assert any(f.name == "LICENSE" for f in d.files)
assert not any("not-in-wheel" in str(f) or f.suffix in (".la", ".h") for f in d.files)'
if "$bin/corograph" record --help >/dev/null 2>&1; then
	echo 'print(sum(range(10)))' >program.py
	export VIRTUAL_ENV=$TMP/venv PATH=$bin:$PATH # as its activate script does
	ok "record runs a program" bash -c '[ "$("$0" record -q -o t.coro program.py)" = 45 ]' \
		"$bin/corograph"
	ok "report reads its trace" "$bin/corograph" report t.coro
fi
ok "pip uninstalls it" "$bin/pip" uninstall -q -y corograph
ok "and nothing is left" bash -c '! find "$0" -name "*corograph*" | grep .' "$TMP/venv"
finish
