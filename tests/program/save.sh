#!/bin/bash
# save.weights and save.codes: complete files and rows for every job that is done, and only then.
# shellcheck disable=SC2317 # functions are called by name, through check
. tests/tap.sh
. tests/program/common.sh

# save_config FILE [EPOCHS]: two VIB jobs of either covariance and two deterministic ones.
save_config() {
    cat >"$1" <<END
name: saved
dataset: {name: mixture, dim: 8, classes: 4, n_train: 2000, n_test: 500}
model: {hidden: [32, 16]}
train: {epochs: ${2:-4}, lr: 1e-3}
evaluate: {every: 2, samples: 4}
checkpoint: {every: 0.05}
grid:
  method: [vib, deterministic]
  model.covariance: [diagonal, full]
  K: [2, 4]
END
}
save_config saved.yaml
saving=(--set save.weights=true --set save.codes=50)

# The column, resolved as documented: relative to the database's folder.
weights_files() {
    sql "$1" "select weights from job where state = 'done'" | sed "s|^|$(dirname "$1")/|"
}

check 'a sweep that saves nothing' "$vib" saved.yaml -j 2 -q --db plain.db
check 'has no folder of weights' test ! -e plain.db.weights
check 'no codes and no weights' sql_is plain.db \
    "select (select count(*) from code), (select count(*) from decoder),
            (select count(*) from job where weights is not null)" '0|0|0'
check 'a sweep that saves' "$vib" saved.yaml -j 2 -q "${saving[@]}"
db=results/saved.db
# What is done is not trained again for their sake, and that is said.
tells_of_unsaved() {
    cp plain.db told.db && "$vib" saved.yaml -j 2 -q "$@" --db told.db 2>told || return 1
    cat told
    grep -q '6 jobs ended without the codes, predictions or weights' told
}
check 'codes asked for too late' tells_of_unsaved --set save.codes=50
few_codes() {
    local which=("$vib" saved.yaml -j 2 -q --set method=vib --set K=2 --db few.db)
    "${which[@]}" --set save.codes=499 && "${which[@]}" --set save.codes=500 2>told &&
        grep '2 jobs ended without the codes' told &&
        "${which[@]}" --set save.codes=499 2>told && ! grep 'ended without' told
}
check 'more codes asked for too late' few_codes
all_codes() {
    local which=("$vib" saved.yaml -j 2 -q --set method=vib --set K=2 --db all.db)
    "${which[@]}" --set save.codes=500 && "${which[@]}" --set save.codes=9999 2>told &&
        ! grep 'ended without' told
}
check 'there are no more than examples' all_codes
check 'weights asked for too late' tells_of_unsaved --set save.weights=true
nothing_to_tell() {
    "$vib" saved.yaml -j 2 -q "${saving[@]}" 2>told && ! grep 'ended without' told
}
check 'nothing to tell where they were saved' nothing_to_tell
same_measurements() {
    local name query="select * from epoch order by job, epoch, split"
    for name in plain.db "$db"; do
        sql "$name" "$query" | sort >"$(basename "$name").epochs"
    done
    [ -s saved.db.epochs ] && cmp plain.db.epochs saved.db.epochs
}
check 'measures the same' same_measurements

check 'every job is done and has weights' sql_is $db \
    "select count(*), count(weights), count(distinct weights), min(message), max(message) from job" '6|6|6||'
check 'under the name of its identity' sql_is $db \
    "select count(*) from job where weights = 'saved.db.weights/' || identity || '.safetensors'" 6
all_exist() {
    local file n=0
    while read -r file; do
        [ -s "$file" ] || return 1
        n=$((n + 1))
    done < <(weights_files "$1")
    [ $n = "$2" ]
}
check 'the files are there' all_exist $db 6
only_weights() {
    [ "$(find "$1.weights" -name '*.safetensors' | wc -l)" = "$2" ] &&
        [ "$(find "$1.weights" -type f | wc -l)" = "$2" ]
}
check 'and nothing else' only_weights $db 6

