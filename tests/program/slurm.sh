#!/bin/bash
# vib-sweep slurm with stand-ins for sbatch, squeue and scontrol; tests/slow/slurm.sh has real ones.
# shellcheck disable=SC2317 # functions are called by name, through check
# shellcheck disable=SC2016 # what scripts are to hold is not expanded
. tests/tap.sh
. tests/program/common.sh

# --- the stand-ins ---
#
# calls has their command lines. queue has what squeue tells, lines of JOB|ELEMENT|NAME, to which
# sbatch adds an array; told has what it tells in its longer format. A file named `fail-NAME` has words that NAME fails with, fail-sbatch after it
# accepted where there is a file `accept`. max has MaxArraySize, state what scontrol shows of a job.
mkdir bin
cat >bin/sbatch <<'END'
#!/bin/bash
echo "sbatch $*" >>calls
[ ! -e fail-sbatch ] || [ -e accept ] || { cat fail-sbatch >&2; exit 1; }
job=$(($(cat jobs 2>/dev/null || echo 100) + 1))
echo "$job" >jobs
name='' elements=''
for word; do
    case $word in
    --job-name=*) name=${word#*=} ;;
    --array=*) elements=${word#*=} elements=${elements%\%*} ;;
    esac
done
for range in ${elements//,/ }; do
    for ((i = ${range%-*}; i <= ${range#*-}; i++)); do echo "$job|$i|$name"; done
done >>queue
[ -n "$elements" ] || echo "$job|N/A|$name" >>queue
[ ! -e fail-sbatch ] || { cat fail-sbatch >&2; exit 1; }
echo "$job"
END
cat >bin/squeue <<'END'
#!/bin/bash
echo "squeue $*" >>calls
[ ! -e fail-squeue ] || { cat fail-squeue >&2; exit 1; }
case "$*" in
*--Format=*) cat told 2>/dev/null ;;
*)
    printf '7|N/A|other|s job\n7|1|other-0123456789ab-0\n'
    cat queue 2>/dev/null || :
    ;;
esac
END
cat >bin/scontrol <<'END'
#!/bin/bash
echo "scontrol $*" >>calls
[ ! -e fail-scontrol ] || { cat fail-scontrol >&2; exit 1; }
case $1 in
show) [ "$2" = config ] && printf 'Config\nMaxArraySize            = %s\n' "$(cat max 2>/dev/null || echo 1001)" || cat state ;;
esac
END
chmod +x bin/*
PATH=$PWD/bin:$PATH

small_config small.yaml
hour=(--rate 1e6 --hours 1)
slurm() {
    "$vib" slurm small.yaml --dir D "${hour[@]}" "$@"
}
fresh() {
    rm -rf D calls queue jobs max accept fail-*
}
# n_calls NAME WANTED
n_calls() {
    local got
    got=$(grep -c "^$1" calls 2>/dev/null)
    [ "$got" = "$2" ] && return
    echo "$got calls of $1"
    cat calls
    return 1
}
# call_is NUMBER LINE: of sbatch, with PLAN for the plan's hash.
call_is() {
    local got
    got=$(grep '^sbatch' calls | sed -n "$1p" | sed -E 's/small-[0-9a-f]{12}-/small-PLAN-/')
    [ "$got" = "$2" ] && return
    echo "wanted: $2"
    echo "got:    $got"
    return 1
}
# says STATUS WORDS COMMAND...: ends with that status and, on stderr, words.
says() {
    local wanted=$1 words=$2 got=0
    shift 2
    "$@" 2>said || got=$?
    cat said
    [ "$got" = "$wanted" ] && grep -q -- "$words" said && return
    echo "status $got; wanted $wanted and: $words"
    return 1
}
task=$PWD/D/task.sh merge=$PWD/D/merge.sh

# --- before anything is submitted ---

dry_run() {
    slurm --dry-run --hours 0.2 >dry && head -1 dry | grep -q '^#!/bin/bash' &&
        grep -qE '^[0-9]+ tasks of 4 processors each for 6 of 6 jobs, about 5\.38 core-hours' dry &&
        [ ! -e D ] && n_calls sbatch 0
}
check '--dry-run prints script, tasks and core-hours, and makes nothing' dry_run
check 'no hours' says 64 'hours takes a number above 0' slurm --hours 0
check 'no rate' says 64 'rate takes a number above 0' slurm --rate fast
check 'no processors' says 64 'cpus-per-task of sbatch takes a number' slurm -- -c many
check 'an option of two lines' says 64 'has more than one line' slurm -- $'--comment=a\nb'
check 'nothing was made' test ! -e D
check 'the rate is measured where it is not given' \
    "$vib" slurm small.yaml --dir D --dry-run --set train.epochs=20000

# --- submission ---

check 'a sweep is submitted' slurm --max-tasks 3 -- -p long '--comment=say "$HOME"' -c 2
check 'as one array' call_is 1 "sbatch --parsable --job-name=small-PLAN-0 --array=1-3%3 $task 0"
check 'and a merge after it' call_is 2 \
    "sbatch --parsable --job-name=small-PLAN-merge --dependency=afterany:101 $merge"
check 'with the options of the user' grep -qxF '#SBATCH "-p" "long" "--comment=say \"$HOME\"" "-c" "2"' D/task.sh
check 'as many threads' grep -qxF 'threads=${SLURM_CPUS_PER_TASK:-2}' D/task.sh
check 'the scripts are scripts' bash -n D/task.sh D/merge.sh
plan_is_whole() {
    [ "$(head -1 D/plan.csv)" = $'shard,identity,flops\r' ] &&
        [ "$(tail -n +2 D/plan.csv | cut -d, -f2 | sort -u | wc -l)" = 6 ] &&
        [ "$(tail -n +2 D/plan.csv | wc -l)" = 6 ] &&
        [ "$(tail -n +2 D/plan.csv | cut -d, -f1 | sort -u | tr '\n' ' ')" = '1 2 3 ' ]
}
check 'the plan has every job once' plan_is_whole
cp D/plan.csv plan.first
check 'run again' slurm
check 'it submits nothing that is in the queue' n_calls sbatch 2
check 'from elsewhere, by another path' "$vib" slurm small.yaml --dir "$PWD/./D" "${hour[@]}"
check 'neither' n_calls sbatch 2
grep -v '|[23]|' queue >left && mv left queue
check 'when two of the tasks are gone' slurm
check 'they are submitted again' call_is 3 \
    "sbatch --parsable --job-name=small-PLAN-0 --array=2-3 $task 0"
check 'and a merge after all that are in the queue' call_is 4 \
    "sbatch --parsable --job-name=small-PLAN-merge --dependency=afterany:101:103 $merge"
check 'the plan is the same' cmp D/plan.csv plan.first

# --- what status tells of it ---

name=$(sed -n '1s/.*|//p' queue)
{
    printf '%-8s|%-12s|%-64s|%-300s\n' R 2 None "$name" PD 0 Priority "$name" PD 1 Resources "$name" \
        PD 0 Priority "$name" PD 0 Dependency "${name%-*}-merge" PD 0 Other other-0123456789ab-0
} >told
# queue_is PLACE TEXT: the words, null for none, that status has for the queue
queue_is() {
    "$vib" status "$1" --json >status.json || return 1
    cat status.json
    grep -qF "\"queue\":$2,\"running_jobs\"" status.json
}
check 'status tells what squeue does' queue_is D '"1 running, 3 pending (Priority 2, Resources 1), 2 requeued"'
waits() {
    "$vib" status D >status.out && cat status.out && ! grep -q 'nothing runs: the same' status.out
}
check 'and not to begin what waits there' waits
: >told
check 'that it has none' queue_is D '"no task"'
begins() {
    "$vib" status D | grep -q 'nothing runs: the same'
}
check 'which may begin' begins
echo 'squeue: error: no contact' >fail-squeue
check 'nothing where squeue fails' queue_is D null
rm fail-squeue
mv bin/squeue squeue.kept
without() {
    mkdir -p some && ln -sf "$(command -v timeout)" some/timeout && PATH=$PWD/some "$vib" status D --json >status.json &&
        grep -qF '"queue":null' status.json
}
check 'nothing without squeue' without
printf '#!/bin/bash\nexec tail -f /dev/null\n' >bin/squeue
chmod +x bin/squeue
check 'nothing where it does not answer' queue_is D null
mv squeue.kept bin/squeue
mv D/task.sh .
check 'a folder that was not submitted is not asked for' queue_is D null
mv task.sh D

# --- what is done ---

rm queue
done_of_shard() { # NUMBER: its jobs done in a part, as another attempt would have left them
    "$vib" D/config.yaml --shard "$1" --plan D/plan.csv --db "part$1.db" -q \
        --publish "D/parts/$1-9-0.db" >/dev/null
}
check 'a part has the results of a shard' done_of_shard 2
check 'submitted again' slurm
check 'this shard is not' call_is 5 "sbatch --parsable --job-name=small-PLAN-0 --array=1,3 $task 0"
rm queue
rm D/small.db*
head -c 5000 D/parts/2-9-0.db >cut.db && cp cut.db D/parts/2-9-0.db
check 'a part that is cut short is told' says 0 'what it holds counts as missing' slurm
check 'and its shard submitted' call_is 7 "sbatch --parsable --job-name=small-PLAN-0 --array=1-3 $task 0"

# --- a grid that changes ---

fresh
check 'a sweep anew' slurm --set 'beta=[1e-3, 1e-2]'
cp D/plan.csv plan.first
check 'its grid has grown' slurm --hours 0.2
check 'only what is new is submitted' call_is 3 \
    "sbatch --parsable --job-name=small-PLAN-0 --array=2-3 $task 0"
appended() {
    cmp -n "$(wc -c <plan.first)" D/plan.csv plan.first && [ "$(tail -n +2 D/plan.csv | wc -l)" = 6 ]
}
check 'as new lines of the plan' appended
check 'a grid that has lost jobs is another sweep' \
    says 64 'has 4 jobs that the configuration no longer asks for' slurm --set 'beta=0.1'
check 'whose folder is left alone' appended

# --- limits of the cluster ---

fresh
echo 4 >max
check 'with indices up to 3' slurm --hours 0.1 --max-tasks 2
check 'the first array' call_is 1 "sbatch --parsable --job-name=small-PLAN-0 --array=1-3%2 $task 0"
check 'the second after it, for its limit' call_is 2 \
    "sbatch --parsable --job-name=small-PLAN-4 --array=0-2%2 --dependency=afterany:101 $task 4"
check 'the merge after both' call_is 3 \
    "sbatch --parsable --job-name=small-PLAN-merge --dependency=afterany:101:102 $merge"
sed -i '/|1|small-.*-4$/d' queue
check 'the queue is read with its offsets' slurm
check 'so that one task is missing' call_is 4 \
    "sbatch --parsable --job-name=small-PLAN-4 --array=1 $task 4"
fresh
echo 1 >max
check 'no arrays at all' says 74 'takes no job arrays' slurm
fresh

# --- when Slurm fails ---

timeout='sbatch: error: Batch job submission failed: Socket timed out on send/recv operation'
echo "$timeout" >fail-sbatch
touch accept
check 'sbatch times out, having accepted' slurm
check 'array and merge are there once' n_calls sbatch 2
rm accept fail-sbatch
check 'run again' slurm
check 'it finds them' n_calls sbatch 2
fresh
echo "$timeout" >fail-sbatch
check 'sbatch times out, not having accepted' says 74 'sbatch failed with status 1: .*Socket timed out' slurm
echo 'squeue: error: no contact' >fail-squeue
check 'without squeue nothing is submitted' says 74 'squeue failed with status 1: .*no contact' slurm
check 'not even tried' n_calls sbatch 1
rm fail-squeue fail-sbatch
check 'run again, it submits' slurm
check 'both' n_calls sbatch 3
fresh
echo "$timeout" >fail-sbatch
no_answer() { # squeue answers once
    local real=$PWD/bin/squeue.real
    mv bin/squeue "$real"
    printf '#!/bin/bash\n[ ! -e asked ] || exit 1\ntouch asked\nexec %q "$@"\n' "$real" >bin/squeue
    chmod +x bin/squeue
    says 74 'whether it was accepted cannot be told' slurm
    local status=$?
    mv "$real" bin/squeue
    rm -f asked
    return "$status"
}
check 'neither sbatch nor squeue answers' no_answer
fresh
no_slurm() {
    PATH=/usr/bin:/bin says 74 'cannot run squeue: No such file' slurm
}
if PATH=/usr/bin:/bin command -v squeue >/dev/null; then
    skip 'no Slurm at all' 'there is one'
else
    check 'no Slurm at all' no_slurm
fi
all_done() {
    fresh
    "$vib" slurm small.yaml --dir D "${hour[@]}" >/dev/null &&
        "$vib" small.yaml -q --db D/small.db >/dev/null && rm calls && slurm >said && cat said &&
        grep -q '^small: 6 of 6 jobs have a result' said && [ ! -e calls ]
}
check 'with nothing left Slurm is not asked' all_done

# --- what tasks check ---

fresh
check 'a sweep to check' slurm
unchanged() {
    "$vib" slurm D/config.yaml --check
}
check 'nothing has changed' unchanged
edited() {
    cp D/config.yaml kept
    sed -i 's/^train.lr: .*/train.lr: 0.1/' D/config.yaml
    says 78 'digest [0-9a-f]\{64\}) was altered since the sweep was submitted ([0-9a-f]\{64\})' unchanged
    local status=$?
    mv kept D/config.yaml
    return "$status"
}
check 'the configuration was edited' edited
other_program() {
    cp "$vib" other && printf x >>other &&
        says 64 'program (digest [0-9a-f]\{64\}) is not the one .*([0-9a-f]\{64\})' \
            ./other slurm D/config.yaml --check
}
check 'the program is another' other_program
check 'no frozen configuration' says 78 'no configuration that vib-sweep slurm has frozen' \
    "$vib" slurm small.yaml --check
made_data() { # FOLDER DIGIT: four examples of two inputs, as CSV
    mkdir -p "$1" && printf 'a,b,label\n1,2,0\n3,4,1\n5,6,0\n7,%s,1\n' "$2" >"$1/train.csv" &&
        cp "$1/train.csv" "$1/test.csv"
}
other_data() {
    made_data toy 8 && cat >toy.yaml <<'END' && "$vib" slurm toy.yaml --dir T "${hour[@]}" &&
name: toy
dataset: {dir: toy}
model: {hidden: [4]}
train: {epochs: 1, batch: 2}
END
        made_data toy 9 &&
        says 66 "data set 'toy' (digest [0-9a-f]\{64\}) is not what .*([0-9a-f]\{64\})" \
            "$vib" slurm T/config.yaml --check &&
        rm -r toy && says 66 toy "$vib" slurm T/config.yaml --check
}
check 'the data are others, or missing' other_data

# Bytes, as images are: what is planned is what the shards have.
bytes() {
    idx_data images 0 3 && cat >images.yaml <<'END' && "$vib" slurm images.yaml --dir B "${hour[@]}" || return 1
name: images
dataset: {dir: images}
model: {hidden: [4]}
train: {epochs: 1, batch: 10}
evaluate: {bounds: []}
grid: {beta: [1e-3, 0.1], seed: [0, 1]}
END
    local shard
    for shard in $(tail -n +2 B/plan.csv | cut -d, -f1 | sort -u); do
        "$vib" B/config.yaml -q --plan B/plan.csv --shard "$shard" --db "b-$shard.db" \
            --publish "B/parts/$shard.db" || return 1
    done
    "$vib" merge B/images.db B/parts/*.db && sql_is B/images.db \
        "SELECT count(*) FROM job WHERE state = 'done'" 4
}
check 'a sweep on bytes has the jobs of its plan' bytes

# --- a task, with a stand-in for the program ---
#
# It ends with the status in the file `status`, at once where there is no file `wait`, else when USR1
# comes; --check ends with that in `check`.
fresh
check 'a sweep for tasks' slurm
cat >stub <<'END'
#!/bin/bash
if [ "$1" = slurm ]; then
    [ ! -e wait-check ] || { touch checking; while [ -e wait-check ]; do read -r -t 0.02 <> <(:); done; }
    exit "$(cat check 2>/dev/null || echo 0)"
fi
echo "$*" >>runs
asked=''
trap 'asked=yes; echo USR1 >>signals' USR1
trap 'asked=yes; echo TERM >>signals' TERM
touch started
while [ -e wait ] && [ -z "$asked" ]; do read -r -t 0.02 <> <(:); done
[ ! -e trains ] || echo x >>D/checkpoints/"$(sed -n '2s/[0-9]*,\([^,]*\),.*/\1/p' D/plan.csv)".ckpt
exit "$(cat status)"
END
chmod +x stub
sed "s|^program=.*|program='$PWD/stub'|" D/task.sh >task.sh
show() { # STATE REASON RESTARTS: what scontrol tells of the task
    echo "JobId=9 ArrayJobId=5 JobName=x JobState=$1 Reason=$2 Dependency=(null) Requeue=1 Restarts=$3 BatchFlag=1" >state
}
# as_task STATUS [RESTART]: a task whose program ends with that status, to its end; its own is given.
as_task() {
    echo "$1" >status
    (
        export SLURM_ARRAY_JOB_ID=5 SLURM_ARRAY_TASK_ID=1
        [ -z "${2-}" ] || export SLURM_RESTART_COUNT=$2
        exec bash task.sh 0
    )
}
requeued() { # TIMES
    touch calls
    [ "$(grep -c '^scontrol requeue 5_1$' calls)" = "$1" ]
}
anew() {
    rm -f calls runs signals started wait check D/logs/*.stalls D/checkpoints/*.ckpt trains
    show RUNNING None 0
}
anew
check 'a task that is done ends with 0' as_task 0
check 'and is not requeued' requeued 0
run_as() {
    grep -qxE "$PWD/D/config.yaml --shard 1 --plan $PWD/D/plan.csv --db .*/vib-sweep\.[^/]*/part.db --checkpoints $PWD/D/checkpoints --publish $PWD/D/parts/1-5-0.db --quiet --jobs 4" runs
}
check 'the program got its shard' run_as
touch D/parts/1-4-0.db D/parts/1-5-0.db D/parts/11-4-0.db
anew
knows() {
    as_task 0 2 && grep -q -- " --known $PWD/D/parts/1-4-0.db --known $PWD/D/parts/1-5-0.db --db " runs &&
        grep -q -- "--publish $PWD/D/parts/1-5-2.db" runs
}
check 'it knows the parts of its shard' knows
rm D/parts/*.db
anew
check 'failed jobs end the task' exits 1 as_task 1
check 'for good' requeued 0
anew
check 'diverged ones are results' exits 0 as_task 2
check 'and are not requeued' requeued 0
anew
echo 66 >check
check 'a task whose data are missing refuses' exits 66 as_task 0
check 'before it runs' test ! -e runs
anew
check 'work is left' exits 3 as_task 3
check 'so it is requeued' requeued 1
anew
show COMPLETING None 0
check 'a task that is cancelled' exits 3 as_task 3
check 'is not' requeued 0
anew
show COMPLETING TimeLimit 0
check 'one at its time limit' exits 3 as_task 3
check 'is' requeued 1
anew
show RUNNING None 1
check 'one that was requeued already, and lives on' exits 3 as_task 3
check 'is not' requeued 0
anew
echo 'scontrol: error: no contact' >fail-scontrol
check 'without scontrol' exits 3 as_task 3
check 'it is not' requeued 0
rm fail-scontrol
stalls() {
    anew
    local i
    for i in 0 1 2; do
        show RUNNING None "$i"
        as_task 3 "$i" >said
    done
    cat said
    requeued 2 && grep -q 'three attempts in a row' said
}
check 'the third attempt that trains nothing is the last' stalls
progress() {
    anew
    touch trains
    local i
    for i in 0 1 2 3 4; do
        show RUNNING None "$i"
        as_task 3 "$i"
    done
    requeued 5
}
check 'attempts that train go on' progress

# signalled SIGNAL FILE STATUS: a task that gets a signal when the file is there ends with that status.
signalled() {
    echo 3 >status
    SLURM_ARRAY_JOB_ID=5 SLURM_ARRAY_TASK_ID=1 bash task.sh 0 >said &
    local task=$!
    until_true 60 test -e "$2" || return 1
    kill -"$1" "$task"
    rm -f wait-check
    exits "$3" wait "$task"
}
warned() {
    anew
    touch wait
    signalled USR1 started 3 && [ "$(cat signals)" = USR1 ] && requeued 1
}
check 'the warning reaches the program, and the task is requeued' warned
ended() {
    anew
    touch wait
    show COMPLETING TimeLimit 0
    signalled TERM started 3 && requeued 1
}
check 'so does the end' ended
early() {
    anew
    rm -f checking
    touch wait wait-check
    signalled USR1 checking 3 && [ ! -e runs ] && requeued 1
}
check 'so is one that is warned before it runs' early
check 'nothing is left behind' test -z "$(find "${TMPDIR:-/tmp}" -maxdepth 1 -name 'vib-sweep.*')"
done_testing
