# The newest Pythons: Debian sid in a chroot under the cache folder, and a free-threaded one
# that is built in it. Sourced by ./dev.
#
# A command runs there in a mount namespace of its own, in which this tree has the same path
# inside as outside; nothing stays mounted when it ends, however it ends.
# shellcheck shell=bash
SID=$CACHE/sid
# Where this system's own packages come from.
SID_MIRROR=${COROGRAPH_MIRROR:-$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 2>/dev/null | sed -n 1p)}
SID_PACKAGES="gcc g++ libc6-dev make zlib1g-dev autoconf automake libtool pkg-config
	python3-pip groff-base valgrind"

# Why there can be no chroot here, or nothing.
sid_obstacle() {
	[ "$(id -u)" = 0 ] || { echo "only root can use a chroot" && return; }
	unshare --mount true 2>/dev/null || { echo "this system lets nobody mount" && return; }
	sid_ready && return
	need debootstrap mount util-linux >&2 || { echo "debootstrap cannot be installed" && return; }
	sid_make >&2 || echo "Debian sid cannot be fetched: see $(log_file sid)"
}

# There, and with the packages that are wanted now.
sid_ready() {
	[ "$(cat "$SID/.ready" 2>/dev/null)" = "$SID_PACKAGES" ]
}

sid_make() {
	local part=$SID.part
	say "fetching Debian sid into $SID (some minutes, once)"
	mkdir -p "$CACHE"
	(
		flock 9
		sid_ready && exit 0
		if [ ! -e "$SID/.ready" ]; then
			rm -rf --one-file-system "$part" "$SID"
			debootstrap --variant=minbase sid "$part" "$SID_MIRROR" &&
				touch "$part/.ready" && mv "$part" "$SID" || exit 1
		fi
		sid_install "$SID" && printf '%s\n' "$SID_PACKAGES" >"$SID/.ready"
	) 9>"$CACHE/sid.lock" >"$(log_file sid)" 2>&1 </dev/null
}

