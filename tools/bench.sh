# What recording costs: ./dev bench. Sourced by ./dev.
# shellcheck shell=bash

# bench_collector BUILD-FOLDER: instructions of one operation of the collector alone, which
# no other program on the machine can disturb. Two of the benchmark's runs, so twice N.
bench_collector() {
	local n=20000 bench total
	need valgrind >&2 || true
	command -v valgrind >/dev/null || { say "bench: no valgrind, no instructions counted" && return; }
	make -s -C "$1" tests/bench/bench_collector >/dev/null || return
	echo "## Instructions of the collector alone"
	echo
	echo "| operation | instructions |"
	echo "| --- | ---: |"
	for bench in calls two_callees c_calls generator_steps coroutine_calls chain_steps tasks; do
		total=$(valgrind --tool=callgrind --callgrind-out-file=/dev/null \
			--toggle-collect="$bench" "$1/tests/bench/bench_collector" $n 2>&1 |
			sed -n 's/.*Collected : //p')
		echo "| ${bench//_/ } | $((total / (2 * n))) |"
	done
}

# bench_python NAME COMMAND...: run the benchmark, keep its table and its figures.
bench_python() {
	local name=$1
	shift
	"$@" --json "$BUILD/bench/$name.json" "${BENCH_ARGS[@]}" | tee "$BUILD/bench/$name.md"
}

# bench_large: what large traces cost, beside other profilers' files.
bench_large() {
	local folder
	folder=$BUILD/$(sed -n '1s/ .*//p' <<<"$PYTHONS")
	make -s -C "$folder" tests/bench/bench_large >/dev/null || die "bench_large cannot be built"
	"$ROOT/tests/bench/large.py" "$folder" "${BENCH_ARGS[@]}" | tee "$BUILD/bench/large.md"
}

# bench_growth COMMAND...: cost that does not grow, on the Python of BENCH_ARGS.
bench_growth() {
	[ -e "$BUILD/bench/growth.md" ] || printf '## Cost that does not grow\n\n' >"$BUILD/bench/growth.md"
	"$@" tests/bench/growth.py "${BENCH_ARGS[@]}" | tee -a "$BUILD/bench/growth.md"
}

bench_sid() {
	local version exe why
	why=$(sid_obstacle)
	[ -z "$why" ] || { say "bench: no newer Pythons: $why" && return; }
	why=$(free_obstacle)
	[ -z "$why" ] || say "bench: no free-threaded Python: $why"
	while read -r version exe; do
		{
			sid_build "$version" "$exe" &&
				sid_run make -s -C "build/sid-$version" install DESTDIR="$BUILD/bench/stage-$version"
		} >"$(log_file "bench-$version")" 2>&1 </dev/null || die "see $(log_file "bench-$version")"
		BENCH_ARGS=("$BUILD/bench/stage-$version/usr/local" "$exe")
		case $version in
		*t) ;;
		*) bench_python "$version" sid_run "$exe" tests/bench/run </dev/null ;;
		esac
		case $version in
		3.14 | *t) bench_growth sid_run "$exe" </dev/null ;;
		esac
	done < <(sid_pythons)
}

# ./dev bench [quick|large]: quick is the first Python alone, large the large traces alone;
# both leave doc/ as it is.
dev_bench() {
	local python
	. "$ROOT/tools/pythons.sh"
	dev_build
	rm -rf "$BUILD/bench"
	mkdir -p "$BUILD/bench"
	python=$(sed -n '1s/^[^ ]* //p' <<<"$PYTHONS")
	[ ! -e /usr/bin/python3.11 ] || python=/usr/bin/python3.11
	BENCH_ARGS=("$BUILD/install" "$python")
	if [ "${1:-}" = quick ]; then
		bench_python quick "$ROOT/tests/bench/run" --rounds 2
		BENCH_ARGS+=(--rounds 1)
		bench_growth "$python"
		return
	fi
	if [ "${1:-}" = large ]; then
		bench_large
		return
	fi
	bench_python 3.11 "$ROOT/tests/bench/run"
	bench_large
	bench_sid
	bench_collector "$BUILD/$(sed -n '1s/ .*//p' <<<"$PYTHONS")" | tee "$BUILD/bench/instructions.md"
	bench_page
}

bench_page() {
	cat "$ROOT/tests/bench/page.md" "$BUILD"/bench/3.*.md "$BUILD/bench/growth.md" "$BUILD/bench/large.md" \
		"$BUILD/bench/instructions.md" \
		>"$ROOT/doc/performance.md"
	python3 "$ROOT/tests/bench/plot.py" "$(find "$BUILD/bench" -name '3.*.json' | sort -V |
		sed -n '/3\.14/p;$p' | head -n 1)" >"$ROOT/doc/performance.svg"
	say "written: doc/performance.md and doc/performance.svg"
}
