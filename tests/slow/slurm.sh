#!/bin/bash
# vib-sweep slurm on a real Slurm, of six nodes on this machine: whatever fails, the merged results
# are those of a sweep on one machine, byte for byte, and nothing finished is trained again.
#
#   tests/slow/slurm.sh [CASE]...    the functions below that begin with case_, without that; all
#
# Needs root and Slurm, or the right to install it.
# shellcheck disable=SC2119,SC2120,SC2317 # functions are called by name, through check
. tests/tap.sh
. tests/slow/cluster.sh
cluster_needs
. tests/program/common.sh

cat >small.yaml <<'END'
name: small
dataset: {name: mixture, dim: 8, classes: 4, n_train: 2000, n_test: 500}
model: {hidden: [32]}
train: {epochs: 300, lr: 1e-3}
evaluate: {every: 100, samples: 4}
checkpoint: {every: 0.2}
grid:
  beta: [1e-3, 1e-2, 0.1]
  K: [2, 4]
  seed: [0, 1]
END
config=$PWD/small.yaml

# --- sweeps: each case has a folder of its own, with sweeps in folders, of which $D is meant ---

D=D reference=$PWD/alone
# submit [OPTION]... [-- SBATCH OPTION...]: tasks of a processor and a job each, unless told otherwise.
submit() {
    local words=(--) status=0
    [[ " $* " = *' -- '* ]] && words=()
    "$vib" slurm "$config" --dir "$D" --rate 1e9 --hours 1e-6 "$@" "${words[@]}" -c 1 >told 2>&1 ||
        status=$?
    cat told
    return "$status"
}
told() {
    grep -q -- "$1" told && return
    cat told
    return 1
}
n_tasks_are() { # WANTED: that were submitted so far, by their logs and what waits
    local got
    got=$(squeue --noheader --array --format=%F_%K | grep -vc N/A)
    [ "$got" = "$1" ] && return
    squeue --array
    return 1
}
is_over() {
    [ -z "$(squeue --noheader --format=%i)" ]
}
until_over() {
    until_true 600 is_over && return
    squeue
    tail -n 5 "$D"/logs/*
    return 1
}
# Both after all tasks have ended: what was merged is what one machine has found,
same_as_alone() {
    export_both "$D/small.db" merged && same_results "$reference" merged
}
# results DB...: the identities of the jobs that are done in each.
results() {
    local part
    for part; do
        [ ! -e "$part" ] || sql "$part" "select identity from job where state = 'done'"
    done
}
# and no result was found twice.
trained_once() {
    local twice
    twice=$(results "$D"/parts/*-*.db | sort | uniq -d)
    [ -z "$twice" ] && return
    echo "trained twice: $twice"
    return 1
}
said() { # WORDS: in some log
    grep -h -- "$1" "$D"/logs/*.log && return
    tail -n 3 "$D"/logs/*.log
    return 1
}
until_said() {
    until_true 100 grep -qs -- "$1" "$D"/logs/*.log
}
n_parts() { # AT_LEAST: snapshots that are there
    [ "$(find "$D/parts" -name '*.db' | wc -l)" -ge "$1" ]
}
# The programs that are at a shard of the sweep, as process numbers.
programs() { # SHARD, as a regular expression
    pgrep -f -- "--shard $1 --plan $PWD/$D/plan.csv "
}
n_programs() { # SHARD WANTED
    [ "$(programs "$1" | wc -l)" = "$2" ]
}
# Waits for a task to be at a shard, and stops its program there.
freeze() {
    until_true 60 n_programs "$1" 1 && kill -STOP "$(programs "$1")"
}
# hold, release: no task begins meanwhile.
hold() {
    scontrol update NodeName=ALL State=DRAIN Reason=test
}
release() {
    scontrol update NodeName=ALL State=RESUME
}
merge() {
    "$vib" merge "$D/small.db" "$D"/parts/*.db --plan "$D/config.yaml"
}
few=(--rate 3.4e6 --hours 1) # four tasks of three jobs each

# --- cases ---

case_plain() {
    check 'a sweep is submitted' submit
    check 'and again' submit
    check 'to no effect' told '12 tasks in the queue'
    check 'its tasks end, and the merge' until_over
    check 'the merged results' same_as_alone
    check 'each trained once' trained_once
    check 'in one attempt' test "$(find D/parts -name '*.db' | wc -l)" = 12
    check 'once more, it is done' submit
    check 'as it says' told '^small: 12 of 12 jobs have a result'
}

# pending PROCESS SIGNAL: whether a stopped process has been sent it.
pending() {
    local mask
    mask=$(sed -n 's/^ShdPnd:[[:space:]]*/0x/p' "/proc/$1/status") && ((mask & 1 << ($2 - 1)))
}
# The least time limit is a minute. The warning may come up to a minute before its time. Stopped
# programs do not end before it; Slurm continues what it ends.
case_limits() {
    check 'tasks of a minute, warned before' submit "${few[@]}" -- --time=1 --signal=B:USR1@10
    check 'one runs' freeze 1
    local program
    program=$(programs 1)
    check 'until it is warned' until_true 100 pending "$program" "$(kill -l USR1)"
    kill -CONT "$program"
    check 'then it ends' until_said 'shard 1, .*, restart 0: ended with 3'
    check 'is requeued' until_said 'goes on in the queue'
    check 'and all end' until_over
    check 'the merged results' same_as_alone
    check 'each trained once' trained_once
    D=E
    check 'tasks of a minute, not warned, nor with a checkpoint before' \
        submit "${few[@]}" --set checkpoint.every=600 -- --time=1 --signal=B:CONT@10
    check 'one runs' freeze 1
    check 'until its limit' until_said 'DUE TO TIME LIMIT'
    check 'then it ends' until_said 'shard 1, .*, restart 0: ended with 3'
    check 'is requeued' until_said 'goes on in the queue'
    check 'and all end' until_over
    check 'the merged results' same_as_alone
    check 'each trained once' trained_once
    D=D
}

