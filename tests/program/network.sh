#!/bin/bash
# Databases on file systems that hosts share: one that only says it is NFS, and FUSE where it can be had.
# shellcheck disable=SC2317 # functions are called by name, through check
. tests/tap.sh
. tests/program/common.sh

network=$vib-network
small_config small.yaml 10

told() {
    cat "$1"
    [ "$(grep -c 'rollback journal' "$1")" = 1 ] &&
        grep -q "vib-sweep: .* lies on $2: .* one host at a time" "$1"
}
# stands_alone DB: neither log nor journal is beside it.
stands_alone() {
    ! compgen -G "$1-*"
}

check 'a sweep on a local disk' "$vib" small.yaml -j 2 -q --db local.db
check 'its export' export_both local.db local

on_network() {
    "$network" small.yaml -j 2 -q --db net.db >/dev/null 2>net.err
}
check 'a sweep on NFS' on_network
check 'says in one line what that means' told net.err NFS
check 'has no log and leaves no journal' stands_alone net.db
check 'is in rollback mode' sql_is net.db 'pragma journal_mode' delete
check 'its export' export_both net.db net
check 'the same bytes as on a local disk' same_results local net

both() {
    "$network" small.yaml -j 1 -q --db both.db >/dev/null 2>&1 &
    local first=$! a=0 b=0
    "$network" small.yaml -j 1 -q --db both.db >/dev/null 2>&1 || b=$?
    wait $first || a=$?
    [ $a = 0 ] && [ $b = 0 ] && sql_is both.db "select count(*), max(attempts) from job" '6|1'
}
check 'two processes of one host share it' both

# --- another host ---

# elsewhere DB: as if a process of another host were at a job of it.
elsewhere() {
    "$network" small.yaml -j 2 -q --db "$1" >/dev/null 2>&1 &&
        sql "$1" "update run set ended_at = null, outcome = null, host = 'far', pid = 4711, host_identity = 'a b c';
            update job set state = 'running' where id = 3"
}
# As the other host gives signs of life, by a clock that is an hour behind.
signs() {
    local i
    for ((i = 0; ; i++)); do
        sql "$1" "pragma busy_timeout = 9000; update run set heartbeat_at =
            strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '-1 hours')" >/dev/null
        read -r -t 0.2 <> <(:) || :
    done
}
refused() {
    elsewhere used.db || return 1
    local all='select id, outcome from run; select id, state, attempts, run, finished_at from job'
    sql used.db "$all" >before
    signs used.db &
    local other=$! status=0
    "$network" small.yaml -j 2 -q --db used.db >/dev/null 2>refused.err || status=$?
    kill $other
    wait $other 2>/dev/null
    cat refused.err
    sql used.db "$all" >after
    [ $status = 75 ] && cmp before after
}
check 'a second host is refused while another writes: status 75' refused
check 'the other is named, and --shard as the way' grep -q \
    'used.db lies on NFS and run 1 (process 4711 on far) writes it: .* --shard I/N' refused.err

silent() {
    elsewhere silent.db || return 1
    "$network" small.yaml -j 2 -q --db silent.db >/dev/null 2>silent.err &
    local process=$! status=0
    until_true 60 grep -q 'run 1 (process 4711 on far) has not ended: looking for a sign' silent.err
    kill -TERM $process
    wait $process || status=$?
    cat silent.err
    [ $status = 143 ] && grep -q 'interrupted: nothing was begun' silent.err &&
        sql_is silent.db 'select count(*) from run' 1
}
check 'one that gives no sign is watched, which a signal ends' silent
check 'meanwhile it can be read' export_both silent.db silent

# --- FUSE ---

fuse_test() {
    local status=0 victim
    "$vib" small.yaml -j 2 -q --db fuse/x.db --set train.epochs=400 >/dev/null 2>fuse.err &
    victim=$!
    until_true 120 sql_is fuse/x.db "select count(*) > 0 from job where state = 'running'" 1 >/dev/null 2>&1 ||
        return 1
    told fuse.err FUSE || return 1
    "$vib" export fuse/x.db -o fuse.csv || return 1
    kill -KILL $victim
    wait $victim 2>/dev/null
    "$vib" small.yaml -j 2 -q --db fuse/small.db >/dev/null 2>&1 && stands_alone fuse/small.db &&
        export_both fuse/small.db fuse_results && same_results local fuse_results || return 1
    # The killed one's jobs are taken back at once, by its process.
    "$vib" small.yaml -j 2 -q --db fuse/x.db --set train.epochs=400 --set beta=0.1 --set K=2 >/dev/null 2>&1 ||
        status=$?
    [ $status = 0 ] && sql_is fuse/x.db 'pragma integrity_check' ok
}
mkdir disk fuse
if bindfs "$PWD/disk" "$PWD/fuse" 2>/dev/null; then
    trap 'fusermount -u "$TMPDIR/fuse"' EXIT
    check 'a sweep, a reader, a kill and its continuation on FUSE' fuse_test
    fusermount -u fuse
    trap - EXIT
else
    skip 'a sweep, a reader, a kill and its continuation on FUSE' 'no bindfs here, or no right to mount'
fi

cd "$root" && done_testing
