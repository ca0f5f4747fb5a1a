#!/bin/bash
# Several processes and readers on one database.
# shellcheck disable=SC2317 # functions are called by name, through check
. tests/tap.sh
. tests/program/common.sh

small_config small.yaml 30

check 'one process alone' "$vib" small.yaml -j 2 -q --db alone.db
check 'its export' export_both alone.db alone

both() {
    "$vib" small.yaml -j 1 -q --db both.db >first.out &
    local first=$! a=0 b=0
    "$vib" small.yaml -j 1 -q --db both.db >second.out || b=$?
    wait $first || a=$?
    [ $a = 0 ] && [ $b = 0 ]
}
check 'two processes, started together, both end with status 0' both
check 'no job ran twice' sql_is both.db "select count(*), max(attempts) from job" '6|1'
check 'export' export_both both.db both
check 'the same bytes as one process' same_results alone both
same_tables() {
    diff <(grep -v '^results:' first.out) <(grep -v '^results:' second.out)
}
check 'both report the whole grid' same_tables

# The first one is stopped until the second has ended a job.
joinable() {
    sql_is later.db "select count(*) > 0 from job where state = 'running'" 1 2>/dev/null && nobody_writes later.db
}
took_part() {
    sql_is later.db "select count(*) > 0 from job where run = 2 and state = 'done'" 1
}
later() {
    "$vib" small.yaml -j 1 -q --db later.db >/dev/null &
    local first=$! second a=0 b=0
    caught 120 $first joinable >/dev/null || return 1
    "$vib" small.yaml -j 1 -q --db later.db >/dev/null &
    second=$!
    until_true 120 took_part >/dev/null || return 1
    kill -CONT $first
    wait $first || a=$?
    wait $second || b=$?
    [ $a = 0 ] && [ $b = 0 ] && sql_is later.db "select count(*), max(attempts), count(distinct run) from job" '6|1|2'
}
check 'one that comes later takes part' later

# Another process dies while this one waits for its job.
orphan() {
    "$vib" small.yaml -j 2 -q --db orphan.db --set train.epochs=400 >/dev/null &
    local victim=$!
    until_true 120 sql_is orphan.db "select count(*) > 1 from job where state = 'running'" 1 2>/dev/null >&2
    "$vib" small.yaml -j 2 -q --db orphan.db --set train.epochs=400 --set beta=0.1 >/dev/null &
    local survivor=$!
    until_true 120 sql_is orphan.db "select count(*) from run" 2 >/dev/null
    kill -KILL $victim
    wait $victim 2>/dev/null
    wait $survivor
}
check 'a process takes back the jobs of one that died beside it' orphan
check 'and finishes its own grid' sql_is orphan.db \
    "select count(*) from job join setting on job = id where beta = 0.1 and state = 'done'" 2

# unfinished DB IDENTITY AGE: as if a process elsewhere were at a job of it, and fell silent AGE seconds ago.
unfinished() {
    "$vib" small.yaml -j 2 -q --db "$1" --set train.epochs=2 >/dev/null &&
        sql "$1" "update run set ended_at = null, outcome = null, host = 'far', pid = 4711, host_identity = $2,
                heartbeat_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '-$3 seconds');
            update job set state = 'running' where id = 3"
}
continued() {
    "$vib" small.yaml -j 2 -q --db "$1" --set train.epochs=2 >/dev/null 2>silent.err
    local status=$?
    cat silent.err
    [ $status = 0 ] && sql_is "$1" "select count(*), sum(attempts) from job where state = 'done'" '6|7'
}
# Of another name space of this machine, and so by this machine's clock.
silent() {
    unfinished silent.db "rtrim(host_identity, replace(host_identity, ' ', '')) || 'pid:[1]'" 117 && continued silent.db &&
        grep -qE 'waiting for run 1 \(process 4711 on far\), silent for 1[12][0-9] s: its 1 job .* in <?[0-3] s' silent.err
}
check 'a process that is waited for is named' silent
rebooted() {
    local boot
    boot=$(cat /proc/sys/kernel/random/boot_id) &&
        unfinished reboot.db "replace(host_identity, '$boot', 'another')" 0 && continued reboot.db &&
        ! grep -q waiting silent.err && grep -q 'took back 1 job' silent.err
}
if [ -s /etc/machine-id ] && [ -r /proc/sys/kernel/random/boot_id ]; then
    check 'one of before a reboot is not waited for' rebooted
else
    skip 'one of before a reboot is not waited for' 'no machine-id here'
fi

# A reader that holds its snapshot all the while, and a writer that holds the lock for a time.
reader() {
    "$vib" small.yaml -j 2 -q --db read.db --set train.epochs=2 >/dev/null || return 1
    mkfifo commands
    sqlite3 -batch read.db <commands >/dev/null &
    local shell=$! status=0
    exec 9>commands
    echo 'begin; select count(*) from job;' >&9
    "$vib" small.yaml -j 2 -q --db read.db >/dev/null || status=$?
    echo 'rollback;' >&9
    exec 9>&-
    wait $shell
    rm commands
    return $status
}
check 'a reader with an open transaction does not disturb' reader

writer() {
    mkfifo commands answers
    sqlite3 -batch write.db <commands >answers 2>&1 &
    local shell=$! status=0
    exec 9>commands 8<answers
    "$vib" small.yaml -j 2 -q --db write.db --set train.epochs=2 >/dev/null || return 1
    "$vib" small.yaml -j 2 -q --db write.db --set train.epochs=300 >/dev/null 2>busy.err &
    local sweep=$!
    until_true 120 sql_is write.db "select count(*) > 1 from job where state = 'running'" 1 >/dev/null
    echo "begin immediate; select 'locked';" >&9
    until_true 120 read -r _ <&8
    # Held until the sweep has said that it is waiting, or has nothing to write for a while.
    until_true 60 grep -q 'results wait in memory' busy.err
    echo 'rollback;' >&9
    exec 9>&- 8<&-
    wait $sweep || status=$?
    wait $shell
    [ $status = 0 ] && sql_is write.db "select count(*) from job where state <> 'done'" 0
}
check 'a foreign writer that locks the database for long delays, nothing more' writer

cd "$root" && done_testing
