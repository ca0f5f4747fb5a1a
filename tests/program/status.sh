#!/bin/bash
# vib-sweep status: of a sweep under way, killed, done, read-only, and in parts.
# shellcheck disable=SC2317 # functions are called by name, through check
. tests/tap.sh
. tests/program/common.sh

small_config small.yaml 4
long=(small.yaml -j 2 -q --set train.epochs=1000000) # of which no job ends

# says FILE LINE...: each line, an extended regular expression, is one of the file's.
says() {
    local file=$1 line
    shift
    cat "$file"
    for line in "$@"; do
        grep -qE "^$line\$" "$file" || {
            echo "no line is $line"
            return 1
        }
    done
}
# holds PLACE PYTHON: of s, the object that --json writes.
holds() {
    "$vib" status "$1" --json >status.json || return 1
    cat status.json
    python3 -c 'import json, sys; s = json.load(open("status.json")); sys.exit(not eval("(" + sys.argv[1] + ")"))' "$2"
}

# --- one database ---

"$vib" small.yaml -j 2 -q --db done.db >/dev/null
check 'of a sweep that is done' "$vib" status done.db
finished() {
    "$vib" status done.db >status.out &&
        says status.out small '  done      6 of 6' '  running   0' '  waiting   0' '  failed    0' '  diverged  0' &&
        [ "$(wc -l <status.out)" = 6 ]
}
check 'no more than its counts' finished
check 'as JSON' holds done.db 's == dict(name="small", jobs=6, done=6, running=0, waiting=0, failed=0, diverged=0,
    lost=0, threads=0, core_hours_left=0, eta_s=None, queue=None, running_jobs=[], runs=[], unreadable=[])'

"$vib" "${long[@]}" --db live.db >/dev/null &
sweep=$!
told() {
    holds live.db 'len([j for j in s["running_jobs"] if j["share"] is not None and j["share"] > 0]) == 2' >/dev/null 2>&1
}
check 'a sweep tells how far its jobs are' until_true 120 told
live() {
    "$vib" status live.db >status.out &&
        says status.out '  running   2' '  waiting   4' '  left      unknown until a job is done' \
            ' +epoch +J bits +done +seen  job' \
            ' *[0-9]+/1000000 +[0-9.]+ +[0-9]+ % +<?[0-9]+ s  beta=0.001 K=[24] seed=0  on .*' &&
        ! grep -q crashed status.out
}
check 'for people' live
check 'for programs' holds live.db 's["threads"] == 2 and s["eta_s"] is None and s["runs"][0]["state"] == "lives" and
    s["running_jobs"][0]["epochs"] == 1000000 and s["running_jobs"][0]["settings"]["model.hidden"] == "[32]" and
    s["running_jobs"][0]["objective"] > 0 and 0 <= s["running_jobs"][0]["age_s"] < 120'
kill -KILL $sweep
wait $sweep 2>/dev/null
crashed() {
    "$vib" status live.db >status.out &&
        says status.out '  running   0' '  waiting   6' "crashed: run 1 \\(process $sweep on .*\\), last sign .* ago" \
            '2 of the jobs that wait had begun there' 'nothing runs: the same command continues'
}
check 'one that was killed is told' crashed
check 'and why for programs' holds live.db 's["lost"] == 2 and s["runs"][0]["state"] == "gone"'
ends() {
    "$vib" "${long[@]}" --db live.db --set beta=0.1 --set K=2 --set train.epochs=4 >/dev/null
}
check 'the next one takes the jobs back' ends
check 'and what was told of them' sql_is live.db 'select count(*) from progress' 0
left() {
    "$vib" status live.db >status.out && says status.out '  left      [0-9.e+-]+ core-(seconds|hours), nothing runs'
}
check 'what is left is estimated from what is done' left

read_only() {
    local without=()
    mkdir -p closed && cp done.db closed && chmod a-w closed closed/done.db
    [ "$(id -u)" != 0 ] || without=(setpriv --bounding-set=-dac_override)
    "${without[@]}" "$vib" status closed/done.db >status.out && says status.out '  done      6 of 6' &&
        [ "$(ls closed)" = done.db ]
}
if [ "$(id -u)" != 0 ] || setpriv --bounding-set=-dac_override true 2>/dev/null; then
    check 'of a file that may only be read' read_only
    chmod u+w closed
