#!/bin/bash
# Kills and interruptions: nothing finished is lost or run twice, and the results are the same bytes.
# shellcheck disable=SC2317 # functions are called by name, through check
. tests/tap.sh
. tests/program/common.sh

small_config small.yaml 60 0.01

has_checkpoint() {
    compgen -G "$1.checkpoints/*.ckpt" >/dev/null
}
some_done_one_saved() {
    [ "$(sql "$1" "select count(*) from job where state = 'done'" 2>/dev/null || echo 0)" -ge 1 ] &&
        has_checkpoint "$1"
}

check 'the sweep undisturbed' "$vib" small.yaml -j 2 -q --db whole.db
check 'its export' export_both whole.db whole

# SIGKILL in the middle.
"$vib" small.yaml -j 2 -q --db killed.db >/dev/null &
victim=$!
check 'a job is done and another is checkpointed' caught 120 $victim some_done_one_saved killed.db
kill -KILL $victim
wait $victim 2>/dev/null
check 'the kill came in the middle' sql_is killed.db "select count(*) > 0 from job where state = 'running'" 1
sql killed.db "select id, attempts from job where state = 'done'" >done_before
check 'the database survived' sql_is killed.db 'pragma integrity_check' ok
check 'the sweep continues' "$vib" small.yaml -j 2 -q --db killed.db
check 'and is complete' sql_is killed.db "select state, count(*) from job group by 1" 'done|6'
check 'its export' export_both killed.db killed
check 'the same bytes as undisturbed' same_results whole killed
not_again() {
    sql killed.db "select id, attempts from job where id in ($(cut -d'|' -f1 done_before | paste -sd,))" |
        cmp - done_before
}
check 'what was done was not run again' not_again
check 'the lost run is marked' sql_is killed.db "select outcome from run order by id" $'lost\ncomplete'

# One job and two threads that help: its kills and interruptions.
one=(small.yaml -q --set beta=0.01 --set K=4 --set 'model.hidden=[256]' --set train.batch=200)
one_job() {
    "$vib" "${one[@]}" -j 1 --db "$1"
}
begun() {
    has_checkpoint "$1" && sql_is "$1" "select attempts from job" "$2" >/dev/null 2>&1
}
# end_one SIGNAL DB STATUS ATTEMPT
end_one() {
    "$vib" "${one[@]}" -j 3 --db "$2" >/dev/null &
    local process=$! status=0
    caught 120 $process begun "$2" "$4" || return 1
    kill "-$1" $process
    kill -CONT $process
    wait $process || status=$?
    [ $status = "$3" ]
}
check 'one job undisturbed, on one thread' one_job alone.db
check 'its export' export_both alone.db alone
check 'SIGKILL while it is helped' end_one KILL team.db 137 1
check 'it is on record as running' sql_is team.db "select state from job" running
check 'SIGTERM while it is helped' end_one TERM team.db 143 2
check 'its checkpoint is kept, and it is given back' sql_is team.db "select state from job" pending
check 'it continues with one thread' one_job team.db
check 'its export' export_both team.db team
check 'the same bytes as undisturbed' same_results alone team

# SIGTERM and SIGINT: checkpoint, leave, continue.
interrupted() {
    env --default-signal=INT "$vib" small.yaml -j 2 -q --db "$2" >/dev/null &
    local process=$! status=0
    caught 120 $process has_checkpoint "$2" || return 1
    kill "-$1" $process
    kill -CONT $process
    [ -z "${4-}" ] || kill "-$1" $process
    wait $process || status=$?
    [ $status = "$3" ] && has_checkpoint "$2" &&
        sql_is "$2" "select count(*) from job where state = 'running'" 0 &&
        sql_is "$2" "select outcome from run" interrupted
}
check 'SIGTERM: status 143, jobs given back, checkpoints kept' interrupted TERM term.db 143
check 'the sweep continues after it' "$vib" small.yaml -j 1 -q --db term.db
check 'its export' export_both term.db term
check 'the same bytes as undisturbed' same_results whole term
# As the shell and the kernel, or `timeout`, send them.
check 'SIGHUP, a closed terminal, twice: status 129' interrupted HUP hup.db 129 twice
check 'SIGTERM twice at once: status 143' interrupted TERM twice.db 143 twice
# As batch systems announce the end. That of the processor time is told again every second.
check 'SIGUSR1: status 138' interrupted USR1 usr1.db 138
check 'SIGUSR2: status 140' interrupted USR2 usr2.db 140
check 'SIGXCPU: status 152' interrupted XCPU xcpu.db 152
# closes_terminal DB: the terminal that the sweep runs on, on which it still has a table to print.
cat >terminal.py <<'END'
import os, pty, select, sys
child, terminal = pty.fork()
if child == 0:
    os.execv(sys.argv[2], sys.argv[2:])
