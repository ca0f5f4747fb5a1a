#!/bin/bash
# What a sweep shows on terminals of several widths, in a log, and to one who watches it.
# shellcheck disable=SC2317 # functions are called by name, through check
. tests/tap.sh
. tests/program/common.sh

small_config small.yaml 40
tty() {
    python3 "$root/tests/program/screen.py" "$@"
}
python3 -c 'import pty; pty.openpty()' 2>/dev/null || skip_all 'no pseudo-terminals here; is /dev/pts mounted?'

# ended FILE: what the lines of ended jobs say that depends on nothing but the settings.
ended() {
    grep -oE '\[[0-9]+/6\] beta=.*' "$1" | sed 's/^\[[0-9]*/[/; s/, <\?[0-9]* s$//' | sort
}
"$vib" small.yaml -j 2 --db log.db >log.out 2>log.err
check 'a log has a line for each job' test "$(ended log.err | wc -l)" = 6
begins() {
    head -n 1 log.err | grep -qxE '[0-9-]+T[0-9:]+Z small: 6 jobs on 2 threads, results in log.db'
}
check 'and begins with what there is to do' begins
dated() {
    [ "$(grep -cvE '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z ' log.err)" = 0 ]
}
check 'each line has its time' dated
plain() {
    ! grep -q $'\033' log.err
}
check 'and no escape code' plain

# --- a block on a terminal ---

for columns in 40 80 120 200; do
    check "a sweep on $columns columns" tty record "24x$columns" "$columns.raw" \
        "$vib" small.yaml -j 2 --db "$columns.db"
    check '- nothing wraps, jumps or flickers' tty check "$columns" "$columns".raw
    tty lines "$columns".raw >"$columns".lines
    check '- jobs scroll by as they stand in a log' diff <(ended log.err) <(ended "$columns".lines)
    table_fits() {
        sed -n '/^test split/,/^results:/p' "$columns".lines | sed '1d' | grep -vE '^(results|left out|no beta|  its test)' >"$columns".table
        cat "$columns".table
        [ "$(wc -l <"$columns".table)" = 7 ] && [ "$(wc -L <"$columns".table)" -le "$columns" ] &&
            [ "$(awk '{ print length($0) }' "$columns".table | sort -u | wc -l)" = 1 ]
    }
    check '- the table fits' table_fits
done
check 'a narrow table says what it left out' grep -qx 'left out for want of room: error %, I(Z;X) >=, I(Z;Y) >=' 40.lines
check 'a wide one is that of a log' diff 200.table <(sed -n '2,8p' log.out)
wide() {
    tty last 120.raw | tee last &&
        grep -qE 'small  \[#+\.*\]  [0-6]/6 done  ETA .* examples/s  [0-2] running' last &&
        grep -qE '^ *epoch +step +J bits +done  job$' last
}
check 'a wide block has everything' wide
narrow() {
    tty last 40.raw | tee last && grep -qE '^small  [0-6]/6 done  ETA ' last && grep -qE '^ *epoch.* done  job$' last
}
check 'a narrow one the names of jobs and how far they are' narrow
# drawn_times N SIZES FILE COMMAND...: until its block was drawn as often, and so that it was stopped.
drawn_times() {
    exits 143 tty until "$1" '\033\[[0-9]+A' "${@:2}"
}
endless=(--set train.epochs=1000000)
moves() {
    drawn_times 8 24x80 moves.raw "$vib" small.yaml -j 1 --db moves.db --set K=2 --set 'beta=[0.1]' \
        "${endless[@]}" --set dataset.n_train=200000 --set 'model.hidden=[256, 256]' || return 1
    tty check 80 moves.raw | tee moved
    [ "$(tr -d '(),' <moved | cut -d ' ' -f 3)" -ge 3 ]
}
check 'within an epoch something moves' moves

more() {
    exits 143 tty until 3 '\n\+4 more' 7x80 more.raw "$vib" small.yaml -j 6 "${endless[@]}" --db more.db &&
        tty check 80 more.raw
}
check 'jobs without room are counted' more
narrower() {
    drawn_times 8 24x120,24x60 narrower.raw "$vib" small.yaml -j 2 "${endless[@]}" --db narrower.db && tty check 60 narrower.raw
}
check 'a terminal that becomes narrower gets a narrower block' narrower
dumb() {
    tty record 24x80 dumb.raw env TERM=dumb "$vib" small.yaml -j 2 --db dumb.db --set train.epochs=2 &&
        ! grep -aq $'\033' dumb.raw && [ "$(ended dumb.raw | wc -l)" = 6 ]
}
check 'a dumb terminal gets a log' dumb
events() {
    tty record 24x80 events.raw "$vib" small.yaml -j 2 --json --db events.db --set train.epochs=2 &&
        ! grep -aq $'\033' events.raw && [ "$(ended events.raw | wc -l)" = 6 ] && grep -a '{' events.raw |
        python3 -c 'import json, sys; [json.loads(line) for line in sys.stdin]' &&
        grep -aq '"event":"end"' events.raw
}
check 'so does one that events are written to' events

