#!/bin/bash
# README's two commands in a fresh Debian 12, on a copy of this tree: that what is said to be enough
# is enough. Needs root, debootstrap and Debian's archive, or the mirror of it in $DEBIAN_MIRROR.
# shellcheck disable=SC2317 # functions are called by name, through check
. tests/tap.sh

mirror=${DEBIAN_MIRROR:-http://deb.debian.org/debian}
[ "$(id -u)" -eq 0 ] || skip_all 'not root'
command -v debootstrap >/dev/null || skip_all 'no debootstrap: install the Debian package debootstrap'
unshare --mount --pid --fork true 2>/dev/null || skip_all 'no right to mount here'

debian=$TMPDIR/debian
bootstrap() {
    debootstrap --variant=minbase --include=ca-certificates,git,make bookworm "$debian" "$mirror"
}
# Without an archive there is nothing to try; any other failure is one.
if ! bootstrap >"$TMPDIR/bootstrap" 2>&1; then
    ! grep -q 'Failed getting release file' "$TMPDIR/bootstrap" || skip_all "no Debian archive at $mirror"
    cat "$TMPDIR/bootstrap"
    echo "Bail out! debootstrap failed"
    exit 1
fi

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
check 'a copy of the tree' copies
check 'make run' inside make run
check 'leaves its results' test -s "$debian/vib-sweep/results/quickstart.csv"
check 'make test' inside make test
done_testing
