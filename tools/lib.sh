# Shared by ./dev and its commands: packages, Pythons, builds. Sourced, with ROOT set.
# shellcheck shell=bash
BUILD=$ROOT/build
CACHE=${COROGRAPH_CACHE:-${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/corograph}
JOBS=$(nproc 2>/dev/null || echo 2)
OLDEST=3.9 NEWEST=3.15 # Pythons that are supported
BUILD_PACKAGES="gcc make autoconf automake libtool zlib1g-dev libc6-dev"

say() { printf '%s\n' "$*" >&2; }
die() {
	say "dev: $*"
	exit 1
}

as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	elif command -v sudo >/dev/null; then
		sudo -n "$@"
	else
		say "dev: not root, and there is no sudo: $*"
		return 1
	fi
}

# need PACKAGE...: install those Debian packages that are missing. Elsewhere, trust the user.
need() {
	local missing=() p
	command -v dpkg-query >/dev/null || return 0
	for p in "$@"; do
		[ "$(dpkg-query -W -f '${db:Status-Status}' "$p" 2>/dev/null)" = installed ] ||
			missing+=("$p")
	done
	[ ${#missing[@]} = 0 ] && return 0
	say "dev: installing ${missing[*]}"
	apt_quietly update || say "dev: apt-get update failed; trying the lists there are"
	apt_quietly install -y --no-install-recommends "${missing[@]}"
}

apt_quietly() {
	local log
	log=$(mktemp)
	if as_root env DEBIAN_FRONTEND=noninteractive apt-get \
		-o Acquire::Check-Valid-Until=false "$@" >"$log" 2>&1 </dev/null; then
		rm -f "$log"
		return 0
	fi
	tail -n 20 "$log" >&2
	rm -f "$log"
	return 1
}

# supported X.Y[t]
supported() {
	local minor=${1#3.}
	minor=${minor%t}
	[ "$minor" -ge "${OLDEST#3.}" ] && [ "$minor" -le "${NEWEST#3.}" ]
}

# Lines "X.Y EXECUTABLE" (3.13t for a free-threaded one): the first Python found of each
# supported version that has its headers. python3 in PATH comes first.
pythons() {
	local seen=" " exe version
	while read -r exe; do
		version=$("$exe" -I -c 'import os, sys, sysconfig
if sys.version_info < (3, 9) or sys.implementation.name != "cpython": sys.exit(1)
if not os.path.exists(os.path.join(sysconfig.get_path("include"), "Python.h")): sys.exit(1)
print("%d.%d%s %s" % (*sys.version_info[:2], sys.abiflags.replace("d", ""), sys.executable))
' 2>/dev/null </dev/null) || continue
		case $seen in *" ${version%% *} "*) continue ;; esac
		supported "${version%% *}" || continue
		seen="$seen${version%% *} "
		printf '%s\n' "$version"
	done < <(python_candidates)
}

python_candidates() {
	local dir exe
	command -v python3 || true
	[ -x /usr/bin/python3 ] && echo /usr/bin/python3
	local IFS=:
	for dir in $PATH; do
		for exe in "$dir"/python3.[0-9]*; do
			case ${exe##*/} in *-config | *-dbg) continue ;; esac
			[ -x "$exe" ] && printf '%s\n' "$exe"
		done
	done
	for dir in "${PYENV_ROOT:-}" "$(pyenv root 2>/dev/null || true)" "${HOME:-}/.pyenv"; do
		[ -n "$dir" ] || continue
		for exe in "$dir"/versions/*/bin/python3; do
			[ -x "$exe" ] && printf '%s\n' "$exe"
		done
	done | sort -V
}

# The list of Pythons in PYTHONS, at least one; system packages for the build.
prepare() {
	# shellcheck disable=SC2086
	need $BUILD_PACKAGES
	PYTHONS=$(pythons)
	if [ -z "$PYTHONS" ]; then
		need python3-dev
		PYTHONS=$(pythons)
	fi
	[ -n "$PYTHONS" ] || die "found no Python $OLDEST to $NEWEST with its headers (Debian: python3-dev)"
	made_anew || (cd "$ROOT" && ./autogen.sh >"$(log_file autogen)" 2>&1) ||
		die "autogen.sh failed: see $(log_file autogen)"
}

# Is configure there, and Makefile.in newer than all it is made of?
made_anew() {
	(cd "$ROOT" && [ -x configure ] && [ -f Makefile.in ] && [ -z "$(find . -path ./build -prune -o \
		\( -name '*.mk' -o -name '*.am' -o -name '*.ac' -o -name 'cg_*.m4' -o -name VERSION \) \
		-newer Makefile.in -print -quit)" ])
}

log_file() {
	mkdir -p "$BUILD/logs"
	printf '%s' "$BUILD/logs/$1.log"
}

# configure_in FOLDER PYTHON [OPTION...]: configured there once, and again if these change.
configure_in() {
	local dir=$1 python=$2 wanted
	shift 2
	wanted="$python $*"
	[ "$(cat "$dir/.configured" 2>/dev/null)" = "$wanted" ] &&
		[ "$dir/.configured" -nt "$dir/config.status" ] && return 0
	rm -rf "$dir"
	mkdir -p "$dir"
	(cd "$dir" && "$ROOT/configure" -q PYTHON="$python" "$@") || return 1
	printf '%s\n' "$wanted" >"$dir/.configured"
}

# Everything for the first Python, the module alone for the others, into build/install.
dev_build() {
	local version exe first=1
	prepare
	rm -rf "$BUILD/install"
	while read -r version exe; do
		say "building for Python $version ($exe)"
		{
			configure_in "$BUILD/$version" "$exe" --prefix="$BUILD/install" &&
				build_one "$BUILD/$version" "$first"
		} >"$(log_file "build-$version")" 2>&1 </dev/null || {
			tail -n 30 "$(log_file "build-$version")" >&2
			die "the build for $exe failed: see $(log_file "build-$version")"
		}
		first=0
	done <<<"$PYTHONS"
	say "installed in build/install: run build/install/bin/corograph"
}

build_one() {
	if [ "$2" = 1 ]; then
		make -C "$1" -j"$JOBS" && make -C "$1" install
	else
		make -C "$1" -j"$JOBS" install-python-module
	fi
}

c_sources() {
	(cd "$ROOT" && find libcore python exporters cli tests -name '*.[ch]' | LC_ALL=C sort)
}

clang_format() {
	(cd "$ROOT" && c_sources | xargs clang-format-14 --style=file "$@")
}

# Names of the files that the formatter would change.
unformatted() {
	! clang_format --dry-run 2>&1 | sed -n 's/:[0-9]*:[0-9]*: warning:.*//p' | uniq -c | grep .
}

# TAP: the formatter, and the linters of man pages and shell scripts.
dev_lint() {
	local n=0 bad=0
	lint_case "C sources are formatted (./dev format does it)" clang-format-14 unformatted
	lint_case "man pages" mandoc lint_man
	lint_case "shell scripts" shellcheck lint_shell
	python_tool mypy mypy || true
	PATH=$CACHE/mypy/bin:$PATH lint_case "types of the Python package" mypy lint_types
	echo "1..$n"
	[ $bad = 0 ]
}

lint_case() {
	local name=$1 program=$2 out
	shift 2
	n=$((n + 1))
	command -v "$program" >/dev/null || need "$program" || true
	if ! command -v "$program" >/dev/null; then
		echo "ok $n - $name # SKIP no $program"
	elif out=$("$@" 2>&1); then
		echo "ok $n - $name"
	else
		bad=1
		echo "not ok $n - $name"
		printf '%s\n' "$out" | head -n 40 | sed 's/^/#   /'
	fi
}

# python_tool NAME PACKAGE...: packages from the index, in an environment of their own.
python_tool() {
	local place=$CACHE/$1 python
	shift
	python=$(sed -n '1s/^[^ ]* //p' <<<"${PYTHONS:-}")
	[ ! -e "$place/complete" ] || return 0
	mkdir -p "$CACHE" && rm -rf "$place"
	{ "${python:-python3}" -m venv "$place" && "$place/bin/pip" install -q "$@"; } \
		>"$(log_file "install-$(basename "$place")")" 2>&1 </dev/null || return 1
	touch "$place/complete"
}

# The package as it is installed: with the file that make writes.
lint_types() {
	local scratch status=0
	scratch=$(mktemp -d)
	cp -r "$ROOT/python/corograph" "$scratch/"
	printf 'EXTENSION = ""\nCOMMANDS = ""\n' >"$scratch/corograph/_paths.py"
	mypy --strict --cache-dir "$CACHE/mypy/cache" "$scratch/corograph" || status=1
	rm -rf "$scratch"
	return $status
}

# Our pages carry no date: nobody would keep it.
lint_man() {
	local pages
	mapfile -t pages < <(find "$ROOT/doc" -name '*.[1-8]')
	! mandoc -T lint -W warning "${pages[@]}" 2>&1 | grep -v 'missing date'
}

lint_shell() {
	(cd "$ROOT" && shellcheck -S warning -e SC1090,SC2034 dev tools/*.sh tests/install/*.sh tests/fuzz/run autogen.sh .ci/run \
		cli/completion/corograph)
}

# The tests that each Python brings, or packages do; what is not there is skipped.
dev_suites() {
	local version exe status=0
	dev_build
	while read -r version exe; do
		say "Python $version"
		"$ROOT/tests/suites/run" "$BUILD/install/bin/corograph" "$exe" "$@" </dev/null || status=1
	done <<<"$PYTHONS"
	return $status
}

dev_fuzz() {
	need clang
	prepare
	exec "$ROOT/tests/fuzz/run" "$BUILD" "$(sed -n '1s/^[^ ]* //p' <<<"$PYTHONS")" "$@"
}
