#!/bin/bash
# The README of the repository and that of the tests: their commands and files exist.
# shellcheck disable=SC2317 # functions are called by name, through check
. tests/tap.sh

TMPDIR=$(mktemp -d)
trap 'rm -rf "$TMPDIR"' EXIT
documents=(README.md tests/README.md)

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
for folder in tests/*/; do
    check "tests/README.md tells of $folder" grep -qF "\`${folder#tests/}" tests/README.md
done
done_testing
