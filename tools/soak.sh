# A long run of everything mixed: plain, under sanitizers, under valgrind. Sourced by ./dev.
# shellcheck shell=bash

dev_soak() {
	local seconds=${1:-60} version exe
	prepare
	while read -r version exe; do
		say "Python $version, $seconds s"
		soak_build "$version" "$exe" "" || die "see $(log_file "soak-$version")"
		make -s -C "$BUILD/soak/$version" soak SOAK="$seconds"
		say "Python $version under ASan and UBSan, $seconds s"
		soak_build "$version" "$exe" --enable-sanitizers || die "see $(log_file "soak-$version")"
		make -s -C "$BUILD/soak/$version--enable-sanitizers" soak SOAK="$seconds"
	done <<<"$PYTHONS"
	soak_valgrind "$seconds"
}

soak_build() {
	{
		configure_in "$BUILD/soak/$1$3" "$2" $3 && make -C "$BUILD/soak/$1$3" -j"$JOBS"
	} >"$(log_file "soak-$1")" 2>&1
}

# On Debian's Python, of which valgrind has nothing to say: other builds of it compute with bytes
# of integers that were never set, and then every branch on such a number is told.
soak_valgrind() {
	local exe=/usr/bin/python3 version
	version=$("$exe" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)
	grep -q "^$version " <<<"$PYTHONS" || { say "valgrind: skipped: no $exe of a version that we build for" && return; }
	need valgrind || { say "no valgrind: skipped" && return; }
	say "Python $version under valgrind, $1 s"
	soak_build "$version" "$(sed -n "s/^$version //p" <<<"$PYTHONS")" "" || die "see $(log_file "soak-$version")"
	make -s -C "$BUILD/soak/$version" soak SOAK="$1" PY_LOG_COMPILER="env PYTHONMALLOC=malloc CG_SANITIZED=valgrind valgrind \
		--error-exitcode=9 --num-callers=30 --log-file=$(log_file soak-valgrind) $exe" ||
		die "see $(log_file soak-valgrind)"
}
