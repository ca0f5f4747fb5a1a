#!/bin/bash
# vib-sweep rerun and forget: what goes, what stays, what is refused, beside a running sweep too.
# shellcheck disable=SC2317 # functions are called by name, through check
. tests/tap.sh
. tests/program/common.sh

small_config small.yaml
saving=(--set save.weights=true --set save.codes=3)
sweep() { # DB OPTIONS...
    "$vib" small.yaml -j 2 -q "${saving[@]}" --db "$@" >/dev/null 2>sweep.err
}
jobs_are() {
    sql_is "$1" 'select state, count(*) from job group by 1' "$2"
}
check 'a sweep' sweep whole.db
check 'its export' export_both whole.db whole
copy() { # DB: that of the sweep, with its weights
    cp whole.db "$1" && cp -r whole.db.weights "$1.weights" &&
        sql "$1" "update job set weights = replace(weights, 'whole.db', '$1')"
}

# refuses STATUS WORDS COMMAND...: in one sentence, and one.db is as it was.
refuses() {
    local status=$1 words=$2
    shift 2
    sql one.db .dump >before
    exits "$status" "$vib" "$@" >out 2>err </dev/null || return 1
    cat err
    [ "$(wc -l <err)" = 1 ] && grep -qE "$words" err && sql one.db .dump | cmp - before
}
copy one.db
check 'no jobs are named' refuses 64 'rerun: say which jobs' rerun one.db
check 'nor to forget' refuses 64 'forget: say which jobs' forget one.db --yes
check 'no terminal and no --yes' refuses 64 'no terminal to ask on; --yes' forget one.db --job 2
check 'but it was told' grep -qE '^  job 2  done +beta=0.001 K=4 seed=0$' out
check 'no such job' refuses 64 'one.db has no job 7' rerun one.db --job 7 --job 2 --yes
check 'no number' refuses 64 "takes the number of a job, not '2x'" rerun one.db --job 2x --yes
check 'no key' refuses 64 'rerun: jobs have no key .betta.; did you mean beta' rerun one.db --only betta=1 --yes
check 'no database' refuses 66 'there is no database none.db' forget none.db --job 1 --yes
check 'which is not made' test ! -e none.db
check 'no job is meant' "$vib" forget one.db --only K=7 --yes
check 'so none goes' jobs_are one.db 'done|6'

# --- rerun ---

rerun() {
    "$vib" rerun one.db --only beta=1e-3 --only beta=0.01 --only K=4 --yes >out || return 1
    cat out
    grep -qx 'one.db: 2 jobs' out && grep -qx '2 jobs to be run again' out && ! grep -q '^.\{81\}' out
}
check 'rerun' rerun
check 'of the jobs with all of the values' sql_is one.db \
    "select job.id, beta, K from job join setting on job = id where state = 'pending'" $'2|0.001|4\n4|0.01|4'
as_new() {
    local columns='state, attempts, worker, started_at, finished_at, train_s, evaluate_s, examples, objective, message, weights, input_scale'
    "$vib" small.yaml -j 1 -q --db new.db --set K=4 --fail-fast --set train.lr=1e30 "${saving[@]}" >/dev/null 2>&1
    sql_is one.db "select $columns from job where id = 2" "$(sql new.db "select $columns from job where state = 'pending' limit 1")" &&
        sql_is one.db 'select run from job where id = 2' ''
}
check 'which are as new' as_new
nothing_left() { # DB JOBS
    local table
    for table in result epoch bound code decoder progress; do
        sql_is "$1" "select count(*) from $table where job in ($2)" 0 || return 1
    done
}
check 'and have left nothing' nothing_left one.db '2, 4'
# weights_of DB JOB: exist
weights_of() {
    test -e "$1.weights/$(sql "$1" "select identity from job where id = $2").safetensors"
}
check 'their weights stay' weights_of one.db 2
check 'but not in the database' sql_is one.db 'select count(weights) from job where id = 2' 0
check 'the same command runs them' sweep one.db
check 'them alone' sql_is one.db 'select count(*), sum(run = 2) from job' '6|2'
check 'its export' export_both one.db one
check 'has the same results' same_results whole one
check 'and weights' weights_of one.db 2

# A copy of a database, or a snapshot, speaks of the weights of the original.
copied() {
    cp whole.db copy.db && "$vib" rerun copy.db --job 2 -y >/dev/null && jobs_are copy.db $'done|5\npending|1'
}
check 'a copy' copied
check 'leaves the weights of the original' weights_of whole.db 2

# Failed jobs have checkpoints. A step takes long enough for the second job to begin before the first is told of.
long=(--set 'beta=[1e-3, 0.1]' --set K=2 --set train.epochs=1000000)
check 'jobs that diverge and are interrupted' exits 1 sweep cut.db "${long[@]}" --set 'beta=0.1' \
    --set 'train.lr=[1e30, 1e-3]' --set 'model.hidden=[1024, 1024]' --fail-fast
checkpoints() {
    find cut.db.checkpoints -name '*.ckpt' 2>/dev/null | wc -l
}
check 'have a checkpoint' test "$(checkpoints)" = 1
check 'rerun of a job that waits' "$vib" rerun cut.db --only train.lr=1e-3 --yes
check 'has it begin anew' test ! -e cut.db.checkpoints
failed_alone() {
    sql cut.db "update job set state = 'failed' where train_s = 0" &&
        "$vib" rerun cut.db --failed --yes >out && cat out && grep -qx 'cut.db: 1 job' out &&
        jobs_are cut.db $'diverged|1\npending|1'
}
check '--failed' failed_alone
elsewhere() {
    local identity
    identity=$(sql cut.db "select identity from job where state = 'pending'")
    mkdir named && touch "named/$identity.ckpt" && "$vib" rerun cut.db --only train.lr=1e-3 --checkpoints named -y &&
        [ ! -e "named/$identity.ckpt" ] && [ -d named ]
}
check '--checkpoints' elsewhere

