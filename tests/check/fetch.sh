#!/bin/bash
# vib-sweep fetch from a server that falls silent, which takes 20 s to be noticed.
# shellcheck disable=SC2317 # functions are called by name, through check
. tests/tap.sh
. tests/program/common.sh

unset http_proxy all_proxy no_proxy ALL_PROXY NO_PROXY
mkdir web
export XDG_DATA_HOME=$PWD/home
python3 -B "$root/tests/program/fetch_server.py" web &
serving=$!
trap 'kill $serving' EXIT
until_true 60 test -e web/port
url=http://127.0.0.1:$(cat web/port)

silent() {
    MIRRORS="$url/silent/ $url/plain/" "$vib-fetch" fetch made-up 2>err
    local status=$?
    cat err web/log
    return $status
}
check 'a server that falls silent is left for the next' silent
check 'which is told' grep -q 'silent/made-up-images.gz: Operation too slow.*; resuming$' err
check 'and asked for the rest' grep -qE '^/plain/made-up-images.gz bytes=[1-9][0-9]*-$' web/log

cd "$root" && done_testing