case_kill() {
    check 'a sweep of few tasks' submit "${few[@]}"
    check 'one runs' freeze 2
    kill_task() { # script and program
        local program
        program=$(programs 2) && kill -KILL "$(ps -o ppid= -p "$program" | tr -d ' ')" "$program"
    }
    check 'and is killed' kill_task
    check 'the others end' until_over
    check 'some results are missing' test "$(results D/small.db | wc -l)" -lt 12
    check 'again' submit "${few[@]}"
    check 'one task is submitted' told '^submitted: 1 task '
    check 'and ends' until_over
    check 'the merged results' same_as_alone
    check 'each trained once' trained_once
}

case_node() {
    check 'a sweep of few tasks' submit "${few[@]}"
    check 'one runs' freeze 1
    local first node
    first=$(programs 1)
    node=$(squeue --noheader --array --format='%K %N' | sed -n 's/^1 n//p')
    check 'its node fails' node_kill "$node"
    check 'the task begins elsewhere, and lives on' until_true 60 n_programs 1 2
    kill -CONT "$first"
    check 'all end' until_over
    ended() {
        n_programs 1 0
    }
    check 'the first attempt, too' until_true 60 ended
    check 'there are parts of both' test -e D/parts/1-*-0.db -a -e D/parts/1-*-1.db
    check 'the node comes back' node_start "$node"
    check 'as it was' until_true 60 nodes_are_up
    check 'merged again' merge
    check 'the merged results' same_as_alone
    twice_in_first() { # nothing but in the two copies
        [ -z "$(results D/parts/[2-9]*-*.db | sort | uniq -d)" ]
    }
    check 'nothing else trained twice' twice_in_first
}

case_controller() {
    check 'a sweep' submit "${few[@]}"
    check 'one task runs' freeze 1
    check 'slurmctld ends' controller_stop
    kill -CONT "$(programs 1)"
    check 'and comes back' controller_start
    check 'all end' until_over
    check 'the merged results' same_as_alone
    check 'each trained once' trained_once
}

case_timeout() {
    mkdir bin
    printf '#!/bin/bash\n%q "$@" >/dev/null && echo "sbatch: error: Socket timed out" >&2\nexit 1\n' \
        "$(command -v sbatch)" >bin/sbatch
    chmod +x bin/sbatch
    late() {
        PATH=$PWD/bin:$PATH submit
    }
    check 'tasks wait' hold
    check 'sbatch accepts, and times out' late
    check 'again' late
    check 'to no effect' told '12 tasks in the queue'
    check 'each is there once' n_tasks_are 12
    check 'in arrays of up to seven' test "$(squeue --noheader --format=%F | sort -u | wc -l)" = 3
    check 'they run' release
    check 'all end' until_over
    check 'the merged results' same_as_alone
    check 'each trained once' trained_once
}

