#!/bin/bash
# --json: every event as results/README.md has it, with the numbers of the database.
# shellcheck disable=SC2317 # functions are called by name, through check
. tests/tap.sh
. tests/program/common.sh

small_config small.yaml 4

# Reads events and the tables of the page: every event has exactly the fields that are documented.
cat >read_events.py <<'END'
import json, re, sqlite3, sys

page, path = sys.argv[1:3]
section = open(page).read().split("--json` writes")[-1]
rows = [re.split(r"(?<!\\)\|", line)[1:-1] for line in section.splitlines() if line.startswith("| `")]
names = lambda cell: re.findall(r"`([^`]*)`", cell)
kinds = [names(row[0])[0] for row in rows if len(row) == 2]
assert len(kinds) == 6, kinds
fields = {kind: set() for kind in kinds}
for row in rows:
    if len(row) == 3:
        for kind in kinds if row[1].strip() == "all" else names(row[1]):
            fields[kind] |= set(names(row[0]))
columns = set(names([row for row in rows if "`splits`" in row[0]][0][2])[1:-1])
events = [json.loads(line) for line in open(path)]
for event in events:
    kind = event["event"]
    assert set(event) == fields[kind], (kind, set(event) ^ fields[kind])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", event["at"])
    for split in event.get("splits", {}).values():
        assert set(split) == columns, set(split) ^ columns
assert [e["at"] for e in events] == sorted(e["at"] for e in events)
assert events[0]["event"] == "start" and events[-1]["event"] == "end"
of = lambda kind: [e for e in events if e["event"] == kind]
if len(sys.argv) > 3:
    assert eval("(" + sys.argv[3] + ")"), [e["event"] for e in events]
db = sqlite3.connect(events[0]["database"])
db.row_factory = sqlite3.Row
for event in of("epoch") + of("job_finished"):
    table = "epoch" if event["event"] == "epoch" else "result"
    for split, values in event["splits"].items():
        row = db.execute(f"SELECT * FROM {table} WHERE job = ? AND split = ? AND epoch = ?",
                         (event["job"], split, event["epoch"])).fetchone()
        assert all(row[column] == value for column, value in values.items()), (dict(row), values)
for event in events[1:-1]:
    job = db.execute("SELECT * FROM job WHERE id = ?", (event["job"],)).fetchone()
    setting = db.execute("SELECT * FROM setting WHERE job = ?", (event["job"],)).fetchone()
    assert job["identity"] == event["identity"]
    assert {k.replace(".", "_") for k in event["settings"]} == {
        k for k in setting.keys() if k != "job" and setting[k] is not None}
    assert float(event["settings"]["beta"]) == setting["beta"]
    if event["event"] in ("job_finished", "job_failed"):
        assert (job["state"], job["message"]) == (event["state"], event["message"])
END
reads() {
    python3 read_events.py "$root/results/README.md" "$@"
}

tells() {
    "$vib" small.yaml -j 2 -q --json --db small.db >small.jsonl
}
check 'a sweep that tells events ends with status 0' tells
check 'each has the fields that the page says, with the numbers of the database' reads small.jsonl \
    'len(of("job_started")) == 6 and len(of("job_finished")) == 6 and len(of("epoch")) == 12 and
     {tuple(e["splits"]) for e in of("epoch")} == {("train", "test")} and
     [events[-1][k] for k in ("jobs", "done", "failed", "exit", "error")] == [6, 6, 0, 0, None] and
     events[0]["threads"] == 2 and events[0]["done"] == 0'
in_order() {
    python3 - small.jsonl <<'END'
import json, sys
seen = {}
for event in map(json.loads, open(sys.argv[1])):
    if "job" in event:
        seen.setdefault(event["job"], []).append((event["event"], event["epoch"]))
want = [("job_started", 0), ("epoch", 2), ("epoch", 4), ("job_finished", 4)]
assert all(s == want for s in seen.values()), seen
END
}
check 'of each job in order' in_order
again() {
    "$vib" small.yaml -q --json --db small.db >again.jsonl &&
        reads again.jsonl 'len(events) == 2 and events[0]["done"] == 6'
}
check 'a sweep that has nothing to do: start and end' again

