#!/bin/bash
# A sweep that is to end upon failures, and the exit codes that tell failed from diverged.
# shellcheck disable=SC2317 # functions are called by name, through check
. tests/tap.sh
. tests/program/common.sh

small_config small.yaml
jobs_are() {
    sql_is "$1" 'select state, count(*) from job group by 1' "$2"
}

# Checkpoints that are folders can be no job's.
"$vib" small.yaml -q --db whole.db >/dev/null
for identity in $(sql whole.db 'select identity from job'); do
    mkdir -p "broken/$identity.ckpt"
done
failing() { # DB OPTIONS...
    "$vib" small.yaml -j 1 -q --checkpoints broken --db "$@" >/dev/null 2>err
}
said_of() { # N
    grep -q "giving up, as asked: $1 failed or diverged; .* the same command continues" err
}
check '--fail-fast: status 1' exits 1 failing fast.db --fail-fast
check 'is said' said_of '1 job'
check 'no other job began' jobs_are fast.db $'failed|1\npending|5'
check 'nor counts as begun' sql_is fast.db 'select sum(attempts) from job' 1
check '--max-failures' exits 1 failing two.db --max-failures 2
check 'is said, too' said_of '2 jobs'
check 'two jobs failed' jobs_are two.db $'failed|2\npending|4'
check 'those of earlier runs do not count' exits 1 failing two.db --max-failures 3
check 'so three more failed' jobs_are two.db $'failed|5\npending|1'
goes_on() {
    "$vib" small.yaml -q --db fast.db --retry >/dev/null && jobs_are fast.db 'done|6'
}
check 'the same command with --retry goes on' goes_on
check 'without, all fail: status 1' exits 1 failing all.db
check 'all of them' jobs_are all.db 'failed|6'
check 'where none is left to begin: status 1 all the same' exits 1 failing all.db --fail-fast
check 'and nothing is said' test ! -s err

# One of these jobs diverges in its first epoch, the other takes hours. The long ones have steps of some
# 10 ms, so that the second has surely begun when the first is told of.
wild=(--set 'train.lr=[1e30, 1e-3]' --set beta=0.1 --set K=2 --set train.epochs=1000000)
long() {
    "$vib" small.yaml -j 2 -q "${wild[@]}" --set 'model.hidden=[1024, 1024]' --fail-fast --db long.db >/dev/null 2>err
}
check 'one that diverges ends the other' exits 1 long
check 'which has not ended' jobs_are long.db $'diverged|1\npending|1'
checkpointed() {
    test -s "long.db.checkpoints/$(sql long.db "select identity from job where state = 'pending'").ckpt"
}
check 'and is checkpointed' checkpointed

mixed() {
    "$vib" small.yaml -j 1 -q "${wild[@]}" --set train.epochs=2 --db mixed.db "$@" >/dev/null 2>err
}
check 'some diverged, others are done: status 2' exits 2 mixed
check 'so it stays' exits 2 mixed --retry
check 'the last one ends nothing' exits 2 mixed --fail-fast --set 'train.lr=1e30'
failed_too() {
    sql mixed.db "update job set state = 'failed' where state = 'done'" && mixed --quiet
}
check 'one failed as well: status 1' exits 1 failed_too
check '--max-failures 0' exits 64 mixed --max-failures 0

cd "$root" && done_testing
