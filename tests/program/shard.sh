#!/bin/bash
# Parts of a grid, each in a database of its own: together they are the grid, whatever happens to one.
# shellcheck disable=SC2317 # functions are called by name, through check
. tests/tap.sh
. tests/program/common.sh

# The results of databases, by the jobs' identities, in one order.
results() {
    local db
    for db in "$@"; do
        sql "$db" "select identity, state, r.* from job left join result r on r.job = job.id
            order by identity, split" | cut -d'|' -f1,2,4-
        sql "$db" "select identity, e.* from job join epoch e on e.job = job.id" | cut -d'|' -f1,3-
    done | sort
}
# same_as WHOLE DB...: each job is in one of them alone, with the results that the whole has.
same_as() {
    local whole=$1
    shift
    [ -n "$(results "$whole")" ] && diff <(results "$whole") <(results "$@")
}
jobs_are() {
    sql_is "$1" "select state, count(*) from job group by 1" "$2"
}
n_checkpoints() {
    [ "$(compgen -G "$1/*.ckpt" | wc -l)" = "$2" ]
}

small_config small.yaml 4
check 'the grid in one database' "$vib" small.yaml -j 2 -q --db whole.db
mkdir parts

# --- four parts, one after another ---

four() {
    local i
    for i in 1 2 3 4; do
        "$vib" small.yaml -j 2 -q --shard $i/4 --db four$i.db --publish parts/four$i.db \
            --checkpoints common >four$i.out || return 1
    done
}
check 'four shards, one after another' four
check 'together they are the grid' same_as whole.db four[1-4].db
check 'and so are their snapshots' same_as whole.db parts/four[1-4].db
check 'each reports its own jobs' test "$(cat four[1-4].out | grep -cE '^ *0\.')" = 6
check 'no checkpoint is left, but the folder that was named' n_checkpoints common 0
check 'which stays' test -d common
left_over() {
    ! compgen -G 'parts/*' | grep -v '^parts/four[1-4]\.db$'
}
check 'beside the snapshots lies nothing' left_over
again() {
    "$vib" small.yaml --shard 2/4 --db again.db --known parts/four1.db --known parts/four2.db \
        >again.out 2>again.err && [ ! -s again.out ] && [ ! -e again.db ] && cat again.err &&
        grep -q 'settled in what is known' again.err
}
check 'where all is known, nothing is begun' again
more_shards() {
    "$vib" small.yaml --shard 7/7 --db none.db && [ ! -e none.db ]
}
check 'a shard without a job is done' more_shards

damaged_known() {
    head -c 5000 parts/four2.db >cut.db
    "$vib" small.yaml -q --shard 2/4 --db known.db --known cut.db --known missing.db \
        --known parts/four1.db >/dev/null 2>known.err
    local status=$?
    cat known.err
    [ $status = 0 ] && grep -q 'cut.db.* it is left out of what is known' known.err &&
        grep -q 'no database missing.db; it is left out' known.err && jobs_are known.db 'done|1'
}
check 'what is known and cannot be read is told, and its jobs run' damaged_known

# --- a plan ---

plan() {
    echo shard,identity,flops
    sql whole.db "select case id when 2 then 2 when 5 then 2 else 1 end || ',' || identity || ',' || '1e9' from job"
}
plan >plan.csv
planned() {
    "$vib" small.yaml -q --shard 2 --plan plan.csv --db planned2.db >/dev/null &&
        "$vib" small.yaml -q --shard 1 --plan plan.csv --db planned1.db >/dev/null &&
        jobs_are planned2.db 'done|2' && same_as whole.db planned1.db planned2.db
}
check 'a plan says whose jobs are whose' planned
grown() {
    "$vib" small.yaml -q --set seed=[0,1] --shard 2 --plan plan.csv --db grown.db --known planned2.db
}
check 'a grid that has grown leaves its shards as they are' grown
foreign_plan() {
    exits 78 "$vib" small.yaml -q --set seed=1 --shard 2 --plan plan.csv --db foreign.db 2>foreign.err
    cat foreign.err
    grep -q 'are not those of the plan' foreign.err && [ ! -e foreign.db ]
}
check 'the plan of something else is refused' foreign_plan
check 'and a shard that it has not' exits 64 "$vib" small.yaml --shard 3 --plan plan.csv --db x.db
check 'and a plan that is none' exits 78 "$vib" small.yaml --shard 1 --plan small.yaml --db x.db
check 'and one that is not there' exits 66 "$vib" small.yaml --shard 1 --plan none.csv --db x.db

# Settings that the data decide belong to the identity, too: float inputs are scaled by default.
floats() {
    local split
    mkdir -p floats
    for split in train test; do
        awk 'BEGIN { print "a,b,label"; for (i = 0; i < 40; i++) print i / 7 "," i * i / 3 "," i % 2 }' >floats/$split.csv
    done
}
floats
cat >floats.yaml <<END
dataset: {dir: floats}
train: {epochs: 1, batch: 20}
grid: {seed: [1, 2, 3]}
END
of_floats() {
    "$vib" floats.yaml -q --db floats.db >/dev/null && {
        echo shard,identity,flops
        sql floats.db "select '1,' || identity || ',1' from job"
    } >floats.csv && "$vib" floats.yaml -q --shard 1 --plan floats.csv --db planned.db --known floats.db
}
check 'a plan of data whose scale is found out' of_floats

# --- what does not go together ---

check 'a shard without a database' exits 64 "$vib" small.yaml --shard 1/2
check 'one of no number' exits 64 "$vib" small.yaml --shard 3/2 --db x.db
check 'I without a plan' exits 64 "$vib" small.yaml --shard 1 --db x.db
check 'I/N with one' exits 64 "$vib" small.yaml --shard 1/2 --plan plan.csv --db x.db
check 'a plan without a shard' exits 64 "$vib" small.yaml --plan plan.csv --db x.db
check 'a snapshot over the database itself' exits 64 "$vib" small.yaml --db whole.db --publish ./whole.db
check 'a snapshot in no folder' exits 73 "$vib" small.yaml --db x.db --publish none/x.db
check 'checkpoints in no folder' exits 73 "$vib" small.yaml --db x.db --checkpoints none/x
check 'nothing was made of these' test ! -e x.db

# --- killed and stopped ---

small_config long.yaml 60 0.01
check 'a longer grid in one database' "$vib" long.yaml -j 2 -q --db long.db
some_done_one_saved() {
    [ "$(sql "$1" "select count(*) from job where state = 'done'" 2>/dev/null || echo 0)" -ge "$3" ] &&
        compgen -G "$2/*.ckpt" >/dev/null
}
# part DB OPTION...: all of the grid as one shard, in the background; its process is $process.
part() {
    local db=$1
    shift
    "$vib" long.yaml -j 1 -q --shard 1/1 --db "$db" --publish "parts/$db" "$@" >"$db.out" 2>"$db.err" &
    process=$!
}
# stop SIGNAL: sends it to $process, which was caught.
stop() {
    kill "-$1" "$process" && kill -CONT "$process"
}
# ends_with STATUS DB: waits for $process.
ends_with() {
    local status=0
    wait "$process" || status=$?
    cat "$2.err"
    [ "$status" = "$1" ]
}
killed() {
    part a.db --checkpoints ck
    caught 120 "$process" some_done_one_saved a.db ck 1 && kill -KILL "$process" || return 1
    ends_with 137 a.db 2>/dev/null
    compgen -G 'ck/*.ckpt' && sql_is parts/a.db "select count(*) from job where state = 'done'" 0
}
check 'SIGKILL before a snapshot has anything' killed
stopped() {
    cp -r ck ck.before
    part b.db --checkpoints ck --known parts/a.db
    caught 120 "$process" some_done_one_saved b.db ck 2 && stop "$1" || return 1
    ends_with 3 b.db && grep -q 'the same command continues' b.db.err &&
        sql_is b.db "select outcome from run" interrupted &&
        sql_is b.db "select count(*) from job where state = 'running'" 0
}
check 'another try, stopped by SIGUSR1: work is left' stopped USR1
check 'its snapshot has what it did' same_as b.db parts/b.db
check 'and there is a checkpoint for the next' compgen -G 'ck/*.ckpt'
done_before=$(sql b.db "select count(*) from job where state = 'done'")
next() {
    part c.db --checkpoints ck --known parts/a.db --known parts/b.db
    ends_with 0 c.db && jobs_are c.db "done|$((6 - done_before))" && n_checkpoints ck 0
}
check 'a third one does the rest' next
of_done() {
    results "$@" | grep -v pending
}
together() {
    [ "$(of_done long.db)" = "$(of_done parts/b.db parts/c.db)" ]
}
check 'the same results as undisturbed' together
# The first try's checkpoints are read: damaged ones are told of.
reads_checkpoints() {
    local file
    for file in ck.before/*.ckpt; do
        printf 'x' | dd of="$file" bs=1 seek=200 conv=notrunc status=none
    done
    part d.db --checkpoints ck.before
    caught 120 "$process" grep -q 'started over' d.db.err && stop TERM || return 1
    ends_with 3 d.db
}
check 'a try begins from the checkpoints of another' reads_checkpoints

same_command() {
    part e.db
    caught 120 "$process" some_done_one_saved e.db e.db.checkpoints 1 && stop TERM || return 1
    ends_with 3 e.db || return 1
    part e.db
    ends_with 0 e.db && jobs_are e.db 'done|6' && same_as long.db parts/e.db
}
check 'SIGTERM, and the same command continues' same_command

# A signal in the registration of a large shard, and one before there is anything.
cat >large.yaml <<END
dataset: {name: mixture, dim: 2, classes: 2, n_train: 100, n_test: 100}
train: {epochs: 1}
grid:
  seed: {range: {from: 1, to: 300000, step: 1}}
END
under_way() {
    [ -s large.db-wal ]
}
early() {
    "$vib-null" large.yaml -q --shard 1/1 --db large.db >large.out 2>large.err &
    local process=$! status=0
    until_true 120 under_way && kill -TERM $process || return 1
    wait $process || status=$?
    cat large.err
    [ $status = 3 ] && grep -q 'nothing was begun' large.err && ! compgen -G 'large.db*'
}
check 'a signal in the registration: work is left, and nothing else' early

# --- snapshots that cannot be written ---

# in_the_way DB OPTION...: as part, with a folder where the snapshot is to be, until that is told.
in_the_way() {
    mkdir -p "parts/$1/full"
    part "$@"
    until_true 120 grep -q 'trying again' "$1.err"
}
out_of_the_way() {
    rm -r "parts/$1"
}
kept() {
    in_the_way f.db --checkpoints ck.f --set beta=0.1 --set K=2 &&
        until_true 120 jobs_are f.db 'done|1' >/dev/null || return 1
    n_checkpoints ck.f 1 && out_of_the_way f.db && ends_with 0 f.db && jobs_are parts/f.db 'done|1' && n_checkpoints ck.f 0 &&
        [ "$(grep -c 'trying again' f.db.err)" = 1 ] && grep -q 'takes snapshots again' f.db.err
}
check 'a checkpoint stays until a snapshot has its result' kept

# SIGTERM over and over, for longer than signals count as one.
impatient() {
    local i
    in_the_way g.db --set beta=0.1 --set K=2 &&
        until_true 120 jobs_are g.db 'done|1' >/dev/null || return 1
    for i in {1..40}; do
        kill -TERM "$process" || return 1
        read -r -t 0.02 <> <(:) || :
    done
    out_of_the_way g.db
    ends_with 0 g.db && jobs_are parts/g.db 'done|1'
}
check 'further signals cut nothing short' impatient
impatient_stop() {
    local i
    part h.db --checkpoints ck.h
    caught 120 "$process" some_done_one_saved h.db ck.h 1 && rm parts/h.db && mkdir -p parts/h.db/full && stop TERM &&
        until_true 60 grep -q 'trying again' h.db.err || return 1
    for i in {1..40}; do
        kill -TERM "$process" || return 1
        read -r -t 0.02 <> <(:) || :
    done
    out_of_the_way h.db
    ends_with 3 h.db && same_as h.db parts/h.db
}
check 'nor where work is left' impatient_stop

# No file may grow as large as the snapshot, as on a full disk.
full_disk() {
    part i.db --set beta=0.1 --set K=2
    ends_with 0 i.db && rm parts/i.db || return 1
    (
        ulimit -S -f 64
        exec "$vib" long.yaml -q --shard 1/1 --set beta=0.1 --set K=2 --db i.db --publish parts/i.db
    ) >/dev/null 2>i.db.err &
    process=$!
    until_true 60 grep -q 'make the snapshot.*trying again' i.db.err && [ ! -e parts/i.db ] &&
        prlimit --pid $process --fsize=unlimited: || return 1
    ends_with 0 i.db && jobs_are parts/i.db 'done|1' && [ "$(grep -c 'trying again' i.db.err)" = 1 ]
}
check 'a full disk is waited for' full_disk

# The log of a batch job may be on it, too.
full_log() {
    "$vib" long.yaml -j 1 -q --shard 1/1 --db log.db >/dev/full 2>log.db.err &
    process=$!
    caught 120 "$process" some_done_one_saved log.db log.db.checkpoints 1 && stop TERM || return 1
    ends_with 3 log.db
}
check 'a full log does not hide that work is left' full_log

# --- a machine that fails every job ---

# broken FOLDER: where no checkpoint of any job can be read.
broken() {
    local identity
    for identity in $(sql whole.db 'select identity from job'); do
        mkdir -p "$1/$identity.ckpt"
    done
}
gives_up() {
    local status=0
    broken broken
    "$vib" small.yaml -j 1 -q --shard 1/1 --db bad.db --publish parts/bad.db --checkpoints broken \
        >/dev/null 2>bad.err || status=$?
    cat bad.err
    [ $status = 1 ] && grep -q 'giving up: 5 jobs in a row failed here, .*ckpt' bad.err &&
        jobs_are bad.db $'failed|5\npending|1' && jobs_are parts/bad.db $'failed|5\npending|1'
}
check 'five failed jobs in a row end a shard' gives_up
elsewhere() {
    "$vib" small.yaml -q --shard 1/1 --db good.db --known parts/bad.db >/dev/null && jobs_are good.db 'done|6'
}
check 'and are run elsewhere' elsewhere
one_is_done() {
    local status=0
    broken half
    rm -r half/"$(sql bad.db 'select identity from job order by finished_at limit 1 offset 2')".ckpt
    "$vib" small.yaml -j 1 -q --shard 1/1 --db half.db --checkpoints half >/dev/null 2>half.err || status=$?
    cat half.err
    [ $status = 1 ] && ! grep -q 'giving up' half.err && jobs_are half.db $'done|1\nfailed|5'
}
check 'five that are not in a row do not' one_is_done
whole_goes_on() {
    "$vib" small.yaml -j 1 -q --db all.db --checkpoints broken >/dev/null 2>&1
    jobs_are all.db 'failed|6'
}
check 'nor five of a sweep that is no shard' whole_goes_on

cd "$root" && done_testing
