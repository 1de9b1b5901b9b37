#!/bin/bash
# Installs the viewers that tests/viewers/run opens exports with, on Debian 12 or a like system.
#
#   install.sh [--strict]
#
# Works by components. What is there already is left alone; what cannot be had (no root, no
# network) is reported as skipped and the others go on: `run` skips the same checks, saying
# why. With --strict a skipped component makes the exit status 1.
# Debian's packages go to the system (as root or by sudo). All else goes to the cache folder,
# ${COROGRAPH_CACHE:-${XDG_CACHE_HOME:-~/.cache}/corograph}/viewers, and can be removed with it.
# It takes about a minute and 1 GB the first time, a second afterwards.
set -u
cd "$(dirname "$(realpath "$0")")" || exit 2
case "${1-}" in
'') strict=0 ;;
--strict) strict=1 ;;
*) echo "usage: $0 [--strict]" >&2; exit 2 ;;
esac
cache=${COROGRAPH_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/corograph}/viewers
log=$cache/install.log
skipped=0
apt_updated=
export DEBIAN_FRONTEND=noninteractive
unset PYTHONHOME PYTHONPATH
mkdir -p "$cache" || exit 2

as_root() {
	if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

# Packages of Debian, which stay on the system.
apt_install() {
	[ -n "$apt_updated" ] || as_root apt-get update -qq || return
	apt_updated=yes
	as_root env DEBIAN_FRONTEND=noninteractive \
		apt-get install -y -qq --no-install-recommends "$@"
}

has_packages() { dpkg -s "$@" >/dev/null 2>&1; }
has_command() { command -v "$1" >/dev/null; }

# --- components: has_NAME tells whether it is there, get_NAME fetches it

has_annotate() { has_command callgrind_annotate; }
get_annotate() { apt_install valgrind; }

# xvfb: a display nobody sees. at-spi2, pyatspi: its tables as text. graphviz: its call graphs.
kcachegrind_packages="kcachegrind graphviz xvfb dbus-daemon dbus-bin fonts-dejavu-core
	at-spi2-core python3-pyatspi gir1.2-atspi-2.0"
has_kcachegrind() { has_packages $kcachegrind_packages; }
get_kcachegrind() { apt_install $kcachegrind_packages; }

has_chromium() { has_command chromium; }
get_chromium() { apt_install chromium; }

# speedscope and what drives the browser. The lock file names no registry: npm's own is asked.
has_node_packages() { cmp -s package-lock.json "$cache/node/installed.json"; }
get_node_packages() {
	has_command npm || apt_install nodejs npm || return
	rm -rf "$cache/node"
	mkdir -p "$cache/node" &&
		cp package.json package-lock.json "$cache/node/" &&
		timeout 300 npm ci --prefix "$cache/node" --no-audit --no-fund --ignore-scripts &&
		cp package-lock.json "$cache/node/installed.json"
}

# snakeviz, tuna, gprof2dot, pyprof2calltree
has_python_packages() { cmp -s requirements.txt "$cache/venv/installed.txt"; }
get_python_packages() {
	local python=/usr/bin/python3
	"$python" -c 'import ensurepip' || apt_install python3-venv || python=python3
	"$python" -m venv --clear "$cache/venv" &&
		timeout 300 "$cache/venv/bin/pip" install -q --disable-pip-version-check \
			-r requirements.txt &&
		cp requirements.txt "$cache/venv/installed.txt"
}

# The first error in the log, else its last line.
what_failed() {
	grep -m 1 -iE '\berror\b|^E:|cannot|password' "$log" || tail -n 1 "$log"
}

component() {
	local name=$1
	if "has_$name"; then
		printf '%-16s there already\n' "$name"
	elif "get_$name" >"$log" 2>&1 </dev/null && "has_$name"; then
		printf '%-16s installed\n' "$name"
	else
		printf '%-16s SKIPPED: %s\n' "$name" "$(what_failed)"
		skipped=1
	fi
}

for name in annotate kcachegrind chromium node_packages python_packages; do
	component "$name"
done
[ $strict = 0 ] || exit $skipped
