#!/bin/bash
# The other compiler and the other matrix library: no warnings, and every test of `make test`.
# shellcheck disable=SC2317 # functions are called by name, through check
. tests/tap.sh

command -v clang >/dev/null || skip_all 'no clang: install the Debian package clang'

unset MAKEFLAGS MAKELEVEL CC BACKEND
for knobs in CC=clang BACKEND=openblas 'CC=clang BACKEND=openblas'; do
    read -ra words <<<"$knobs"
    check "make test $knobs" make test WERROR=1 "${words[@]}"
done
done_testing
