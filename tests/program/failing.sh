#!/bin/bash
# Writes that fail for a while: nothing is lost, nothing runs twice. Triggers stand for a full disk.
# shellcheck disable=SC2317 # functions are called by name, through check
. tests/tap.sh
. tests/program/common.sh

small_config small.yaml 4
check 'the sweep undisturbed' "$vib" small.yaml -j 2 -q --db whole.db
check 'its export' export_both whole.db whole

# fail_during DB TRIGGER: a sweep whose writes fail from the TRIGGER on until it has said so.
fail_during() {
    local process status=0
    "$vib" small.yaml -j 2 -q --db "$1" --set beta=1e-3 --set K=2 >/dev/null || return 1
    sql "$1" "create trigger full before $2 begin select raise(abort, 'no room'); end" || return 1
    "$vib" small.yaml -j 2 -q --db "$1" >"$1.out" 2>"$1.err" &
    process=$!
    until_true 60 grep -q 'no room; results wait in memory, trying again' "$1.err" || return 1
    sql "$1" 'select state, count(*) from job group by 1' >"$1.meanwhile"
    sqlite3 -batch -cmd '.timeout 10000' "$1" 'drop trigger full' || return 1
    wait $process || status=$?
    return $status
}

check 'results that cannot be written are kept' fail_during result.db 'insert on epoch'
check 'until then their jobs are running' grep -qx 'running|2' result.db.meanwhile
check 'all are done' sql_is result.db "select state, count(*) from job group by 1" 'done|6'
check 'each was started once' sql_is result.db "select max(attempts) from job" 1
said_once() {
    [ "$(grep -c 'trying again' "$1")" = 1 ]
}
check 'it was said once' said_once result.db.err
check 'export' export_both result.db result
# Rows are in the order in which the jobs were added, which was another.
same_rows() {
    diff <(cut -d, -f2- whole.plane | sort) <(cut -d, -f2- result.plane | sort)
}
check 'the same results as undisturbed' same_rows

check 'a claim that cannot be written is tried again' fail_during claim.db 'update of worker on job'
check 'until then the jobs are pending' grep -qx 'pending|5' claim.db.meanwhile
check 'each was started once' sql_is claim.db "select count(*), max(attempts) from job" '6|1'

check 'the end of the run, too' fail_during end.db \
    "update of ended_at on run when new.outcome = 'complete'"
check 'until then it has not ended' grep -qx 'done|6' end.db.meanwhile
check 'then it has' sql_is end.db "select outcome from run" $'complete\ncomplete'
check 'and the table is shown' grep -qx 'results: end.db' end.db.out

# A request to stop while a large grid is registered: nothing of it stays, not even an empty database.
cat >large.yaml <<END
dataset: {name: mixture, dim: 2, classes: 2, n_train: 100, n_test: 100}
train: {epochs: 1}
grid:
  seed: {range: {from: 1, to: 300000, step: 1}}
END
under_way() {
    [ -s "$1-wal" ]
}
cut_short() {
    local process status=0
    "$vib-null" large.yaml -q --db "$1" >large.out 2>large.err &
    process=$!
    until_true 120 under_way "$1" || return 1
    kill -TERM $process
    wait $process || status=$?
    cat large.err
    [ $status = 143 ] && grep -q 'interrupted: nothing was begun' large.err && [ ! -s large.out ]
}
check 'a signal in the registration' cut_short large.db
nothing_left() {
    ! compgen -G 'large.db*'
}
check 'leaves nothing' nothing_left
check 'nor does it add to a database' cut_short whole.db
check 'which is as it was' sql_is whole.db 'select (select count(*) from run), count(*) from job' '1|6'

cd "$root" && done_testing
