#!/bin/bash
# Parts of a sweep that ran apart, merged: the same as one run, whatever is missing on the way.
# shellcheck disable=SC2317 # functions are called by name, through check
. tests/tap.sh
. tests/program/common.sh

small_config small.yaml 4
cat >>small.yaml <<'END'
save: {codes: 3, weights: true}
END
tables=(plane epochs bounds summary pareto best_beta generalization_gap efficiency)

# part NAME SET...: a database of the jobs that SETs leave of the grid.
part() {
    local name=$1 sets=() set
    shift
    for set in "$@"; do sets+=(--set "$set"); done
    "$vib" small.yaml -j 1 -q --db "$name" "${sets[@]}" >/dev/null
}
# same_exports A B
same_exports() {
    local table
    for table in "${tables[@]}"; do
        "$vib" export "$1" -t "$table" >a.csv && "$vib" export "$2" -t "$table" >b.csv && cmp a.csv b.csv || return 1
    done
    test "$(wc -l <a.csv)" -gt 1
}
same_saved() {
    local what="select group_concat(job || example || label || prediction || mu || factor, ';') from code"
    sql_is "$2" "$what" "$(sql "$1" "$what")" && sql_is "$2" 'select count(*) from decoder' 6 &&
        diff -r "$1.weights" "$2.weights" && [ "$(find "$2.weights" -type f | wc -l)" = 6 ] &&
        sql_is "$2" "select count(*) from job where weights = '$2.weights/' || identity || '.safetensors'" 6
}
sound() {
    sql_is "$1" 'pragma integrity_check; select count(*) from pragma_foreign_key_check' $'ok\n0'
}
one_run_and_four_parts() {
    "$vib" small.yaml -j 2 -q --db one.db >/dev/null && part 1.db beta=0.1 K=4 && part 2.db beta=0.1 K=2 &&
        part 3.db 'beta=[1e-3, 1e-2]' K=4 && part 4.db 'beta=[1e-3, 1e-2]' K=2
}
check 'one run, and four parts of it' one_run_and_four_parts

merged() {
    "$vib" merge all.db 4.db 1.db 3.db 2.db --plan small.yaml >merged.out && cat merged.out &&
        grep -q '^4 databases merged: 6 jobs came' merged.out && grep -qx 'all.db: 6 done' merged.out
}
check 'the parts merge' merged
check 'every export is that of one run' same_exports one.db all.db
check 'so are codes and weights' same_saved one.db all.db
check 'nothing refers to what is not there' sound all.db
check 'no lock is left' test ! -e all.db.merging
check 'the runs came' sql_is all.db 'select count(*), sum(merged), count(distinct uid) from run' '4|4|4'

again() {
    sql all.db .dump >before && "$vib" merge all.db 1.db 2.db 3.db 4.db one.db >again.out && cat again.out &&
        grep -q '^5 databases merged: 0 jobs came, 0 .* ones, 12 were there$' again.out &&
        sql all.db "delete from run where uid in (select uid from run order by id desc limit 1)" &&
        sql all.db .dump >after && diff <(grep -v sqlite_sequence before) <(grep -v sqlite_sequence after)
}
check 'merged again, with the run as a whole: nothing but its row in table run' again

continued() {
    "$vib" small.yaml -j 2 -q --db all.db --set train.epochs='[4, 5]' >/dev/null &&
        sql_is all.db "select state, max(attempts), count(*) from job group by 1" 'done|1|12' &&
        sql_is all.db 'select count(distinct run) from job' 5
}
check 'it continues as any other, and trains only what is new' continued

without_a_plan() {
    "$vib" merge two.db 1.db 3.db >/dev/null && sql_is two.db 'select count(*), max(id) from job' '3|3' &&
        "$vib" small.yaml -j 2 -q --db two.db >/dev/null &&
        diff <("$vib" export one.db | cut -d, -f2- | sort) <("$vib" export two.db | cut -d, -f2- | sort)
}
check 'without a plan there is only what was merged, until a sweep goes on' without_a_plan

during() {
    "$vib" small.yaml -j 1 -q --db live.db --set train.epochs=300 >/dev/null &
    local sweep=$! rc=0
    until_true 60 sql_is live.db "select count(*) > 0 from job where state = 'running'" 1 >/dev/null 2>&1 &&
        "$vib" merge live.db 1.db 2.db >/dev/null && sql_is live.db "select count(*) from job" 8 || rc=1
    kill -KILL $sweep
    wait $sweep 2>/dev/null
    # The process is dead, and its job is taken back by the next.
    "$vib" small.yaml -j 2 -q --db live.db >/dev/null && [ $rc = 0 ] &&
        sql_is live.db "select count(*) from job where state = 'done'" 6 && sound live.db
}
check 'into a database that a sweep is writing' during
snapshot() {
    "$vib" small.yaml -j 1 -q --db part.db --set train.epochs=300 --set K=2 >/dev/null &
    local sweep=$! rc=0
    until_true 60 sql_is part.db "select count(*) > 0 from job where state = 'running'" 1 >/dev/null 2>&1 &&
        "$vib" merge early.db part.db 1.db >/dev/null &&
        sql_is early.db "select count(*) from job where state <> 'done'" 0 || rc=1
    kill -KILL $sweep
    wait $sweep 2>/dev/null
    [ $rc = 0 ]
}
check 'from one, too: what is not settled stays away' snapshot