# The header alone, read by somebody else's JSON parser.
cat >header.py <<'END'
import json, os, struct, sys
for path in sys.argv[1:]:
    with open(path, "rb") as file:
        size, = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(size))
    assert size % 8 == 0, "the tensors are not aligned"
    metadata, end = header.pop("__metadata__"), 0
    assert all(isinstance(value, str) for value in metadata.values())
    assert metadata["identity"] in path and metadata["model.hidden"] == "[32, 16]"
    for name, tensor in header.items():
        first, last = tensor["data_offsets"]
        n = 1
        for dimension in tensor["shape"]:
            n *= dimension
        assert tensor["dtype"] == "F32" and first == end and last - first == 4 * n, name
        end = last
    assert os.path.getsize(path) == 8 + size + end
    K, factor = int(metadata["K"]), metadata.get("model.covariance")
    head = K + {None: 0, "diagonal": K, "full": K * (K + 1) // 2}[factor]
    shapes = {name: tensor["shape"] for name, tensor in header.items()}
    assert shapes == {
        "encoder.0.weight": [8, 32], "encoder.0.bias": [32],
        "encoder.1.weight": [32, 16], "encoder.1.bias": [16],
        "encoder.head.weight": [16, head], "encoder.head.bias": [head],
        "decoder.weight": [K, 4], "decoder.bias": [4]}, shapes
END
headers_are_whole() {
    local files
    mapfile -t files < <(find "$1.weights" -name '*.safetensors')
    [ ${#files[@]} -gt 0 ] && python3 header.py "${files[@]}"
}
check_headers() {
    if command -v python3 >/dev/null; then
        check "$1" headers_are_whole "$2"
    else
        skip "$1" 'no python3'
    fi
}
check_headers 'their headers describe the whole file' $db

check 'fifty codes of every job' sql_is $db \
    "select count(*), sum(n), min(n), max(n) from
         (select count(*) as n, min(example) as a, max(example) as z from code group by job having a = 0 and z = 49)" \
    '6|300|50|50'
check 'that are JSON' sql_is $db \
    "select count(*) from code where not (json_valid(mu) and json_valid(factor))" 0
check 'with K numbers in mu' sql_is $db \
    "select count(*) from code join setting using (job) where json_array_length(mu) <> K" 0
check 'and in factor as many as the covariance has' sql_is $db \
    "select method, model_covariance, K, min(json_array_length(factor)), max(json_array_length(factor))
     from code join setting using (job) group by 1, 2, 3 order by 1, 2, 3" \
    $'deterministic||2|0|0\ndeterministic||4|0|0\nvib|diagonal|2|2|2\nvib|diagonal|4|4|4\nvib|full|2|3|3\nvib|full|4|10|10'
check 'standard deviations are above 0' sql_is $db \
    "select count(*) from code join setting using (job), json_each(factor) as s
     where s.key < K and not s.value > 0" 0
check 'labels and predictions are classes' sql_is $db \
    "select count(*) from code where label not between 0 and 3 or prediction not between 0 and 3" 0
check 'all jobs saw the same labels' sql_is $db \
    "select count(*) from (select count(distinct label) as n from code group by example) where n <> 1" 0
check 'a decoder of K rows by four classes for each' sql_is $db \
    "select count(*) from decoder join setting using (job)
     where json_array_length(weight) = K and json_array_length(weight, '\$[0]') = 4
         and json_array_length(weight, '\$[' || (K - 1) || ']') = 4 and json_array_length(bias) = 4" 6

# More codes than test examples: all of them, so that predictions account for error_mc.
check 'a sweep that saves every code' "$vib" saved.yaml -j 2 -q --set save.codes=1000 --db all.db
check 'has all 500 of each job, and no weights' sql_is all.db \
    "select (select count(*) from code), (select count(weights) from job)" '3000|0'
check 'the predictions are those that error_mc counts' sql_is all.db \
    "select count(*) from (select job, avg(label <> prediction) as wrong from code group by job)
     join result using (job) where split = 'test' and abs(wrong - error_mc) < 1e-12" 6
check 'a deterministic code predicts as its decoder does' sql_is all.db \
    "with logit as (select code.job, example, prediction, b.key as class,
            b.value + (select sum(m.value * json_extract(weight, '\$[' || m.key || '][' || b.key || ']'))
                       from json_each(mu) as m) as value
        from code join decoder using (job), json_each(bias) as b),
     best as (select job, example, prediction, class, max(value) from logit group by job, example)
     select count(*) from best join setting using (job) where method = 'deterministic' and class = prediction" 1000

later() {
    "$vib" saved.yaml -j 2 -q "${saving[@]}" --db plain.db
}
check 'saving asked for later' later
check 'repeats nothing that is done' sql_is plain.db \
    "select max(attempts), count(weights), (select count(*) from code) from job" '1|0|0'

# SIGKILL in the middle, of a sweep whose database is in another folder.
save_config long.yaml 100
mkdir there
some_saved() {
    [ "$(find there/killed.db.weights -name '*.safetensors' 2>/dev/null | wc -l)" -ge 1 ]
}
"$vib" long.yaml -j 2 -q "${saving[@]}" --db there/killed.db >/dev/null &
victim=$!
check 'one file is there' caught 120 $victim some_saved
kill -KILL $victim
wait $victim 2>/dev/null
check 'the kill came in the middle' sql_is there/killed.db \
    "select count(*) > 0 from job where state <> 'done'" 1
check_headers 'whatever has its final name is whole' there/killed.db
# A kill while a file was written leaves this.
pending=$(sql there/killed.db "select identity from job where state <> 'done' limit 1")
echo 'half' >"there/killed.db.weights/$pending.safetensors.tmp"
check 'the sweep continues' "$vib" long.yaml -j 2 -q "${saving[@]}" --db there/killed.db
check 'every job has its weights' all_exist there/killed.db 6
check 'and nothing is left over' only_weights there/killed.db 6
check_headers 'the headers are whole' there/killed.db
check 'every job has its codes, once' sql_is there/killed.db \
    "select count(distinct job), count(*) from code" '6|300'

# Interrupted and continued: the same codes and the same bytes of weights.
check 'the same sweep undisturbed' "$vib" long.yaml -j 2 -q "${saving[@]}" --db there/whole.db
same_files() {
    diff -r there/killed.db.weights there/whole.db.weights
}
check 'its files are the same bytes' same_files
codes() {
    sql "$1" "select identity, example, label, prediction, mu, factor from code join job on id = job
              order by 1, 2; select identity, weight, bias from decoder join job on id = job order by 1"
}
same_codes() {
    codes there/killed.db >killed.codes && codes there/whole.db >whole.codes &&
        [ -s whole.codes ] && cmp killed.codes whole.codes
}
check 'its codes are the same' same_codes

# Weights that cannot be written for a while: the jobs have failed, and --retry makes what is missing
# from their checkpoints.
blocked() {
    echo 'in the way' >blocked.db.weights
    exits 1 "$vib" saved.yaml -j 2 -q "${saving[@]}" --db blocked.db 2>blocked.err >/dev/null
}
check 'where no weights can be written: status 1' blocked
check 'the loss of each is told' test "$(grep -c 'failed: no weights kept: cannot .*blocked.db.weights' blocked.err)" = 6
check 'and in the database' sql_is blocked.db \
    "select count(*), sum(message like 'no weights kept: cannot %; --retry goes on from its checkpoint')
     from job where state = 'failed'" '6|6'
sql blocked.db 'select id, train_s from job order by id' >blocked.trained
makes_up() {
    rm blocked.db.weights && "$vib" saved.yaml -j 2 -q "${saving[@]}" --db blocked.db --retry
}
check 'with --retry, once there is room again' makes_up
check 'nothing is missing' sql_is blocked.db \
    "select count(*), count(weights), max(message), (select count(*) from code), (select count(*) from result)
     from job where state = 'done'" '6|6||300|12'
not_trained_again() {
    sql blocked.db 'select id, train_s from job order by id' | cmp - blocked.trained
}
check 'nothing was trained again' not_trained_again
check 'and no checkpoint is left' test ! -e blocked.db.checkpoints
same_as_unblocked() {
    local name
    for name in $db blocked.db; do
        codes "$name" | sort >"$(basename "$name").codes"
    done
    diff -r blocked.db.weights $db.weights && cmp saved.db.codes blocked.db.codes
}
check 'the same codes and the same bytes of weights' same_as_unblocked

# A file that may not grow is like a full disk: no weights of the larger model.
limited() {
    (ulimit -f 200 && exits 1 "$vib" saved.yaml -j 1 -q --set save.weights=true --set method=deterministic \
        --set K=2 --set 'model.hidden=[256, 256]' --set checkpoint.every=0 --db limited.db 2>limited.err)
}
check 'a limit of file sizes: status 1' limited
check 'it is told' grep -q 'failed: no weights kept: .*: File too large' limited.err
check 'without the limit' "$vib" saved.yaml -j 1 -q --set save.weights=true --set method=deterministic \
    --set K=2 --set 'model.hidden=[256, 256]' --set checkpoint.every=0 --db limited.db --retry
check 'nothing is missing' sql_is limited.db "select state, count(weights) from job" 'done|1'

# The runner alone, with a trainer that does nothing, keeps what that trainer has.
check 'with a trainer that does nothing' "$vib-null" saved.yaml -j 2 -q "${saving[@]}" --db null.db
check 'each job has a file and codes' sql_is null.db \
    "select count(weights), (select count(*) from code) from job" '6|300'

cd "$root" && done_testing