# --- one that nobody reads ---

all_done() {
    sql_is "$1" "select count(*) from job where state = 'done'" "$2" >/dev/null 2>&1
}
many=(small.yaml -j 1 --set train.epochs=6 --set 'seed=[0, 1, 2, 3]')
# A sweep that waited for its terminal would not come to an end before Ctrl-Q.
stopped() {
    tty stopped 24 stopped.db 24x80 stopped.raw "$vib" "${many[@]}" --db stopped.db || return 1
    tty lines stopped.raw >stopped.lines
    cat stopped.lines
    [ "$(grep -cE 'Z \[[0-9]+/24\] ' stopped.lines)" = 24 ] && tty check 80 stopped.raw
}
check 'Ctrl-S stops a terminal and no sweep' stopped
# clogged NAME: a sweep whose stderr is a pipe that is full, and that nobody reads until all is done.
clogged() {
    mkfifo "$1".fifo
    exec {both}<>"$1".fifo
    dd if=/dev/zero of="$1".fifo oflag=nonblock bs=4096 2>/dev/null
    "$vib" small.yaml -j 2 --db "$1".db --set train.epochs=2 2>"$1".fifo >"$1".out &
    process=$!
    exec {reader}<"$1".fifo {both}>&-
    until_true 60 all_done "$1".db 6
}
read_late() {
    local process both reader
    clogged late || { kill -KILL "$process"; return 1; }
    until_true 60 sql_is late.db 'select outcome from run' complete && tr -d '\0' <&"$reader" >late.err
    exec {reader}<&-
    wait "$process" && cat late.err late.out && [ "$(ended late.err | wc -l)" = 6 ] && [ "$(wc -l <late.err)" = 7 ] &&
        grep -qx 'results: late.db' late.out
}
check 'a pipe that is read when all is done has held nothing up, and gets every line' read_late
gone() {
    ! kill -0 "$process" 2>/dev/null
}
ended_by_signal() {
    local process both reader status=0
    clogged never || { kill -KILL "$process"; return 1; }
    until_true 60 sql_is never.db 'select outcome from run' complete && kill -TERM "$process"
    until_true 60 gone || kill -KILL "$process"
    wait "$process" || status=$?
    exec {reader}<&-
    [ $status = 0 ]
}
check 'what nobody reads at all is given up at a signal' ended_by_signal

# --- a log of a long sweep ---

logs() {
    "$vib" small.yaml -j 1 --db slow.db --set K=2 --set 'beta=[0.1]' "${endless[@]}" --log-every 1 2>slow.err >/dev/null &
    local process=$! status=0
    until_true 60 grep -qE "Z 0/1 done, 1 running, ETA [0-9-]+.*; most is left of K=2 beta=0.1: epoch [0-9]+/1000000, [0-9]+ %$" \
        slow.err || status=1
    kill -TERM $process
    wait $process
    cat slow.err
    return $status
}
check 'it says now and then how far the jobs are' logs
# --- the table of many jobs ---

"$vib" small.yaml -j 2 -q --db seeds.db --set train.epochs=2 --set 'seed=[0, 1, 2, 3]' >seeds.out
means() {
    cat seeds.out
    sql seeds.db "select printf('%s %s %d %.2f ± %.2f %.2f ± %.2f %.2f ± %.2f %.2f ± %.2f %.3f ± %.3f', beta, K, n_seeds,
            100 * error_mean, 100 * (error_hi - error_mean), 100 * error_mc_mean, 100 * (error_mc_hi - error_mc_mean),
            izx_lower_mean, izx_lower_hi - izx_lower_mean, izx_upper_tight_mean, izx_upper_tight_hi - izx_upper_tight_mean,
            izy_lower_mean, izy_lower_hi - izy_lower_mean)
        from summary where split = 'test' order by point" >wanted
    diff wanted <(sed -n '4,9p' seeds.out | sed 's/^ *//; s/  */ /g') &&
        grep -qx 'all 24 jobs, one by one: vib-sweep export seeds.db' seeds.out &&
        [ "$(wc -l <seeds.out)" = 13 ]
}
check 'more than 20 rows: means over the seeds, and where all are' means
check 'a few rows: each job' test "$("$vib" small.yaml -q --db seeds.db --set train.epochs=2 --set 'seed=[0, 1]' --set K=2 | wc -l)" = 11
nothing() {
    "$vib" small.yaml -q --db none.db --set train.lr=1e30 --set 'seed=[0, 1, 2, 3]' >none.out 2>/dev/null
    cat none.out
    [ "$(head -n 2 none.out)" = $'no job of 24 has a result\n24 jobs failed or diverged' ] && ! grep -q 'error %' none.out
}
check 'no table of no rows' nothing

