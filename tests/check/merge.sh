#!/bin/bash
# Many parts of many jobs, made by a trainer that does nothing, merged: what it takes of time and memory.
# Times are those of the processor, which other work does not lengthen.
# shellcheck disable=SC2317 # functions are called by name, through check
. tests/tap.sh
. tests/program/common.sh

null=$vib-null
n_parts=${PARTS:-60} # 1000 take minutes to make
cat >many.yaml <<'END'
dataset: {name: mixture, dim: 2, classes: 2, n_train: 100, n_test: 100}
train: {epochs: 4}
evaluate: {every: 1}
END

make_parts() {
    local i
    for ((i = 0; i < n_parts; i++)); do
        "$null" many.yaml -j 1 -q --db "$i.db" \
            --set "seed={range: {from: $((100 * i)), to: $((100 * i + 99)), step: 1}}" >/dev/null || return 1
    done
}
check "$n_parts parts of 100 jobs" make_parts

# The bound for 1,000 parts of 100 jobs is 60 s; a part of it is allowed for as many of them.
seconds=$((1 + 60 * n_parts / 1000))
merged() {
    (
        ulimit -t "$seconds" -v 200000 # CPU seconds, KiB of addresses
        exec "$vib" merge all.db ./*[0-9].db
    ) && sql_is all.db 'select state, count(*) from job group by 1' "done|$((100 * n_parts))"
}
check "they merge in $seconds s and 200 MB" merged
check 'and again, which adds nothing' merged
check 'every job has its rows' sql_is all.db 'select count(*) from information_plane' "$((200 * n_parts))"

cd "$root" && done_testing