diverges() {
    exits 2 "$vib" small.yaml -q --json --db bad.db --set K=2 --set 'beta=[0.1]' --set train.lr=1e30 >bad.jsonl &&
        reads bad.jsonl 'of("job_failed")[0]["state"] == "diverged" and events[-1]["exit"] == 2 and
            (events[-1]["failed"], events[-1]["diverged"]) == (0, 1) and "epoch" in of("job_failed")[0]["message"]'
}
check 'a job that diverges' diverges

# --- interrupted, and continued from a checkpoint ---

started() {
    [ "$(grep -c '"event":"epoch"' long.jsonl 2>/dev/null || :)" -ge 2 ] 2>/dev/null
}
interrupted() {
    local long=(small.yaml -j 1 -q --json --db long.db --set K=2 --set 'beta=[0.1]' --set train.epochs=6000
        --set evaluate.every=1000)
    "$vib" "${long[@]}" >long.jsonl &
    local process=$! status=0
    until_true 100 started
    kill -TERM $process
    wait $process || status=$?
    [ $status = 143 ] && tail -n 1 long.jsonl | grep -q '"done":0,.*"exit":143' &&
        [ "$(grep -c 'job_finished' long.jsonl)" = 0 ] && "$vib" "${long[@]}" >rest.jsonl &&
        reads rest.jsonl 'len(of("job_started")) == 1 and of("job_started")[0]["epoch"] >= 2000 and
            min(e["epoch"] for e in of("epoch")) > of("job_started")[0]["epoch"] and
            of("job_finished")[0]["epoch"] == 6000'
}
check 'what an interrupted job had told is not told again' interrupted

# --- readers that do not read ---

# More than a pipe holds, so that it cannot all be written before the reader has gone.
gone() {
    { "$vib" small.yaml -j 2 --json --db gone.db --set train.epochs=16 --set evaluate.every=1 2>gone.err || echo $? >gone.status; } | head -n 1 >gone.jsonl
    cat gone.err
    [ "$(cat gone.status)" = 74 ] && grep -q 'cannot write to standard output: .*; the sweep goes on' gone.err &&
        grep -q 'all results are in gone.db' gone.err &&
        sql_is gone.db "select count(*) from job where state = 'done'" 6
}
check 'a reader that goes away costs no result' gone

all_done() {
    sql_is slow.db "select count(*) from job where state = 'done'" 60 >/dev/null 2>&1
}
slow() {
    mkfifo slow.fifo
    "$vib" small.yaml -j 2 -q --json --db slow.db --set 'seed=[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]' --set evaluate.every=1 \
        >slow.fifo &
    local process=$! status=0
    exec {reader}<slow.fifo
    until_true 100 all_done || return 1
    cat <&"$reader" >slow.jsonl
    exec {reader}<&-
    wait $process || status=$?
    [ $status = 0 ] && [ "$(wc -c <slow.jsonl)" -gt 200000 ] &&
        reads slow.jsonl 'len(of("epoch")) == 240 and len(of("job_finished")) == 60'
}
check 'one that reads nothing until the end holds nothing up, and gets it all' slow
nothing_told() {
    exits 74 "$vib" small.yaml -q --json --shard 1/1 --known small.db --db known.db 2>known.err >/dev/full || return 1
    cat known.err
    grep -q 'cannot write to standard output: No space left on device$' known.err
}
check 'a full disk, where there is no database to name' nothing_told
closed() {
    exits 74 "$vib" small.yaml -q --json --db closed.db >&- && [ ! -e closed.db ]
}
check 'a closed stdout is refused before anything is made: status 74' closed

cd "$root" && done_testing