# --- watch ---

# far DB: of a sweep that is done, makes one under way on another host.
far() {
    sql "$1" "update run set ended_at = null, outcome = null, host = 'far', host_identity = 'a b c',
            heartbeat_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now');
        update job set state = iif(id > 2, 'pending', 'running'), finished_at = null;
        insert into progress select id, run, 12, 3, 20, 0.25, 0.5, strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
            from job where id <= 2"
}
# ends DB ID STATE: a job of it ends.
ends() {
    sql "$1" "delete from progress where job = $2;
        update job set state = '$3', finished_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now') where id = $2"
}
over() {
    sql "$1" "update run set outcome = 'complete', ended_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now')"
}
line() {
    grep -qE "$1" watch.out 2>/dev/null
}
# One that is watched in a pipe, job by job.
job_by_job() {
    until_true 60 line 'Z 0/6 done, 0 failed, 2 running, 4 waiting, ETA --$' && ends watched.db 1 'done' &&
        until_true 60 line 'Z \[1/6\] beta=0.001 K=2 seed=0: error_mc' &&
        until_true 60 line 'Z 1/6 done, 0 failed, 1 running, 4 waiting' && ends watched.db 2 "$1" &&
        until_true 60 line 'Z \[2/6\] beta=0.001 K=4 seed=0: '"$2"
}
watched() {
    local process status=0 told=0
    rm -f watch.out # of the one before, which must not be taken for this one's
    cp log.db watched.db && far watched.db
    "$vib" watch watched.db --every 1 >watch.out 2>&1 &
    process=$!
    job_by_job "$1" "$2" || told=1
    over watched.db
    wait $process || status=$?
    cat watch.out
    [ $told = 0 ] && [ $status = "$3" ] && grep -qx "$4" watch.out &&
        [ "$(grep -c '^....-..-..T.*Z \[' watch.out)" = 2 ] &&
        grep -qF "$(grep -oE 'beta=0.001 K=2: error_mc.*bits' log.err | sed 's/.*: //')" watch.out
}
check 'a sweep elsewhere is watched until nothing runs' watched 'done' error_mc 0 '  done      2 of 6'
check 'status 1 when something failed' watched failed failed: 1 '  failed    1'
finished() {
    exits 0 "$vib" watch log.db >watch.out && grep -qx '  done      6 of 6' watch.out
}
check 'and 2 when something diverged' watched diverged diverged: 2 '  diverged  1'
check 'one that is done needs no watching' finished
check 'no database: status 66' exits 66 "$vib" watch nothing.db
untouched() {
    local before
    cp log.db same.db && far same.db && before=$(sha256sum <same.db) && timeout 3 "$vib" watch same.db --every 1 >/dev/null
    [ "$(sha256sum <same.db)" = "$before" ]
}
check 'what is watched stays as it is' untouched
drawn() {
    grep -qaE "$1" watch.raw 2>/dev/null
}
on_terminal() {
    local process status=0 told=0
    cp log.db live.db && far live.db
    tty record 24x100 watch.raw "$vib" watch live.db --every 1 &
    process=$!
    until_true 60 drawn '^12/40 +3/20 +0.5000 +25 % +<?[0-9]+ s +far +beta=0.001 K=2 seed=0' &&
        ends live.db 1 'done' && until_true 60 drawn 'Z .1/6. ' || told=1
    over live.db
    wait $process || status=$?
    tty last watch.raw
    [ $told = 0 ] && [ $status = 0 ] && [ "$(tty lines watch.raw | grep -cE 'Z \[1/6\] beta')" = 1 ]
}
check 'on a terminal it is a block' on_terminal

cd "$root" && done_testing