# All Pythons that sid has with headers, and what builds the project.
sid_install() {
	local apt="chroot $1 env DEBIAN_FRONTEND=noninteractive apt-get -o Acquire::Check-Valid-Until=false"
	local dev
	$apt update || return 1
	dev=$(chroot "$1" apt-cache pkgnames | grep -E '^python3\.[0-9]+(-nogil)?-dev$')
	# shellcheck disable=SC2046,SC2086
	$apt install -y --no-install-recommends $SID_PACKAGES $dev ${dev//-dev/-venv} \
		$(sid_testsuites "$1" "$dev") || return 1
	$apt clean
}

# The standard library's own tests, of those Pythons that have them.
sid_testsuites() {
	local p
	for p in $2; do
		chroot "$1" apt-cache pkgnames "lib${p%-dev}-testsuite"
	done
}

# A free-threaded Python, which sid has no package of: built there of the source package.
FREE_VERSION=3.13
FREE=/opt/python${FREE_VERSION}t
FREE_PACKAGES="libssl-dev libffi-dev libbz2-dev liblzma-dev libsqlite3-dev xz-utils"

# Why there is none, or nothing.
free_obstacle() {
	local why
	why=$(sid_obstacle)
	[ -z "$why" ] || { echo "$why" && return; }
	[ -e "$SID$FREE/.ready" ] || free_make >&2 ||
		echo "it cannot be built: see $(log_file free)"
}

free_make() {
	say "building Python ${FREE_VERSION}t in $SID (some minutes, once)"
	(
		flock 9
		[ ! -e "$SID$FREE/.ready" ] || exit 0
		rm -rf "${SID:?}$FREE"
		sid_run bash -c "$(declare -f free_build)"'
			set -e -o pipefail
			free_build "$@"' free_build "$FREE_VERSION" "$FREE" "$JOBS" $FREE_PACKAGES
	) 9>"$CACHE/free.lock" >"$(log_file free)" 2>&1 </dev/null
}

# free_build VERSION PREFIX JOBS PACKAGE...: in the chroot.
free_build() {
	local version=$1 prefix=$2 jobs=$3
	local apt="apt-get -y -o Acquire::Check-Valid-Until=false"
	shift 3
	export DEBIAN_FRONTEND=noninteractive
	sed "s/^deb /deb-src /" /etc/apt/sources.list >/etc/apt/sources.list.d/sources.list
	$apt update
	$apt install --no-install-recommends "$@"
	work=$(mktemp -d)
	trap 'rm -rf "$work"' EXIT # so $work is not local
	cd "$work" || return
	# A mirror need not have the newest version's source.
	apt-cache showsrc "python$version" | sed -n 's/^Version: //p' | sort -rV | while read -r release; do
		! $apt source --download-only -o APT::Sandbox::User=root "python$version=$release" || break
	done
	tar -xf python"$version"_*.orig.tar.xz --strip-components=1
	./configure -q --prefix="$prefix" --disable-gil --disable-test-modules OPT="-O2 -DNDEBUG"
	make -s -j"$jobs"
	make -s install
	touch "$prefix/.ready"
}

# sid_run COMMAND...: in the chroot, in the current folder if that is in this tree.
sid_run() {
	local why dir=$PWD
	why=$(sid_obstacle)
	[ -z "$why" ] || die "$why"
	case $dir/ in "$ROOT"/*) ;; *) dir=$ROOT ;; esac
	unshare --mount --propagation private bash -c '
		set -e
		sid=$1 root=$2 dir=$3
		shift 3
		mkdir -p "$sid$root"
		mount -t proc proc "$sid/proc"
		mount --rbind /dev "$sid/dev"
		mount --rbind /sys "$sid/sys" # says which clock can be trusted
		mount --bind "$root" "$sid$root"
		# The network as it is here: names, certificates, pip'"'"'s settings, proxies.
		for f in /etc/resolv.conf /etc/pip.conf; do
			[ ! -f $f ] || { touch "$sid$f"; mount --bind $f "$sid$f"; }
		done
		[ ! -d /etc/ssl/certs ] || { mkdir -p "$sid/etc/ssl/certs"; mount --bind /etc/ssl/certs "$sid/etc/ssl/certs"; }
		mapfile -t network < <(env | grep -iE "^(https?_proxy|no_proxy|pip_[a-z_]+|ssl_cert_[a-z]+)=")
		exec chroot "$sid" env -i HOME=/root LANG=C.UTF-8 TERM="${TERM:-dumb}" \
			PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
			"${network[@]}" bash -c "cd \"\$0\" && exec \"\$@\"" "$dir" "$@"
	' sid_run "$SID" "$ROOT" "$dir" "$@"
}

# Lines "X.Y EXECUTABLE" of the chroot, X.Yt for a free-threaded one.
sid_pythons() {
	local exe
	for exe in "$SID"/usr/bin/python3.[0-9]* "$SID$FREE/bin/python${FREE_VERSION}t"; do
		case ${exe##*/} in *-config | *-dbg | *t-gdb.py) continue ;; esac
		[ -x "$exe" ] && supported "${exe##*/python}" &&
			printf '%s %s\n' "${exe##*/python}" "${exe#"$SID"}"
	done | sort -V
}

# A whole build for one of them in build/sid-X.Y: its C library is not this system's.
sid_build() {
	sid_run bash -c 'ROOT=$0 && . "$0/tools/lib.sh"
		configure_in "$BUILD/sid-$1" "$2" --disable-maintainer-mode && make -C "$BUILD/sid-$1" -j"$JOBS"' \
		"$ROOT" "$1" "$2"
}

dev_pythons() {
	local version exe why
	dev_build
	why=$(sid_obstacle)
	[ -z "$why" ] || die "$why"
	why=$(free_obstacle)
	[ -z "$why" ] || say "no free-threaded Python: $why"
	while read -r version exe; do
		say "building for Python $version of Debian sid"
		sid_build "$version" "$exe" >"$(log_file "sid-$version")" 2>&1 </dev/null ||
			die "that failed: see $(log_file "sid-$version")"
		say "built: try ./dev sid build/sid-$version/corograph"
	done < <(sid_pythons)
}