else
    skip 'of a file that may only be read' 'root cannot give up its power here'
fi

check 'no database: status 66' exits 66 "$vib" status nothing.db
check 'no place: status 64' exits 64 "$vib" status

# --- parts ---

# The sweep in three parts, of which the second was tried twice and one job is only in the plan.
mkdir -p D/parts empty
part() {
    "$vib" small.yaml -j 2 -q --db "D/parts/$1" "${@:2}" >/dev/null
}
part 1-10-0.db --set beta=1e-3
part 2-10-1.db --set beta=1e-2
cp D/parts/2-10-1.db D/parts/2-10-0.db
sql D/parts/2-10-0.db "update run set ended_at = null, outcome = null, host = 'far', host_identity = 'a b c',
        heartbeat_at = '2001-01-01T00:00:00.000Z';
    update job set state = 'running', finished_at = null"
part 3-11-0.db --set beta=0.1 --set K=2
sql done.db "select 'shard,identity,flops';
    select case beta when 1e-3 then 1 when 1e-2 then 2 else 3 end || ',' || identity || ',2e9'
    from job join setting on job = id order by id" >D/plan.csv

parts() {
    "$vib" status D >status.out 2>status.err && [ ! -s status.err ] &&
        says status.out small '  done      5 of 6' '  running   0' '  waiting   1' \
            '  left      [0-9.e-]+ core-(seconds|hours), nothing runs' && ! grep -q silent status.out
}
check 'of a folder of parts and a plan: each job once' parts
silent_part() {
    mv D/parts/2-10-1.db . && "$vib" status D >status.out &&
        says status.out '  done      3 of 6' '  waiting   3' 'silent for .*: run 1 \(process [0-9]+ on far\)' \
            '2 of the jobs that wait had begun there' && mv 2-10-1.db D/parts
}
check 'a part that fell silent is told while it matters' silent_part
check 'nothing is made there' test "$(ls D/parts)" = "$(printf '%s\n' 1-10-0.db 2-10-0.db 2-10-1.db 3-11-0.db)"
running_part() {
    sql D/parts/3-11-0.db "update run set ended_at = null, outcome = null, host = 'far', host_identity = 'a b c',
            heartbeat_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '+1 minutes');
        update job set state = 'running', finished_at = null;
        insert into progress select id, run, 2, 0, 20, 0.599, 0.25, strftime('%Y-%m-%dT%H:%M:%fZ', 'now') from job" &&
        "$vib" status D >status.out &&
        says status.out '  done      4 of 6' '  running   1' '  waiting   1' \
            '  left      [0-9.e-]+ core-(seconds|hours), .* at this pace \(2 threads\)' \
            ' +2/4 +0.2500 +59 % +\?  beta=0.1 K=2 seed=0  on far'
}
check 'a part that runs, whose clock is ahead' running_part
check 'its age is no number' holds D 's["running_jobs"][0]["age_s"] is None and s["eta_s"] > 0 and
    s["running_jobs"][0]["share"] == 0.599'
damaged() {
    head -c 20000 D/parts/1-10-0.db >D/parts/4-10-0.db
    "$vib" status D >status.out &&
        says status.out '  done      4 of 6' 'not counted: .*D/parts/4-10-0.db.*'
}
check 'a damaged part is told, the others count' damaged
check 'also for programs' holds D 'len(s["unreadable"]) == 1 and s["done"] == 4'
merged() {
    cp done.db D/small.db && "$vib" status D >status.out && says status.out '  done      6 of 6' && rm D/small.db
}
check 'a database in the folder counts, too' merged
rm D/plan.csv
check 'without a plan what the parts have' holds D 's["jobs"] == 5 and s["done"] == 4'
check 'a folder without a sweep: status 66' exits 66 "$vib" status empty

cd "$root" && done_testing