while not os.path.isdir(sys.argv[1] + ".checkpoints"):
    if select.select([terminal], [], [], 0.02)[0]:
        os.read(terminal, 4096)
os.close(terminal)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
END
closes_terminal() {
    [ "$(TERM=xterm python3 terminal.py gone.db "$vib" small.yaml -j 2 --db gone.db --set train.epochs=1000000)" = 129 ] &&
        sql_is gone.db "select outcome from run" interrupted
}
if python3 -c 'import pty; pty.openpty()' 2>/dev/null; then
    check 'a terminal that is closed: status 129' closes_terminal
else
    skip 'a terminal that is closed: status 129' 'no python3, or no terminals here'
fi
# Asynchronous children of a script ignore SIGINT, and that stays so.
ignores_interrupts() {
    "$vib" small.yaml -j 2 -q --db background.db >/dev/null &
    local process=$!
    caught 120 $process has_checkpoint background.db || return 1
    kill -INT $process
    kill -CONT $process
    wait $process
}
check 'a job in the background is not interrupted' ignores_interrupts
check 'SIGINT: status 130' interrupted INT int.db 130
check 'continued by another number of threads' "$vib" small.yaml -j 3 -q --db int.db
check 'its export' export_both int.db int
check 'the same bytes as undisturbed' same_results whole int
check 'no checkpoint is left' test ! -e int.db.checkpoints

# A damaged checkpoint.
check 'interrupted once more' interrupted TERM bad.db 143
for file in bad.db.checkpoints/*.ckpt; do
    printf 'x' | dd of="$file" bs=1 seek=200 conv=notrunc status=none
done
start_over() {
    "$vib" small.yaml -j 2 --db bad.db 2>bad.err
}
check 'a damaged checkpoint does not stop the sweep' start_over
check 'it is reported' grep -q 'started over: ' bad.err
check 'and in the database' sql_is bad.db "select count(*) > 0 from job where message like 'started over: %'" 1
check 'export' export_both bad.db bad
check 'the same bytes as undisturbed' same_results whole bad

# Checkpoints that cannot be written: their loss is told, also to the quiet, and nothing else is lost.
blocked() {
    echo 'in the way' >blocked.db.checkpoints
    "$vib" small.yaml -j 2 -q --db blocked.db >/dev/null 2>blocked.err &
    local process=$! status=0
    caught 120 $process sql_is blocked.db "select count(*) > 0 from job where state = 'running'" 1 \
        >/dev/null 2>&1 || return 1
    kill -TERM $process
    kill -CONT $process
    wait $process || status=$?
    [ $status = 143 ]
}
check 'SIGTERM where no checkpoint can be written: status 143' blocked
check 'the loss is told' grep -q ': interrupted: cannot .*blocked.db.checkpoints' blocked.err
check 'the jobs are given back' sql_is blocked.db "select count(*) from job where state = 'running'" 0
check 'the sweep continues without checkpoints' "$vib" small.yaml -j 2 -q --db blocked.db
check 'its export' export_both blocked.db blocked
check 'the same bytes as undisturbed' same_results whole blocked

cd "$root" && done_testing