case_refused() {
    local config=$PWD/toy.yaml reference=$PWD/toy own=$PWD/vib-sweep vib_before=$vib
    cp "$vib" "$own"
    data() { # VALUE
        mkdir -p data && printf 'a,b,label\n1,2,0\n3,4,1\n5,6,0\n7,%s,1\n' "$1" | tee data/train.csv >data/test.csv
    }
    data 8
    cat >toy.yaml <<'END'
name: small
dataset: {dir: data}
model: {hidden: [4]}
train: {epochs: 3, batch: 2}
grid: {beta: [0.1, 0.2]}
END
    toy_alone() {
        "$vib" toy.yaml -q --db toy.db >/dev/null && export_both toy.db toy
    }
    check 'one machine' toy_alone
    vib=$own
    # refuses STATUS WORDS: the tasks of a sweep that were held meanwhile
    refuses() {
        release && until_over && said "$2" && said "ended with $1"
    }
    check 'tasks wait' hold
    check 'a sweep' submit
    data 9
    check 'whose data are others by then' refuses 66 'digest [0-9a-f]*) is not what'
    rm -r data
    check 'tasks wait' hold
    check 'it cannot be submitted without data' exits 66 submit
    data 8
    check 'with them it is' submit
    rm -r data
    check 'missing data' refuses 66 'data'
    data 8
    hold
    check 'again' submit
    printf x >>"$own"
    check 'another program' refuses 64 'is not the one that submitted'
    hold
    check 'again' submit
    sed -i 's/^train.lr:.*//; $a # edited' D/config.yaml
    check 'an edited configuration' refuses 78 'was altered since'
    check 'at last' submit
    check 'all end' until_over
    check 'the merged results' same_as_alone
    check 'each trained once' trained_once
    vib=$vib_before
}

# A node where no file may grow beyond 700 KB: there is room for the database, but not for weights.
case_bad_node() {
    local wide=(--set 'model.hidden=[512,512]' --set train.epochs=1 --set save.weights=true
        --set 'seed=[0,1,2,3,4,5]' --rate 1.25e7 --hours 1) reference=$PWD/wide
    check 'one machine' "$vib" "$config" "${wide[@]:0:8}" -q --db wide.db
    check 'its export' export_both wide.db wide
    check 'a node stops' kill -TERM "$(cat "$cluster/slurmd-n6.pid")"
    limited() {
        (ulimit -f 700 && node_start 6) && until_true 60 nodes_are_up
    }
    until_true 20 has_ended "$(cat "$cluster/slurmd-n6.pid")"
    check 'and comes back with a limit' limited
    check 'a sweep' submit "${wide[@]}"
    check 'whose tasks end' until_over
    check 'there, after five failed jobs' said 'in a row'
    check 'with 1' said 'ended with 1'
    check 'others with 0' said 'ended with 0'
    check 'again, without that node' submit "${wide[@]}" -- --exclude=n6
    check 'they end' until_over
    check 'the merged results' same_as_alone
    check 'each trained once' trained_once
    weights_are_there() {
        [ "$(find D/small.db.weights -type f | wc -l)" = 36 ]
    }
    check 'with their weights' weights_are_there
    kill -TERM "$(cat "$cluster/slurmd-n6.pid")"
    until_true 20 has_ended "$(cat "$cluster/slurmd-n6.pid")"
    check 'the node is well again' node_start 6
    until_true 60 nodes_are_up
}

