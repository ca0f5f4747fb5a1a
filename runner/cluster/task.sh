# shellcheck shell=bash disable=SC2154,SC2317 # variables that vib-sweep slurm writes above; a trap
shard=$(($1 + SLURM_ARRAY_TASK_ID))
task=${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID
restart=${SLURM_RESTART_COUNT:-0}

say() {
    echo "$(date -u +%FT%TZ) shard $shard, task $task, restart $restart: $*"
}

# run COMMAND...: to its end, whatever signals come; they are passed on.
asked='' signalled='' child=''
pass_on() {
    asked=yes signalled=yes
    [ -z "$child" ] || kill -USR1 "$child" 2>/dev/null
}
trap pass_on USR1 TERM
run() {
    "$@" &
    child=$!
    [ -z "$asked" ] || kill -USR1 "$child" 2>/dev/null
    while
        signalled=''
        wait "$child"
        status=$?
        [ -n "$signalled" ]
    do :; done
    child=''
}

# The checkpoints of the shard's jobs: by them one attempt has come further than another.
trained() {
    awk -F, -v shard="$shard" '$1 == shard { print $2 ".ckpt" }' "$folder/plan.csv" |
        (cd "$folder/checkpoints" && xargs cksum) 2>/dev/null
}

# Counts, in a file of the task's, the attempts in a row that came no further; false at the third.
may_repeat() {
    local file=$folder/logs/$task.stalls stalls=0
    if [ "$(trained)" = "$before" ]; then
        stalls=$(($(cat "$file" 2>/dev/null || echo 0) + 1))
    fi
    echo "$stalls" >"$file"
    [ "$stalls" -lt 3 ]
}

# Whether this attempt, and no later one, is running, or has come to its time limit: what somebody
# cancelled is not to come back.
is_wanted() {
    case $(scontrol show job --oneliner "$task") in
    *' JobState=RUNNING '*" Restarts=$restart "*) ;;
    *' Reason=TimeLimit '*" Restarts=$restart "*) ;;
    *' JobState=PREEMPTED '*" Restarts=$restart "*) ;;
    *) return 1 ;;
    esac
}

cd "$work" || exit 66
scratch=$(mktemp -d "${SLURM_TMPDIR:-${TMPDIR:-/tmp}}/vib-sweep.XXXXXX") || exit 73
trap 'rm -rf "$scratch"' EXIT
say "begins on $(hostname)"
before=$(trained)
run "$program" slurm "$folder/config.yaml" --check
if [ "$status" -eq 0 ]; then
    known=()
    for part in "$folder/parts/$shard-"*.db; do
        [ ! -e "$part" ] || known+=(--known "$part")
    done
    run "$program" "$folder/config.yaml" --shard "$shard" --plan "$folder/plan.csv" \
        "${known[@]}" --db "$scratch/part.db" --checkpoints "$folder/checkpoints" \
        --publish "$folder/parts/$shard-$SLURM_ARRAY_JOB_ID-$restart.db" \
        --quiet --jobs "$threads"
fi

# 3: work is left. Before the program heeds signals they end it, USR1 with 138 and TERM with 143.
case $asked$status in
yes138 | yes143) status=3 ;;
esac
say "ended with $status"
# 2: some diverged, which is their result: to Slurm the task is complete.
[ "$status" -ne 2 ] || exit 0
[ "$status" -eq 3 ] || exit "$status"
if ! is_wanted; then
    say 'is not wanted any more'
elif ! may_repeat; then
    say 'three attempts in a row trained nothing: not once more'
elif scontrol requeue "$task"; then
    say 'goes on in the queue'
else
    say 'may not go back to the queue: vib-sweep slurm submits what is left'
fi
exit 3
