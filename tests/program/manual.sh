#!/bin/bash
# Pages of the manual: made of the program's tables, and read without complaint.
# shellcheck disable=SC2317 # functions are called by name, through check
. tests/tap.sh
. tests/program/common.sh

mkdir pages
check 'every page as a file' "$vib" manual --all pages

# One for each command, whose page is the same on standard output.
has_all_pages() {
    local command page n=0
    while read -r command; do
        case $command in
        keys) page=pages/vib-sweep-keys.5 ;;
        *) page=pages/vib-sweep-$command.1 ;;
        esac
        "$vib" manual "$command" | cmp - "$page" || return 1
        n=$((n + 1))
    done < <("$vib" --help | sed -nE 's/^  vib-sweep ([a-z]+)( .*)?$/\1/p')
    "$vib" manual | cmp - pages/vib-sweep.1 && [ "$n" -ge 10 ] && [ "$(find pages -type f | wc -l)" = $((n + 1)) ]
}
check 'one for each command' has_all_pages

# Pages have no date, so that the same program has the same pages.
lint() {
    mandoc -Tlint -W style "$@" | grep -vF 'missing date, using "": TH' >complaints
    cat complaints
    [ ! -s complaints ]
}
groff_lint() {
    local page
    : >complaints
    for page; do
        groff -man -ww -k -Tutf8 "$page" 2>>complaints >>shown || return 1
    done
    cat complaints
    [ ! -s complaints ] && [ -s shown ]
}
printf '.TH "X" 1 "" "x"\n.SH NAME\nx \\- y\n.no such\n' >wrong.1
if command -v mandoc >/dev/null; then
    check 'mandoc reads them' lint pages/*
    check 'noticed: a macro that is none' exits 1 lint wrong.1
else
    skip 'mandoc reads them' 'no mandoc: install the package mandoc'
fi
if command -v groff >/dev/null && groff -man -z /dev/null 2>/dev/null; then
    check 'groff reads them' groff_lint pages/*
    check 'noticed: a macro that is none, by groff' exits 1 groff_lint wrong.1
else
    skip 'groff reads them' 'no groff with the macros of man: install groff-base'
fi

# shows PAGE PATTERN
shows() {
    mandoc -Tascii "pages/$1" | sed 's/.\x08//g' >plain && grep -qE -e "$2" plain
}
# Every line of --help that names an option or a key.
says_all() {
    local word
    mandoc -Tascii pages/vib-sweep.1 | sed 's/.\x08//g' >plain
    for word in $("$vib" --help | grep -oE '^ {1,6}(-[A-Za-z], +)?--[A-Za-z-]+' | grep -oE -- '--[A-Za-z-]+'); do
        grep -qE -e "^ +(-[A-Za-z], )?$word( |\$)" plain || return 1
    done
    mandoc -Tascii pages/vib-sweep-keys.5 | sed 's/.\x08//g' >plain
    for word in $("$vib" keys | sed -nE 's/^([A-Za-z_.0-9]+): .*/\1/p'); do
        grep -qE "^ +${word//./\\.}: ." plain || return 1
    done
}
if command -v mandoc >/dev/null; then
    check 'every option and every key has its entry' says_all
    check 'exit codes are told' shows vib-sweep.1 '^ +78 +error in the configuration'
    check 'an option' shows vib-sweep-export.1 '^ +-t, --table NAME$'
    check 'and its choices' shows vib-sweep-export.1 '^ +summary$'
    check 'a default' shows vib-sweep-keys.5 '^ +train\.lr: 1e-4'
    check 'other pages are named' shows vib-sweep-keys.5 'vib-sweep-export\(1\)'
fi

check 'a page that is none' exits 64 "$vib" manual exprt
names_near() {
    "$vib" manual exprt 2>&1 | grep -q 'did you mean export?$'
}
check 'names the nearest' names_near
check 'a folder that is none' exits 73 "$vib" manual --all nowhere
full_disk() {
    exits 74 "$vib" manual >/dev/full 2>err
}
check 'a full disk' full_disk

cd "$root" && done_testing
