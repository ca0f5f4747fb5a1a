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
    grep -vE '"(memory".*"threads": 2|threads": 2, "team")' "$lines" |
        sed 's/"threads": 2/"threads": 1/' >one.jsonl
    tables one.jsonl one && grep -q 'steps of 100 examples .* 8000 ' one.txt &&
        ! grep -E '2 thr|scaling, |One job' one.txt
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
assert steps["one_thread"] == {"median": 8000, "min": 7200, "max": 8400, "of": 0.8}
assert steps["all_threads"]["median"] == 15200 and steps["scaling"]["median"] == 0.95
assert share["measured"] == 56.25 and share["at_least"] == 72 and share["met"] is False
assert found["threads"] == 2 and found["rows"][2]["one_thread"]["of"] is None'
}
check 'the same as JSON' json_has

# One job on two threads: 0.9, 0.8, 0.95 times what both make of two jobs, 1.9 times one. On paper, with
# rounds of 4 us, 1600 a second: 1 / (0.25 + 1600 * 4e-6 * 7) on eight cores.
ratios_and_paper() {
    python3 -c '
import json
found = json.load(open("recorded.json"))
job, = [one for one in found["ratios"] if one["name"] == "steps: float32 K = 256"]
paper = found["on_paper"][0]
print(job, paper)
near = lambda got, want: abs(got - want) <= 1e-9
assert near(job["median"], 1.71) and near(job["min"], 1.52) and near(job["max"], 1.805)
assert job["rounds"] == 3 and near(paper["serial"], 0.1) and near(paper["rounds_per_step"], 20)
assert near(paper["speedup"]["8"], 1 / (0.25 + 1600 * 4e-6 * 7))
assert near(paper["speedup"]["2"], 1 / (0.55 + 1600 * 4e-6))'
}
check 'ratios, and what more cores would give' ratios_and_paper

# The ratios of a file of lines, as a table.
ratios() {
    render "$1" | sed -n '/^Share of the peak/,/^One job, times/p' | grep -v '^One job, times'
}
# A spell that halves every rate of a round halves both sides of its pairs.
slow_round() {
    python3 -c '
import json, sys
for line in open(sys.argv[1]):
    one = json.loads(line)
    if one.get("round") == 1 and one["rounds"] == 3:
        one.update({name: one[name] / 2 for name in one if name.endswith("_per_s")})
    print(json.dumps(one))' "$lines" >slow.jsonl
    ratios "$lines" >usual.txt && ratios slow.jsonl >slow.txt &&
        grep -q 'steps: float32 K = 256 .*1.710 ' usual.txt && diff usual.txt slow.txt &&
        ! diff <(render "$lines") <(render slow.jsonl) >/dev/null
}
check 'a slow round changes no ratio' slow_round

marked_round() {
    ! grep -q MARKED recorded.txt && sed 's/"others": 0.04/"others": 0.4/' "$lines" >marked.jsonl &&
        render marked.jsonl | grep 'MARKED.*round 3 of 3'
}
check 'a round that others disturbed is marked' marked_round

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
    grep -v '"step".*"precision": "bfloat16".*"threads": 2, "team": 1, "round": 2' "$lines" >part.jsonl
    misses 'step (dataset mnist, precision bfloat16, K 256, threads 2, team 1): 1 of 3 rounds'
}
check 'a missing round is told' without_a_round

without_kinds() {
    grep -vE '"(run|peak|resume|job)"|"what": "round"' "$lines" >part.jsonl
    misses run 'job (dataset mnist, precision float32, K 256)' \
        'job (dataset mnist, precision bfloat16, K 256)' \
        'job (dataset imagenet-like, precision float32, K 256)' peak 'resume (threads 2)' round
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
# What is told of peers, of samples that nobody measured: three rounds of a setting that had 130 when it
# was tried, and of ours at twice its rate but in the last round.
peers_report() {
    PYTHONPATH=$tools/peers:$tools python3 -B -c '
import sys, types
import report
ours, theirs = (report.Key(name, "float32", "jobs") for name in ("vib-sweep", "JAX"))
setting = {"framework": "JAX", "mode": "jit", "precision": "float32", "processes": 2, "threads": 1}
contestants = {theirs: types.SimpleNamespace(**setting),
               ours: types.SimpleNamespace(**{**setting, "framework": "vib-sweep", "mode": None})}
sample = lambda rate: {"examples_per_s": rate, "ms_per_step": 1000 / rate}
rounds = [{ours: sample(a), theirs: sample(b)} for a, b in ((200, 100), (240, 120), (330, 110))]
trial = {**setting, **report.median_sample(list(map(sample, map(int, sys.argv[1:])))),
         "goes_on": ["jobs"]}
found = report.results(contestants, [trial], rounds)
print(found["best"], report.agreement(found["disagreements"]))
assert found["best"][0]["ratio"] == {"median": 2, "min": 2, "max": 3}' "$@"
}
trials_disagree() {
    peers_report 90 130 140 | grep 'DO NOT AGREE: JAX float32 had 130 .* and 100 to 120 in the rounds'
}
check 'peers: a trial that no round repeats is told' trials_disagree
trials_agree() {
    peers_report 90 123 140 | grep 'Trials and rounds agree'
}
check 'and one that rounds do' trials_agree

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
