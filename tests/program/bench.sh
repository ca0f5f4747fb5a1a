#!/bin/bash
# The benchmark: what it measures is told in JSON lines, and tables are made from them in any order.
# shellcheck disable=SC2317 # functions are called by name, through check
. tests/tap.sh
. tests/program/common.sh

tools=$root/tests/bench
bench=${vib%/*}/bench
lines=$tools/recorded.jsonl

render() {
    python3 -B "$tools/render.py" "$@"
}

# tables LINES NAME: NAME.txt, NAME.json; what is printed does not name the file.
tables() {
    render "$1" tables.json >"$2.txt" && mv tables.json "$2.json"
}

as_recorded() {
    render "$lines" >table.txt && diff "$tools/recorded.txt" table.txt
}
check 'the tables of recorded lines' as_recorded

same_in_any_order() {
    tables "$lines" recorded && shuf --random-source="$lines" "$lines" >shuffled.jsonl &&
        ! cmp -s "$lines" shuffled.jsonl && tables shuffled.jsonl shuffled &&
        cmp recorded.txt shuffled.txt && cmp recorded.json shuffled.json
}
check 'in any order they give the same' same_in_any_order

# A system that does not tell its load gives null.
no_load() {
    sed 's/"load_average": 0.25/"load_average": null/' "$lines" >part.jsonl
    render part.jsonl part.json | grep 'load average before: nan' &&
        grep '"load_average_before": null' part.json
}
check 'those of an unknown load' no_load

# With one processor there is one number of threads.
one_processor() {
    grep -vE '"(peak|triad|step|products|update|product|evaluation|estimates)".*"threads": 2' \
        "$lines" | grep -v '"memory".*"threads": 2' | sed 's/"threads": 2/"threads": 1/' >one.jsonl
    tables one.jsonl one && grep -q 'steps of 100 examples .* 8000 ' one.txt &&
        ! grep -E '2 thr|scaling$' one.txt
}
check 'those of one processor' one_processor

json_has() {
    python3 -c '
import json, sys
found = json.load(open("recorded.json"))
steps, = [row for row in found["rows"]
          if row["section"] == "Training: float32 K = 256" and row["unit"] == "examples/s"]
share, = [target for target in found["targets"]
          if target["name"] == "bfloat16 K = 256: share of the peak"]
print(steps, share)
assert steps["one_thread"] == {"median": 8000, "best": 8400, "of_peak": 0.8}
assert steps["all_threads"]["median"] == 15200 and steps["scaling"] == 0.95
assert share["measured"] == 56.25 and share["at_least"] == 60 and share["met"] is False
assert found["threads"] == 2 and found["rows"][2]["one_thread"]["of_peak"] is None'
}
check 'the same as JSON' json_has

busy_machine() {
    ! grep -q BUSY recorded.txt && sed 's/"busy": 0.97/"busy": 0.93/' "$lines" >busy.jsonl &&
        render busy.jsonl | grep -q 'BUSY with something else'
}
check 'a busy machine is told' busy_machine

# misses WHAT...: the tables of part.jsonl miss exactly this.
misses() {
    exits 1 render part.jsonl part.json >part.txt || return
    printf 'MISSING: %s\n' "$@" | diff - <(grep MISSING: part.txt) &&
        printf '%s\n' "$@" | diff - <(missing_in part.json)
}

missing_in() {
    python3 -c 'import json, sys; print(*json.load(open(sys.argv[1]))["missing"], sep="\n")' "$1"
}

without_a_round() {
    grep -v '"step", "precision": "bfloat16".*"threads": 2, "round": 2' "$lines" >part.jsonl
    misses 'step (precision bfloat16, K 256, threads 2): 1 of 3 rounds'
}
check 'a missing round is told' without_a_round

without_kinds() {
    grep -vE '"(run|peak|resume|job)"' "$lines" >part.jsonl
    misses run 'job (precision float32, K 256)' 'job (precision bfloat16, K 256)' peak \
        'resume (threads 2)'
}
check 'missing kinds are told' without_kinds

# As after a kill in the middle of a line.
broken_line() {
    { cat "$lines" && echo '{"what": "resume", "thr'; } >part.jsonl
    misses 'a record in 1 of the lines'
}
check 'so is a line that is none' broken_line

two_runs() {
    cat "$lines" "$lines" >part.jsonl
    misses 'a file of one run: this has 2'
}
check 'and a file of two runs' two_runs

nothing_at_all() {
    : >part.jsonl
    exits 1 render part.jsonl >part.txt && grep -q 'MISSING: run' part.txt
}
check 'tables of nothing' nothing_at_all

# Every line is an object of its own with the fields of its kind, which README names.
fields_are_as_told() {
    python3 -c '
import json, sys
quick, recorded = ({(one["what"], *sorted(one)) for one in map(json.loads, open(path))}
                   for path in sys.argv[1:3])
print(sorted(quick ^ recorded))
told = open(sys.argv[3]).read()
assert quick == recorded
assert all(f"\x60{word}\x60" in told for kind in quick for word in kind)' \
        quick.jsonl "$lines" "$tools/README.md"
}
null=${vib%/*}/vib-sweep-null
quick_run() {
    "$bench" --quick >quick.jsonl
}
check 'a quick run' quick_run
check 'of the program, too' python3 -B "$tools/program.py" --quick "$vib" "$null" quick.jsonl
check 'gives records with the fields of their kind' fields_are_as_told
check 'of everything' tables quick.jsonl quick

full_disk() {
    exits 1 "$bench" --quick >/dev/full 2>message && grep 'cannot write' message
}
check 'a full disk is an error' full_disk
program_fails() {
    exits 1 python3 -B "$tools/program.py" --quick "$1" "$null" quick.jsonl 2>message &&
        grep "^program.py: .*$2" message
}
check 'as is a program that fails' program_fails /bin/false '/bin/false did not succeed'
check 'and one that is not there' program_fails ./none 'cannot run ./none: No such file'
check 'and an unknown option' exits 2 "$bench" --slow

cd "$root" && done_testing
