#!/bin/bash
# make install puts everything in place, and make uninstall takes all of that away, and no more.
# shellcheck disable=SC2317 # functions are called by name, through check
. tests/tap.sh
. tests/program/common.sh

# make_it TARGET [VARIABLE=VALUE]...: of the program under test, which is not built anew.
make_it() {
    env -u MAKEFLAGS -u MAKELEVEL make --no-print-directory -C "$root" -o "$vib" BUILD="$(dirname "$vib")" \
        PREFIX="$PWD/a home" "$@"
}
installed() {
    (cd "${1:-a home}" && find . -type f | sort)
}
check 'install' make_it install
ends_with() {
    local end=$1
    shift
    "$@" >install.out || return 1
    tail -n 1 install.out
    [ "$(tail -n 1 install.out)" = "$end" ]
}
here="$PWD/a home/bin"
# shellcheck disable=SC2016 # a shell is told to expand it
check 'it tells that PATH lacks the folder' \
    ends_with "$here is not in PATH: export PATH=\"$here:\$PATH\"" make_it install
tells_of_login() {
    HOME="$PWD/user" ends_with "$PWD/user/.local/bin is not in PATH: log in again, or export PATH=\"$PWD/user/.local/bin:\$PATH\"" \
        make_it install PREFIX="$PWD/user/.local"
}
check 'and that a login adds the one below the home folder' tells_of_login
is_silent() {
    PATH="$here:$PATH" make_it install >install.out && ! grep 'not in PATH' install.out
}
check 'but not where PATH has it' is_silent
mkdir pages
check 'pages of the manual' "$vib" manual --all pages
wanted() {
    echo ./bin/vib-sweep
    echo ./share/bash-completion/completions/vib-sweep
    (cd pages && printf './share/man/man1/%s\n' *.1 && printf './share/man/man5/%s\n' *.5)
    cd "$root" && printf './share/vib-sweep/%s\n' configs/*.yaml &&
        printf './share/doc/vib-sweep/%s\n' LICENSE *.md *.cff */README.md results/reference/README.md \
            results/reference/family/README.md &&
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

is_silent_for_package() {
    make_it install PREFIX=/opt/x DESTDIR="$PWD/other" >install.out &&
        ! grep 'not in PATH' install.out
}
check 'install into a folder for a package' make_it install PREFIX=/usr DESTDIR="$PWD/package"
check 'where PATH does not matter' is_silent_for_package
check 'has what a home has' is_complete package/usr
check 'uninstall from there' make_it uninstall PREFIX=/usr DESTDIR="$PWD/package"
check 'leaves nothing' diff <(:) <(installed package)

cd "$root" && done_testing
