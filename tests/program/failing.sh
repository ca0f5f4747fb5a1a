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

# A turn that has nothing to write proves nothing: after a request to stop no job is claimed, and the
# end of the run still cannot be written.
nothing_to_write() {
    local process status=0
    sql claim.db "create trigger full before update of worker on job begin select raise(abort, 'no room'); end;
        create trigger too before update of ended_at on run begin select raise(abort, 'no room'); end" || return 1
    "$vib" small.yaml -j 2 -q --db claim.db --set seed=1 >/dev/null 2>claim.err &
    process=$!
    until_true 60 grep -q 'trying again' claim.err && kill -TERM $process &&
        until_true 60 grep -q 'stopping' claim.err || return 1
    for _ in {1..40}; do # turns of the sweep meanwhile
        sql claim.db 'select count(*) from job' >/dev/null
    done
    sqlite3 -batch -cmd '.timeout 10000' claim.db 'drop trigger full; drop trigger too' || return 1
    wait $process || status=$?
    cat claim.err
    [ $status = 143 ] && said_once claim.err && [ "$(grep -c 'takes results again' claim.err)" = 1 ]
}
check 'results are taken again when something has been written' nothing_to_write

# The file system itself refuses: no file may grow, as on a full disk.
no_room() {
    local process status=0
    "$vib" small.yaml -j 2 -q --db room.db --set beta=1e-3 --set K=2 >/dev/null || return 1
    (
        trap '' XFSZ
        exec "$vib" small.yaml -j 2 -q --db room.db --set train.epochs=300 --set checkpoint.every=0
    ) >room.out 2>room.err &
    process=$!
    caught 60 $process sql_is room.db "select count(*) > 0 from job where state = 'running'" 1 >/dev/null &&
        prlimit --pid $process --fsize=4096: && kill -CONT $process && until_true 60 grep -q 'trying again' room.err &&
        prlimit --pid $process --fsize=unlimited: || return 1
    wait $process || status=$?
    cat room.err
    [ $status = 0 ] && said_once room.err &&
        sql_is room.db "select state, count(*), max(attempts) from job group by 1" 'done|7|1'
}
check 'no room on the file system' no_room

# What does not pass is not waited for: the first page of a table is zeros.
damage() {
    local page
    page=$(sql "$1" "select rootpage from sqlite_schema where name = '$2'") &&
        dd if=/dev/zero of="$1" bs=4096 seek=$((page - 1)) count=1 conv=notrunc status=none
}
damaged() {
    local status=0
    "$vib" small.yaml -j 2 -q --db bad.db --set beta=1e-3 --set K=2 >/dev/null && damage bad.db epoch || return 1
    timeout 100 "$vib" small.yaml -j 2 -q --db bad.db --set train.epochs=300 >bad.out 2>bad.err || status=$?
    cat bad.err
    [ $status = 74 ] && [ "$(wc -l <bad.err)" = 1 ] && grep -q 'bad.db is damaged: .* malformed' bad.err &&
        [ ! -s bad.out ] && compgen -G 'bad.db.checkpoints/*.ckpt'
}
check 'a damaged table ends the sweep, which keeps its checkpoints' damaged

# A job that somebody made pending again.
again() {
    sql whole.db "update job set state = 'pending' where id in (1, 6)" &&
        "$vib" small.yaml -j 2 -q --db whole.db >/dev/null && export_both whole.db again && same_results whole again
}
check 'a job that runs again replaces its rows' again
check 'in a second attempt' sql_is whole.db "select sum(attempts) from job" 8

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
check 'which is as it was' sql_is whole.db 'select (select count(*) from run), count(*) from job' '2|6'

cd "$root" && done_testing
