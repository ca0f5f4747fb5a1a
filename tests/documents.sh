#!/bin/bash
# The READMEs: their commands and files exist, links lead somewhere, and each is found by a link.
# shellcheck disable=SC2317 # functions are called by name, through check
. tests/tap.sh

TMPDIR=$(mktemp -d)
trap 'rm -rf "$TMPDIR"' EXIT
shopt -s nullglob
documents=(*.md */README.md */*/README.md)

# Every command of make in the documents, in blocks and in the text where it stands in one line;
# without comments and what follows upon it.
make_commands() {
    # shellcheck disable=SC2016 # these are no commands
    {
        grep -hE '^    make ' "${documents[@]}"
        grep -ohE '`make [^`]*`' "${documents[@]}" | tr -d '`'
    } | sed -E 's/^ *//; s/ *([#;|&].*)?$//' | sort -u
}
# As somebody would give it: without what a make around this test was told. A target that .PHONY
# alone names has nothing to be done.
make_knows() {
    local words
    read -ra words <<<"$1"
    env -u MAKEFLAGS -u MAKELEVEL -u CC -u BACKEND make -n "${words[@]:1}" >"$TMPDIR/recipe" &&
        ! grep 'Nothing to be done' "$TMPDIR/recipe"
}

# Files of the tests that are named; * stands for any.
named_files() {
    grep -ohE '(^|[^A-Za-z/])tests/[A-Za-z0-9_./*-]*[A-Za-z0-9_*/]' "${documents[@]}" | grep -oE 'tests/.*' | sort -u
}
exists() {
    compgen -G "$1" >/dev/null
}

check 'commands are found' test "$(make_commands | wc -l)" -ge 5
while IFS= read -r command; do
    check "$command" make_knows "$command"
done < <(make_commands)
check 'noticed: a command that is not there' exits 2 make_knows 'make tests-of-nothing'
while IFS= read -r file; do
    check "$file" exists "$file"
done < <(named_files)

# Lines "DOCUMENT TARGET" of links to files.
links() {
    local document target
    for document in "$@"; do
        while IFS= read -r target; do
            echo "$document $(dirname "$document")/${target%%#*}"
        done < <(grep -oE '\]\([^)]+\)' "$document" | sed 's/^](//; s/)$//' | grep -vE '^[a-z]+:')
    done
}
leads_somewhere() {
    local document target missing=0
    while read -r document target; do
        [ -e "$target" ] || {
            echo "$document: $target"
            missing=1
        }
    done < <(links "$@")
    return "$missing"
}
is_linked() {
    links "${documents[@]}" | while read -r _ target; do realpath "$target"; done |
        grep -qxF "$(realpath "$1")"
}
check 'links lead to files' leads_somewhere "${documents[@]}"
for document in "${documents[@]}"; do
    [ "$document" = README.md ] || check "$document is found by a link" is_linked "$document"
done
# shellcheck disable=SC2016 # no command
printf '[a](nowhere.md) [b](https://example.org) `c`\n' >"$TMPDIR/wrong.md"
check 'noticed: a link to nothing' exits 1 leads_somewhere "$TMPDIR/wrong.md"

# shellcheck disable=SC2016 # no command
for room in core/*/ runner/*/; do
    check "runner/README.md tells of $room" grep -qF "\`$room\`" runner/README.md
done

# One version, of the program, of what is cited and of the last change.
same_version() {
    local version
    version=$(sed -nE 's/^VERSION := (.*)$/\1/p' Makefile)
    [ -n "$version" ] && grep -qx "version: $version" CITATION.cff &&
        grep -m 1 '^## ' CHANGELOG.md | grep -qF "## $version"
}
check 'CITATION.cff and CHANGELOG.md have the version of the program' same_version
for folder in tests/*/; do
    check "tests/README.md tells of $folder" grep -qF "\`${folder#tests/}" tests/README.md
done
done_testing