# --- parts that are missing or damaged ---

missing() {
    head -c 20000 2.db >truncated.db && cp 3.db zeros.db &&
        dd if=/dev/zero of=zeros.db bs=4096 seek=12 count=8 conv=notrunc status=none && echo text >text.db &&
        exits 66 "$vib" merge rest.db 1.db gone.db truncated.db zeros.db text.db 4.db >rest.out 2>rest.err &&
        cat rest.out rest.err && grep -q '^2 databases merged: 3 jobs' rest.out && [ "$(wc -l <rest.err)" = 5 ] &&
        grep -q 'no database gone.db' rest.err && grep -q 'truncated.db is damaged' rest.err &&
        grep -q 'zeros.db is damaged' rest.err && grep -q 'text.db is not' rest.err &&
        grep -q '4 of 6 databases could not be merged' rest.err && sound rest.db
}
check 'parts that are missing or damaged are told, and the rest is merged' missing
nothing() {
    exits 66 "$vib" merge nothing.db gone.db 2>nothing.err && ! compgen -G 'nothing.db*'
}
check 'where there is nothing to merge, nothing is made' nothing
lost_weights() {
    mkdir away && cp 1.db away/ && exits 66 "$vib" merge w.db away/1.db 2>w.err >/dev/null && cat w.err &&
        grep -q 'job 1 comes without its weights: cannot read .*away' w.err &&
        "$vib" merge w.db 1.db >w.out && cat w.out && grep -q '1 were there, 1 of which got' w.out &&
        [ "$(find w.db.weights -type f | wc -l)" = 1 ]
}
check 'weights that are not beside a part are told, and come when they are' lost_weights
disagree() {
    cp one.db other.db && sql other.db "update result set error = error / 2 where job = 2;
        update run set host = 'far', cpu = 'another'" &&
        exits 1 "$vib" merge one.db other.db >other.out 2>other.err && cat other.err &&
        [ "$(wc -l <other.err)" = 1 ] && grep -q 'job 2 .*other.db (far, another).* these stay' other.err
}
cp one.db kept.db
check 'results that disagree are told' disagree
check 'and the first stay' same_exports kept.db one.db

# --- places ---

read_only() {
    mkdir locked && cp 1.db locked/ && cp -r 1.db.weights locked/ && chmod -R a-w locked || return 1
    sha256sum locked/1.db >locked.sum
    "$vib" merge from.db locked/1.db >/dev/null && sha256sum -c --quiet locked.sum &&
        [ "$(find locked | wc -l)" = 4 ] && [ "$(find from.db.weights -type f | wc -l)" = 1 ]
}
check 'a part is only read' read_only
chmod -R u+w locked
busy() {
    sqlite3 -batch all.db 'begin immediate; select 1' '.shell touch held; while [ -e held ]; do sleep 0.05; done' &
    local holder=$! rc=0
    until_true 60 test -e held && exits 75 "$vib" merge all.db 1.db 2>busy.err || rc=1
    rm -f held
    wait $holder
    cat busy.err
    [ $rc = 0 ] && [ ! -e all.db.merging ]
}
check 'a database that another program holds is busy' busy
locked() {
    (
        flock -n 9 || exit 1
        exits 75 "$vib" merge all.db 1.db 2>lock.err
    ) 9>all.db.merging && cat lock.err && grep -q 'merges into .*all.db: try again' lock.err
}
if command -v flock >/dev/null; then
    check 'one that another merges into, too' locked
else
    skip 'one that another merges into, too' 'no flock'
fi
# The file system refuses: no file may grow, as on a full disk.
no_room() {
    cp 1.db full.db && sql full.db .dump >before &&
        (
            ulimit -f 16 # KiB
            exits 74 "$vib" merge full.db one.db 2>full.err
        ) && cat full.err && sql full.db .dump >after && cmp before after && ! compgen -G 'full.db.weights' &&
        [ ! -e full.db.merging ] && sound full.db && "$vib" merge full.db one.db >/dev/null &&
        sql_is full.db 'select count(*) from job' 6
}
check 'no room: all is as it was, and later it goes on' no_room

# --- use ---

check 'no FROM' exits 64 "$vib" merge all.db
check 'itself' exits 64 "$vib" merge all.db ./all.db
check '--set without --plan' exits 64 "$vib" merge all.db 1.db --set beta=1
check 'a plan that is wrong' exits 78 "$vib" merge fresh.db 1.db --plan small.yaml --set beta=none
check 'makes nothing' test ! -e fresh.db

cd "$root" && done_testing
