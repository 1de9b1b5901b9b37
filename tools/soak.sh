# A long run of everything mixed, under sanitizers and valgrind. Sourced by ./dev.
# shellcheck shell=bash

dev_soak() {
	local seconds=${1:-60} version exe
	prepare
	while read -r version exe; do
		say "Python $version under ASan and UBSan, $seconds s"
		soak_build "$version" "$exe" --enable-sanitizers || die "see $(log_file "soak-$version")"
		make -s -C "$BUILD/soak/$version--enable-sanitizers" soak SOAK="$seconds"
	done <<<"$PYTHONS"
	version=$(sed -n '1s/ .*//p' <<<"$PYTHONS") exe=$(sed -n '1s/^[^ ]* //p' <<<"$PYTHONS")
	need valgrind || { say "no valgrind: skipped" && return; }
	say "Python $version under valgrind, $seconds s"
	soak_build "$version" "$exe" "" || die "see $(log_file "soak-$version")"
	soak_valgrind "$BUILD/soak/$version" "$seconds"
}

soak_build() {
	{
		configure_in "$BUILD/soak/$1$3" "$2" $3 && make -C "$BUILD/soak/$1$3" -j"$JOBS"
	} >"$(log_file "soak-$1")" 2>&1
}

# Our files, as a pattern of what valgrind says of a frame.
soak_sources() {
	(cd "$ROOT" && find python/ext libcore -name '*.[ch]' -printf '%f\n') | sort -u | paste -sd "|" - |
		sed 's/\./[.]/g; s/.*/[(](&):[0-9]+[)]/'
}

# What has a frame of ours in it counts; the interpreter's own tricks do not.
soak_valgrind() {
	local log ours
	log=$(log_file soak-valgrind)
	make -s -C "$1" soak SOAK="$2" PY_LOG_COMPILER="env PYTHONMALLOC=malloc valgrind --log-file=$log \
		--suppressions=/usr/lib/valgrind/python3.supp $(sed -n '1s/^[^ ]* //p' <<<"$PYTHONS")"
	# Frames are named by their source: a report in which one of ours stands counts.
	ours=$(sed 's/^==[0-9]*== \{0,1\}//' "$log" | awk -v names="$(soak_sources)" 'BEGIN { RS = "" } $0 ~ names')
	[ -z "$ours" ] || die "valgrind tells of our code, see $log: $ours"
	say "nothing of ours in $log"
}