undeletable() { # COMMAND WORDS
    local identity stays
    rm -rf named && mkdir named && copy left.db || return 1
    for identity in $(sql left.db 'select identity from job where id in (2, 3, 4)'); do
        touch "named/$identity.ckpt"
    done
    stays=named/$(sql left.db 'select identity from job where id = 3').ckpt
    rm "$stays" && mkdir "$stays"
    exits 74 "$vib" "$1" left.db --job 2 --job 3 --job 4 --checkpoints named -y 2>err >/dev/null || return 1
    cat err
    grep -q "$1: the database has changed, 3 jobs are $2, but .* cannot delete $stays: .*; delete what is left" err &&
        [ "$(ls named)" = "${stays#named/}" ]
}
check 'a checkpoint that cannot be deleted: the others are' undeletable rerun 'to be run again'
check 'and the database has changed' jobs_are left.db $'done|3\npending|3'
check 'so with jobs to forget' undeletable forget forgotten
check 'which are gone' jobs_are left.db 'done|3'

# --- forget ---

copy two.db
check 'forget' "$vib" forget two.db --job 1 --job 6 --yes
check 'takes jobs out' sql_is two.db 'select id from job order by id' $'2\n3\n4\n5'
check 'with all they left' nothing_left two.db '1, 6'
settings_gone() {
    sql_is two.db 'select count(*) from setting' 4 && sql_is two.db 'pragma foreign_key_check' ''
}
check 'and their settings' settings_gone
check 'but not their weights' test "$(find two.db.weights -type f | wc -l)" = 6
check 'all of them' "$vib" forget two.db --only K=2 --only K=4 --yes
check 'leave nothing' sql_is two.db 'select count(*) from job' 0
merged() {
    "$vib" merge two.db whole.db >/dev/null && jobs_are two.db 'done|6'
}
check 'a merge brings them back' merged

# --- the question ---

cat >ask.py <<'END'
# ask.py ANSWER MEANWHILE COMMAND...: answers on a terminal, after MEANWHILE has been done.
import os, pty, subprocess, sys
said, asked = b"", False
def read(fd):
    global said, asked
    data = os.read(fd, 1024)
    said += data
    if not asked and b"go on? [y/N]" in said:
        asked = True
        subprocess.run(sys.argv[2], shell=True, check=True)
        os.write(fd, sys.argv[1].encode() + b"\n")
    return data
sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[3:], read)))
END
if python3 -c 'import pty; pty.openpty()' 2>/dev/null; then
    asked() { # ANSWER MEANWHILE STATUS WORDS
        exits "$3" python3 ask.py "$1" "$2" "$vib" forget one.db --job 1 </dev/null >out
        local status=$?
        cat out
        [ $status = 0 ] && grep -q "$4" out
    }
    check 'no' asked n : 0 'nothing was done'
    check 'leaves it' jobs_are one.db 'done|6'
    check 'jobs that change meanwhile' asked y \
        "sqlite3 one.db \"update job set state = 'failed' where id = 1\"" 75 'have changed meanwhile'
    check 'are left' jobs_are one.db $'done|5\nfailed|1'
    check 'yes' asked y : 0 '1 job forgotten'
    check 'does it' jobs_are one.db 'done|5'
else
    skip 'the question' 'there are no terminals'
fi

# --- beside a sweep ---

"$vib" small.yaml -j 1 -q "${long[@]}" --db live.db >/dev/null 2>live.err &
process=$!
at_it() {
    [ "$(sql live.db "select count(*) from job where state = 'running'" 2>/dev/null)" = 1 ]
}
until_true 60 at_it
running=$(sql live.db "select id from job where state = 'running'")
waiting=$(sql live.db "select id from job where state = 'pending'")
busy() {
    exits 75 "$vib" "$1" live.db --job "$running" --yes 2>err && cat err &&
        grep -q "run 1 (process $process on .*) is at job $running; stop it first" err && at_it
}
check 'a job that runs is not run again' busy rerun
check 'nor forgotten' busy forget
check 'nor with others' exits 75 "$vib" forget live.db --only K=2 --yes
check 'nor are the others then' sql_is live.db 'select count(*) from job' 2
check 'one that waits is forgotten' "$vib" forget live.db --job "$waiting" --yes
check 'the sweep goes on' at_it
kill -KILL $process
wait $process 2>/dev/null
check 'a job of a process that died is run again' "$vib" rerun live.db --job "$running" --yes
check 'from the start' jobs_are live.db 'pending|1'

# --- where hosts share the file system ---

copy shared.db
check 'a database on NFS' "$vib-network" forget shared.db --job 1 --yes
check 'has lost the job' jobs_are shared.db 'done|5'
sql shared.db "update run set ended_at = null, outcome = null, host = 'far', pid = 4711, host_identity = 'a b c'"
far() {
    exits 75 "$vib-network" rerun shared.db --job 2 --yes 2>err && cat err &&
        grep -q 'shared.db lies on NFS, .* run 1 (process 4711 on far) has not ended: do it there' err
}
check 'while another host may be at it' far
check 'is left alone' jobs_are shared.db 'done|5'

# --- older databases ---

for version in 2 3; do
    old() {
        sqlite3 "old$version.db" <"$root/tests/unit/store/version$version.sql" &&
            "$vib" forget "old$version.db" --job 1 --yes && sql_is "old$version.db" \
            'select count(*) from job where id = 1' 0 && sql_is "old$version.db" 'pragma user_version' 5
    }
    check "of schema $version" old
done

cd "$root" && done_testing
