# Everything that must pass. Sourced by ./dev.
#
# A step is a command whose output goes to build/logs/test-STEP.log; its results are counted
# from that log: Automake's summaries, or TAP. A step that fails without one failed test counts
# as a failed test itself, so nothing that goes wrong is lost in the sum.
# shellcheck shell=bash
STEPS="lint check pythons sanitizers threads clang distcheck install notebook viewers sid"
STEP_LIMIT=${CG_STEP_LIMIT:-1800}
passed=0 failed=0 skipped=0
FAILED_STEPS=

dev_test() {
	local step
	[ $# -gt 0 ] || eval "set -- $STEPS"
	. "$ROOT/tools/pythons.sh"
	prepare
	# What tests skip without: readers of manual pages and of callgrind files, a bad file system.
	need groff-base mandoc zsh valgrind bindfs || true
	FIRST_VERSION=$(sed -n '1s/ .*//p' <<<"$PYTHONS")
	FIRST_PYTHON=$(sed -n '1s/^[^ ]* //p' <<<"$PYTHONS")
	for step in "$@"; do
		declare -F "test_$step" >/dev/null || die "there is no step '$step'; there are: $STEPS"
	done
	for step in "$@"; do
		"test_$step"
	done
	[ -z "$FAILED_STEPS" ] || printf 'failed:%s\n' "$FAILED_STEPS"
	echo "$passed passed, $failed failed, $skipped skipped"
	[ "$failed" = 0 ]
}

# step NAME automake|tap COMMAND...: run it, count it, tell of it.
step() {
	local name=$1 kind=$2 log start=$SECONDS status=0 p f s
	shift 2
	log=$(log_file "test-$name")
	printf '%s ... ' "$name"
	(
		# A time limit for shell functions too: the step is a process group of its own.
		set -m
		("$@") >"$log" 2>&1 </dev/null &
		child=$!
		(sleep "$STEP_LIMIT" && echo "time limit of $STEP_LIMIT s" >>"$log" && kill -- -$child) \
			>/dev/null 2>&1 </dev/null &
		timer=$!
		trap 'kill -- -$child -$timer 2>/dev/null; exit 130' INT TERM HUP
		wait $child
		status=$?
		kill -- -$timer 2>/dev/null
		exit $status
	) || status=$?
	read -r p f s < <(awk -v status="$status" -f "$ROOT/tools/count-$kind.awk" "$log")
	passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
	printf '%d passed, %d failed, %d skipped (%d s)\n' "$p" "$f" "$s" $((SECONDS - start))
	grep -hE '^(SKIP: |ok .*# SKIP|1\.\.0 # SKIP)' "$log" | cut -c1-200 | sed 's/^/    /' || true
	if [ "$f" != 0 ]; then
		FAILED_STEPS="$FAILED_STEPS $name"
		step_explain "$log"
	fi
}

# What the reader of a build log wants first: the failures, then the end of the log.
step_explain() {
	grep -nE '^(FAIL|ERROR|XPASS): |^not ok|(error|warning): ' "$1" | head -n 40 | sed 's/^/    /' || true
	# What TAP cases that failed said before they did.
	awk '/^#/ { said = said $0 "\n"; next } /^not ok/ { printf "%s%s\n", said, $0 } { said = "" }' "$1" |
		head -n 200 | cut -c1-2000 | sed 's/^/    /'
	echo "    ... the end of ${1#"$ROOT"/}:"
	tail -n 40 "$1" | cut -c1-300 | sed 's/^/    /'
}

skip_step() {
	printf 'SKIP %s: %s\n' "$1" "$2"
	skipped=$((skipped + 1))
}

# configured_make FOLDER PYTHON CONFIGURE-OPTIONS MAKE-WORDS...: a build, then make.
configured_make() {
	local dir=$1 python=$2 options=$3
	shift 3
	# shellcheck disable=SC2086
	configure_in "$dir" "$python" $options && make -C "$dir" -j"$JOBS" &&
		make -C "$dir" -j$((JOBS * 2)) "$@" # tests sleep more than they compute
	local status=$?
	# What failed, in full, since only the log of this step is seen elsewhere.
	[ $status = 0 ] || [ ! -f "$dir/test-suite.log" ] || grep -vE '^# (TOTAL|PASS|SKIP|XFAIL|FAIL|XPASS|ERROR):' "$dir/test-suite.log"
	return $status
}

test_lint() {
	step lint tap dev_lint
}

test_check() {
	step "check-$FIRST_VERSION" automake configured_make "$BUILD/test/$FIRST_VERSION" \
		"$FIRST_PYTHON" --enable-werror check
}

# The C tests ran once; the other Pythons run theirs.
test_pythons() {
	local version exe
	while read -r version exe; do
		[ "$version" = "$FIRST_VERSION" ] ||
			step "python-$version" automake configured_make "$BUILD/test/$version" "$exe" \
				--enable-werror check-python
	done <<<"$PYTHONS"
}

test_sanitizers() {
	step sanitizers automake configured_make "$BUILD/test/sanitizers" "$FIRST_PYTHON" \
		"--enable-werror --enable-sanitizers" check
}

# Data races: the tests in C that have threads.
test_threads() {
	step threads tap threads_run
}

threads_run() {
	local dir=$BUILD/test/threads name
	configure_in "$dir" "$FIRST_PYTHON" --enable-werror --enable-sanitizers=thread || return 1
	for name in tests/events/test_parallel tests/unit/test_frames tests/export/test_callgraph; do
		make -C "$dir" -j"$JOBS" "$name" && (cd "$dir" && "./$name") || return 1
	done
}

# A second compiler's warnings, and the C tests with what it makes.
test_clang() {
	if ! need clang; then
		skip_step clang "clang cannot be installed"
		return
	fi
	step clang automake configured_make "$BUILD/test/clang" "$FIRST_PYTHON" \
		"--enable-werror CC=clang" check-c
}

test_distcheck() {
	step distcheck automake configured_make "$BUILD/test/dist" "$FIRST_PYTHON" "" distcheck
}

# pip and make install, each into a bare place.
test_install() {
	local version exe last
	need python3-venv pkg-config || true
	last=$(tail -n 1 <<<"$PYTHONS")
	step "pip-$FIRST_VERSION" tap "$ROOT/tests/install/pip.sh" "$ROOT" "$FIRST_PYTHON"
	version=${last%% *} exe=${last#* }
	[ "$version" = "$FIRST_VERSION" ] ||
		step "pip-$version" tap "$ROOT/tests/install/pip.sh" "$ROOT" "$exe"
	step make-install tap "$ROOT/tests/install/prefix.sh" "$ROOT" "$FIRST_PYTHON" "$exe"
}

# A notebook run headless, with the Jupyter of the package index.
test_notebook() {
	if ! python_tool notebook nbclient ipykernel; then
		skip_step notebook "nbclient and ipykernel cannot be installed"
		return
	fi
	step notebook tap notebook_run
}

notebook_run() {
	local package
	dev_build || return 1
	package=$(find "$BUILD/install" -path "*python$FIRST_VERSION/*" -name corograph -type d | head -n 1)
	"$CACHE/notebook/bin/python" "$ROOT/tests/notebook/run" "$(dirname "$package")"
}

test_viewers() {
	if [ -x "$ROOT/tests/viewers/run" ]; then
		step viewers tap viewers_run
	else
		skip_step viewers "there is no tests/viewers/run in this tree"
	fi
}

# Real viewers, installed first: a minute and 1 GB the first time. pstats files are loaded by
# every Python there is, old ones too.
viewers_run() {
	dev_build || return 1
	PYTHON=$FIRST_PYTHON COROGRAPH_PYTHONS=$(any_pythons | paste -sd ' ' -) \
		"$ROOT/tests/viewers/run" --install "$BUILD/$FIRST_VERSION"
}

any_pythons() {
	local exe
	python_candidates | while read -r exe; do
		"$exe" -I -c 'import pstats, sys; print(sys.executable)' </dev/null 2>/dev/null || true
	done | sort -u
}

# Debian sid's Pythons, newer than any stable system's, and a free-threaded one.
test_sid() {
	local version exe why
	why=$(sid_obstacle)
	if [ -n "$why" ]; then
		skip_step sid "$why"
		return
	fi
	why=$(free_obstacle)
	[ -z "$why" ] || skip_step "sid-${FREE_VERSION}t" "$why"
	while read -r version exe; do
		step "sid-$version" automake sid_run bash -c 'ROOT=$0 && . "$0/tools/lib.sh" && . "$0/tools/test.sh" &&
			configured_make "$BUILD/test/sid-$1" "$2" --disable-maintainer-mode check-python' "$ROOT" "$version" "$exe"
	done < <(sid_pythons)
}
