#!/bin/bash
# What somebody may do to a database, or its files, while a sweep works on it.
# shellcheck disable=SC2317 # functions are called by name, through check
. tests/tap.sh
. tests/program/common.sh

small_config small.yaml 30

running() {
    sql_is "$1" "select count(*) > 0 from job where state = 'running'" 1 2>/dev/null
}

# The database is deleted: an end with a word about it, rather than results in a file without a name.
deleted() {
    "$vib" small.yaml -j 2 --db gone.db --set train.epochs=1000000 >gone.out 2>gone.err &
    local sweep=$! status=0
    until_true 120 running gone.db >/dev/null || return 1
    rm -r gone.db*
    wait $sweep || status=$?
    cat gone.err
    [ $status = 66 ] && grep -q 'gone.db was deleted or replaced' gone.err && ! grep -q results: gone.out
}
check 'a database that is deleted' deleted
check 'the same command begins anew' "$vib" small.yaml -j 2 -q --db gone.db

# A job's row is deleted: the others are not lost.
may_delete() {
    running row.db && nobody_writes row.db
}
row() {
    "$vib" small.yaml -j 2 --db row.db --set train.epochs=100 >row.out 2>row.err &
    local sweep=$! status=0
    caught 120 $sweep may_delete >/dev/null || return 1
    sql row.db "pragma foreign_keys = on; pragma busy_timeout = 60000;
        delete from job where id = (select min(id) from job where state = 'running')" || return 1
    kill -CONT $sweep
    wait $sweep || status=$?
    cat row.err row.out
    [ $status = 1 ] && grep -q 'was deleted from row.db and counts as failed' row.err &&
        [ "$(grep -c ' deleted$' row.out)" = 1 ] &&
        sql_is row.db "select state, count(*) from job group by 1" 'done|5' &&
        sql_is row.db 'select outcome from run' incomplete
}
check 'a job that is deleted while it runs' row
check 'the same command adds it again' "$vib" small.yaml -j 2 -q --db row.db --set train.epochs=100
check 'as the others' sql_is row.db "select count(*) from job where state = 'done'" 6

# The files of a database lie beside it, not beside a link to it.
linked() {
    mkdir -p elsewhere && : >elsewhere/real.db && ln -s elsewhere/real.db link.db || return 1
    "$vib" small.yaml -j 2 -q --db link.db --set train.epochs=300 >/dev/null &
    local sweep=$! status=0
    caught 120 $sweep compgen -G 'elsewhere/real.db.checkpoints/*.ckpt' >/dev/null || return 1
    kill -TERM $sweep
    kill -CONT $sweep
    wait $sweep || status=$?
    [ $status = 143 ] && [ ! -e link.db.checkpoints ]
}
check 'a link to a database' linked
check 'is continued by its own name' "$vib" small.yaml -j 2 --set train.epochs=300 --db elsewhere/real.db
check 'and no checkpoint is left' test ! -e elsewhere/real.db.checkpoints

# What kills may leave: the checkpoint of a finished job, a half-written one.
leftovers() {
    local identity
    identity=$(sql row.db 'select identity from job limit 1')
    mkdir row.db.checkpoints && echo old >"row.db.checkpoints/$identity.ckpt" &&
        echo half >"row.db.checkpoints/$identity.ckpt.tmp" || return 1
    "$vib" small.yaml -q --db row.db >/dev/null && [ ! -e row.db.checkpoints ]
}
check 'checkpoints of finished jobs are cleared away' leftovers
strangers() {
    mkdir row.db.checkpoints && echo mine >row.db.checkpoints/notes || return 1
    "$vib" small.yaml -q --db row.db >/dev/null && [ -e row.db.checkpoints/notes ]
}
check 'other files there are not' strangers

# Whoever may only read a database must not make its log: the owner could then write no more.
# Root may write everything, unless it gives that up.
powerless() {
    local without=()
    [ "$(id -u)" != 0 ] || without=(setpriv --bounding-set=-dac_override)
    "${without[@]}" "$@"
}
only_reads() {
    mkdir public && cp gone.db public/a.db && chmod a-w public/a.db || return 1
    powerless "$vib" export public/a.db >rows && [ "$(wc -l <rows)" = 13 ] &&
        [ "$(ls public)" = a.db ]
}
cannot_write() {
    local status=0
    powerless "$vib" small.yaml -q --db public/a.db 2>err || status=$?
    cat err
    [ $status = 74 ] && grep -q 'a.db: no permission to write' err && [ "$(ls public)" = a.db ]
}
cannot_log() {
    local status=0
    rm -f public/* && cp gone.db public/b.db && : >public/b.db-wal && chmod a-w public/b.db-wal &&
        powerless "$vib" small.yaml -q --db public/b.db 2>err || status=$?
    cat err
    [ $status = 74 ] && grep -q 'b.db: cannot .*: no permission to write it, its -wal' err
}
# check_powerless NAME COMMAND...
check_powerless() {
    if powerless true 2>/dev/null; then
        check "$@"
    else
        skip "$1" 'root cannot give up its power here'
    fi
}
# The same by a path of two slashes, which in a URI begin a host.
slashes() {
    powerless "$vib" export "/$PWD/public/a.db" | cmp - rows
}
# A copy of a database whose process was killed, where nobody may write.
log_needed() {
    local status=0
    rm -rf killed && mkdir killed && cp gone.db killed/c.db && chmod u+w killed/c.db &&
        sqlite3 killed/c.db '.open killed/c.db' 'update job set message = 7' '.shell cp killed/c.db-wal log' &&
        cp log killed/c.db-wal && chmod a-w killed/c.db* killed &&
        powerless "$vib" export killed/c.db >rows 2>err || status=$?
    cat err
    chmod u+w killed
    [ $status = 74 ] && grep -q 'c.db cannot be read without its log, the -wal file .* copy both files' err
}
check_powerless 'a reader without permission to write makes no files' only_reads
check_powerless 'by any path' slashes
check_powerless 'one that lacks what is in the log says so' log_needed
check_powerless 'nor can a sweep write there' cannot_write
check_powerless 'files of SQLite that are not ours are named' cannot_log

cd "$root" && done_testing
