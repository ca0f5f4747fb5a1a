#!/bin/bash
# README's two commands in a fresh Debian 12 and a fresh Debian 13, on a copy of this tree: that what
# is said to be enough is enough.
#
#   tests/slow/chroot.sh [SUITE]...    bookworm and trixie
#
# Needs root, debootstrap and Debian's archive, or the mirror of it in $DEBIAN_MIRROR.
# shellcheck disable=SC2317 # functions are called by name, through check
. tests/tap.sh

[ $# -gt 0 ] || set -- bookworm trixie
mirror=${DEBIAN_MIRROR:-http://deb.debian.org/debian}
[ "$(id -u)" -eq 0 ] || skip_all 'not root'
command -v debootstrap >/dev/null || skip_all 'no debootstrap: install the Debian package debootstrap'
unshare --mount --pid --fork true 2>/dev/null || skip_all 'no right to mount here'

# bootstrap SUITE: into $debian; fails where there is no archive to take it from.
bootstrap() {
    debootstrap --variant=minbase --include=ca-certificates,git,make "$1" "$debian" "$mirror" \
        >"$TMPDIR/bootstrap" 2>&1 && return
    ! grep -q 'Failed getting release file' "$TMPDIR/bootstrap" || return 1
    cat "$TMPDIR/bootstrap"
    echo "Bail out! debootstrap $1 failed"
    exit 1
}
# What is in the work tree, committed or not, but nothing that git ignores.
copies() {
    mkdir "$debian/vib-sweep" &&
        git ls-files -z --cached --others --exclude-standard --deduplicate |
        tar --null --files-from=- --ignore-failed-read -c | tar -x -C "$debian/vib-sweep"
}
# inside COMMAND...: in the copy, as a new user would; all that it starts ends with it.
inside() {
    unshare --mount --pid --fork --kill-child --root="$debian" --wd=/vib-sweep --mount-proc \
        env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 "$@"
}

for suite in "$@"; do
    debian=$TMPDIR/$suite
    if ! bootstrap "$suite"; then
        skip "$suite" "no Debian archive at $mirror"
        continue
    fi
    check "$suite: a copy of the tree" copies
    check "$suite: make run" inside make run
    check "$suite: leaves its results" test -s "$debian/vib-sweep/results/quickstart.csv"
    check "$suite: make test" inside make test
    rm -rf "$debian"
done
done_testing
