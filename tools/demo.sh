# The seed program, recorded on every Python found, reported, exported. Sourced by ./dev.
# shellcheck shell=bash

dev_demo() {
	local version exe out=$BUILD/demo bin=$BUILD/install/bin bad=0
	dev_build
	demo_require "$ROOT/examples/seed.py" "$bin/corograph"
	rm -rf "$out"
	mkdir -p "$out"
	read -r version exe <<<"$PYTHONS"
	demo_run "$bin/corograph" record --python "$exe" -o "$out/seed.coro" "$ROOT/examples/seed.py"
	demo_run "$bin/corograph" report "$out/seed.coro"
	demo_run "$bin/corograph" export callgrind "$out/seed.coro" -o "$out/callgrind.out.seed"
	demo_run "$bin/corograph" export pstats "$out/seed.coro" -o "$out/seed.pstats"
	demo_run "$bin/corograph" export speedscope "$out/seed.coro" -o "$out/seed.speedscope.json"
	echo
	echo "The numbers that the seed program must give, on every Python found:"
	while read -r version exe; do
		demo_check "$version" "$exe" || bad=1
	done <<<"$PYTHONS"
	demo_how_to_open
	return $bad
}

# Say which pieces this tree lacks before doing half of the work.
demo_require() {
	local missing=()
	[ -f "$1" ] || missing+=("examples/seed.py")
	"$2" record --help >/dev/null 2>&1 || missing+=("corograph record")
	"$2" report --help >/dev/null 2>&1 || missing+=("corograph report")
	[ ${#missing[@]} = 0 ] || die "the demo needs what this tree lacks: $(printf '%s; ' "${missing[@]}")"
}

# Shown as one would type it, then run.
demo_run() {
	local shown="$*"
	printf '\n$ %s\n' "${shown//"$ROOT"\//}"
	"$@" </dev/null || die "that failed with exit status $?"
}

demo_check() {
	local trace=$BUILD/demo/seed-$1.coro
	"$BUILD/install/bin/corograph" record -q --python "$2" -o "$trace" "$ROOT/examples/seed.py" \
		</dev/null >/dev/null &&
		"$BUILD/install/bin/corograph" report --format json "$trace" </dev/null |
		"$2" "$ROOT/tools/seed_check.py" "$1"
}

demo_how_to_open() {
	cat <<'END'

Open the exports:
  KCachegrind   kcachegrind build/demo/callgrind.out.seed
                callgrind_annotate --inclusive=yes build/demo/callgrind.out.seed   (in a terminal)
  snakeviz      snakeviz build/demo/seed.pstats
                python3 -m pstats build/demo/seed.pstats                           (in a terminal)
  speedscope    drop build/demo/seed.speedscope.json on speedscope's page, or
                speedscope build/demo/seed.speedscope.json
END
}