# small_disk FOLDER
small_disk() {
    mkdir -p "$1" && mount -t tmpfs -o size=3m tmpfs "$1"
}
# fill FOLDER: leaves no room there.
fill() {
    ! dd if=/dev/zero of="$1/filler" bs=4k 2>/dev/null
}
# full_during FOLDER: from the first snapshot of shard 1 on there is no room, until that was told.
full_during() {
    begun() {
        compgen -G "$D/parts/1-*.db" >/dev/null
    }
    until_true 60 begun && kill -STOP "$(programs 1)" && fill "$1" && kill -CONT "$(programs 1)" &&
        until_said 'trying again'
    local status=$?
    rm -f "$1/filler"
    return "$status"
}
case_full() {
    local two=(--rate 6.8e6 --hours 1) # tasks of six jobs each
    small_disk "$PWD/scratch" 2>/dev/null || {
        skip 'disks without room' 'no right to mount here'
        return
    }
    check 'a sweep' submit "${two[@]}" -- "--export=ALL,TMPDIR=$PWD/scratch"
    check 'has no room for a part, and tells' full_during "$PWD/scratch"
    check 'with room it ends' until_over
    # The other task shares the disk: where it began without room, it has ended with 74.
    check 'again' submit
    check 'and all end' until_over
    check 'the merged results' same_as_alone
    check 'each trained once' trained_once
    umount "$PWD/scratch"

    D=E
    small_disk "$PWD/E/parts"
    check 'a sweep' submit "${two[@]}"
    check 'has no room for what it publishes, and tells' full_during "$PWD/E/parts"
    check 'with room it ends' until_over
    check 'the merged results' same_as_alone
    check 'each trained once' trained_once

    small_disk "$PWD/F"
    cp -a E/. F/
    D=F
    rm F/small.db*
    fill "$PWD/F"
    check 'no room for the merge' exits 74 merge
    rm F/filler
    check 'with room' merge
    check 'the merged results' same_as_alone
    D=D
    umount "$PWD/E/parts" "$PWD/F"
}

case_merge() {
    check 'a sweep' submit "${few[@]}"
    check 'a task runs' freeze 1
    check 'merged during the sweep' until_true 60 merge
    check 'and again' merge
    kill -CONT "$(programs 1)"
    check 'all end' until_over
    check 'the merged results' same_as_alone
    cp D/small.db once.db
    check 'merged twice' merge
    check 'the same results' same_as_alone
    rm D/small.db*
    head -c 20000 "$(ls D/parts/2-*.db)" >cut.db && cp cut.db "$(ls D/parts/2-*.db)"
    rm D/parts/3-*.db
    truncated() {
        ! merge 2>merge.err && cat merge.err && grep -q "parts/2-.*.db" merge.err
    }
    check 'a part that was cut short is told' truncated
    check 'the others are merged' test "$(results D/small.db | wc -l)" = 6
    check 'again' submit "${few[@]}"
    check 'what is missing is submitted' told '^submitted: 2 tasks '
    check 'and ends' until_over
    check 'merged' exits 0 same_as_alone
}

case_pending() {
    check 'tasks wait' hold
    check 'a sweep' submit "${few[@]}"
    by_hand() { # as in terminals
        local shard
        for shard in 1 2 3 4; do
            "$vib" D/config.yaml --shard "$shard" --plan D/plan.csv --db "$shard.db" -q \
                --publish "D/parts/$shard-hand-0.db" >/dev/null || return 1
        done
    }
    check 'is done by hand' by_hand
    check 'tasks may run' release
    check 'they end' until_over
    check 'at once' said 'ended with 0'
    check 'and have published nothing' test "$(find D/parts -name '*.db' | wc -l)" = 4
    check 'the merged results' same_as_alone
    check 'each trained once' trained_once
}

case_cancel() {
    check 'a sweep' submit "${few[@]}"
    check 'a task runs' freeze 1
    check 'and is cancelled' scancel "$(squeue --noheader --array --format='%i %K' | sed -n 's/ 1$//p')"
    check 'its program is asked to end' until_said 'ended with 3'
    check 'and it does not come back' until_said 'is not wanted any more'
    check 'the others end' until_over
    check 'again' submit "${few[@]}"
    check 'it does' told '^submitted: 1 task '
    check 'and ends' until_over
    check 'the merged results' same_as_alone
    check 'each trained once' trained_once
}

# --- all of it ---

run_case() {
    mkdir "$TMPDIR/$1" && cd "$TMPDIR/$1" || exit 1
    echo "# $1"
    "case_$1"
    cd "$TMPDIR" || exit 1
}
alone() {
    "$vib" small.yaml -q --db alone.db >/dev/null && export_both alone.db alone
}
check 'a sweep on one machine' alone
check 'a cluster' cluster_start 6
[ $# -gt 0 ] || set -- plain limits kill node controller timeout refused bad_node full merge pending cancel
for name; do
    run_case "$name"
done
done_testing
