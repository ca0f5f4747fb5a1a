#!/bin/bash
# make install puts everything in place, and make uninstall takes all of that away, and no more.
# shellcheck disable=SC2317 # functions are called by name, through check
. tests/tap.sh
. tests/program/common.sh

# make_it TARGET [VARIABLE=VALUE]...: of the program under test, which is not built anew.
make_it() {
    env -u MAKEFLAGS -u MAKELEVEL make -C "$root" -o "$vib" BUILD="$(dirname "$vib")" PREFIX="$PWD/a home" "$@"
}
installed() {
    (cd "${1:-a home}" && find . -type f | sort)
}
check 'install' make_it install
mkdir pages
check 'pages of the manual' "$vib" manual --all pages
wanted() {
    echo ./bin/vib-sweep
    echo ./share/bash-completion/completions/vib-sweep
    (cd pages && printf './share/man/man1/%s\n' *.1 && printf './share/man/man5/%s\n' *.5)
    cd "$root" && printf './share/vib-sweep/%s\n' configs/*.yaml &&
        printf './share/doc/vib-sweep/%s\n' LICENSE *.md *.cff */README.md results/reference/README.md &&
        find results/reference \( -name '*.svg' -o -name '*.png' \) -printf './share/doc/vib-sweep/%p\n'
}
is_complete() {
    diff <(wanted | sort) <(installed "$@")
}
check 'program, configurations, manual, completion and documents are there' is_complete
runs() {
    PATH="$PWD/a home/bin:$PATH" vib-sweep --version
}
check 'the program runs' runs
completes() {
    bash -eu -c '. "$1" && complete -p vib-sweep' - 'a home/share/bash-completion/completions/vib-sweep'
}
check 'the completion is for it' completes
if command -v man >/dev/null && ! man -w man 2>&1 | grep -qi 'minimized'; then
    check 'man finds a page' env MANPATH="$PWD/a home/share/man" man -w vib-sweep-export
else
    skip 'man finds a page' 'no man: install man-db'
fi

has_pictures() {
    local page picture n=0
    while IFS= read -r page; do
        while IFS= read -r picture; do
            [ -e "$(dirname "$page")/$picture" ] || {
                echo "$page: $picture"
                return 1
            }
            n=$((n + 1))
        done < <(grep -oE '!\[[^]]*\]\([^)]+\)' "$page" | sed 's/.*(//; s/)//')
    done < <(find 'a home/share/doc' -name '*.md')
    [ "$n" -gt 0 ]
}
check 'documents have their pictures' has_pictures

# Data sets that were fetched to ~/.local/share/vib-sweep, beside what PREFIX=~/.local put there.
mkdir -p 'a home/share/vib-sweep/mnist' && echo data >'a home/share/vib-sweep/mnist/file'
echo mine >'a home/share/vib-sweep/configs/mine.yaml'
check 'uninstall' make_it uninstall
check 'takes everything away but what others put there' \
    diff <(printf '%s\n' ./share/vib-sweep/configs/mine.yaml ./share/vib-sweep/mnist/file) <(installed)
rm -r 'a home/share/vib-sweep/mnist' 'a home/share/vib-sweep/configs/mine.yaml'
check 'uninstall again' make_it uninstall
no_folders() {
    ! find 'a home' -name '*vib-sweep*' | grep .
}
check 'no folder of the program is left' no_folders
check 'nor a file' diff <(:) <(installed)

check 'install into a folder for a package' make_it install PREFIX=/usr DESTDIR="$PWD/package"
check 'has what a home has' is_complete package/usr
check 'uninstall from there' make_it uninstall PREFIX=/usr DESTDIR="$PWD/package"
check 'leaves nothing' diff <(:) <(installed package)

cd "$root" && done_testing
