# shellcheck shell=bash
# TAP for the shell tests: sourced. $TMP is a folder of their own, removed at the end.
TMP=$(mktemp -d)
trap 'rm -rf "$TMP"' EXIT
tap_count=0 tap_bad=0

# ok NAME COMMAND...: the command must succeed; its output is shown when it does not.
ok() {
	local name=$1
	shift
	tap_count=$((tap_count + 1))
	if "$@" >"$TMP/.out" 2>&1 </dev/null; then
		echo "ok $tap_count - $name"
	else
		echo "not ok $tap_count - $name"
		tap_bad=1
		tail -n 30 "$TMP/.out" | sed 's/^/#   /'
	fi
}

skip_all() {
	echo "1..0 # SKIP $1"
	exit 0
}

finish() {
	echo "1..$tap_count"
	exit $tap_bad
}
