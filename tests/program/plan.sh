#!/bin/bash
# vib-sweep plan: what it tells holds, and it writes nothing.
# shellcheck disable=SC2317 # functions are called by name, through check
. tests/tap.sh
. tests/program/common.sh

small_config small.yaml
# plans COMMAND...: its JSON goes to plan.json.
plans() {
    "$vib" plan "$@" --json >plan.json 2>err || return 1
    cat plan.json
    [ ! -s err ]
}
# value EXPRESSION: in SQL, of the names of plan.json
value() {
    sqlite3 -batch :memory: "select $1 from (select $(sqlite3 -batch :memory: \
        "select group_concat(format('json_extract(j, ''$.%s'') as %s', key, key))
         from json_each(readfile('plan.json'))") from (select readfile('plan.json') as j))"
}
holds() { # EXPRESSION
    local got
    got=$(value "$1")
    echo "$1: $got"
    [ "$got" = 1 ]
}
counts_are() { # JOBS KNOWN DONE RUNNING WAITING FAILED DIVERGED OTHERS
    local got
    got=$(value "format('%d %d %d %d %d %d %d %d', jobs, known, done, running, waiting, failed, diverged, others)")
    echo "got $got"
    [ "$got" = "$*" ]
}
nothing_made() {
    find . -mindepth 1 # with the output of this check in tmp.*
    test "$(find . -mindepth 1 ! -name 'tmp.*' | sort | xargs)" = './err ./plan.json ./small.yaml'
}
check 'before the first sweep' plans small.yaml --rate 1e9
check 'all is new' counts_are 6 0 0 0 6 0 0 0
check 'nothing is made' nothing_made
# Times follow from the rate that is given.
check 'times by the rate' holds 'abs(core_s * 1e9 / flops - 1) < 1e-9 and longest_s < core_s and wall_s <= core_s'
tells_small_times() {
    "$vib" plan small.yaml --rate 1e12 >out && grep -qE '^  time      [0-9.e-]+ core-seconds, <1 s with -j ' out &&
        grep -q '^  longest   <1 s on one thread: ' out
}
check 'small ones in seconds' tells_small_times
tells_long_times() {
    "$vib" plan small.yaml --rate 1e4 >out && grep -qE '^  time      [0-9.e-]+ core-hours, about [0-9]' out
}
check 'long ones in hours' tells_long_times
rm out
check 'on one thread' plans small.yaml --rate 1e9 -j 1
check 'one job follows the other' holds 'abs(wall_s / core_s - 1) < 1e-9'
check 'measured' plans small.yaml
check 'there is a rate' holds 'rate > 1e6 and core_s > 0'
check 'the longest job is named' holds "longest in ('beta=0.001 K=4', 'beta=0.01 K=4', 'beta=0.1 K=4')"

check 'a sweep with codes and weights' "$vib" small.yaml -j 2 -q --set save.weights=true --set save.codes=300
plans_saving() {
    plans small.yaml --rate 1e9 --set save.weights=true --set save.codes=300 --db "$@"
}
check 'its plan' plans_saving none.db
near() { # EXPRESSION BYTES
    holds "abs(($1) / $2.0 - 1) < 0.33"
}
check 'the size of the database' near 'disk_database_bytes + disk_codes_bytes' "$(stat -c %s results/small.db)"
check 'of the weights' near disk_weights_bytes "$(cat results/small.db.weights/* | wc -c)"
predicting() {
    "$vib" small.yaml -j 2 -q --set dataset.validation=1000 --set save.predictions=true --db "$1" >/dev/null
}
check 'a sweep with predictions' predicting predictions.db
plans_predictions() {
    plans small.yaml --rate 1e9 --set dataset.validation=1000 --set save.predictions=true --db none.db
}
check 'its plan' plans_predictions
check 'the size of the database' near 'disk_database_bytes + disk_predictions_bytes' \
    "$(stat -c %s predictions.db)"
check 'the size of predictions and labels' near disk_predictions_bytes "$(sql predictions.db "
    select sum(pgsize) from dbstat where name in ('prediction', 'label_list')")"
check 'afterwards' plans_saving results/small.db
check 'nothing is left' counts_are 6 6 6 0 0 0 0 0
check 'nor any time' holds 'core_s is null and longest is null and disk_database_bytes = 0'
said() {
    "$vib" plan small.yaml >out && cat out && grep -qx 'nothing is left to run' out
}
check 'is said' said
states() {
    cp results/small.db states.db &&
        sql states.db "update job set state = 'failed' where id = 1; update job set state = 'diverged' where id = 2;
            update job set state = 'pending' where id = 3; delete from job where id = 4" &&
        plans small.yaml --db states.db --set 'K=[4, 2, 3]' --rate 1e9
}
check 'a database of all states, for a larger grid' states
check 'has what it has' counts_are 9 5 2 0 5 1 1 0
same_bytes() {
    cp states.db kept.db && "$vib" plan small.yaml --db states.db --rate 1 >/dev/null && cmp states.db kept.db &&
        [ ! -e states.db-wal ]
}
check 'and is as it was' same_bytes
others() {
    plans small.yaml --set K=5 --rate 1e9 && counts_are 3 0 0 0 3 0 0 6
}
check 'jobs of other grids' others

"$vib" small.yaml -j 1 -q --set train.epochs=1000000 --db live.db >/dev/null 2>&1 &
process=$!
runs() {
    [ "$(sql live.db "select count(*) from job where state = 'running'" 2>/dev/null)" = 1 ]
}
until_true 60 runs
plans_live() {
    plans small.yaml --set train.epochs=1000000 --db live.db --rate 1e9
}
check 'beside a sweep' plans_live
check 'one job runs' counts_are 6 6 0 1 5 0 0 0
checkpointed() {
    compgen -G 'live.db.checkpoints/*.ckpt' >/dev/null
}
until_true 60 checkpointed
kill -KILL $process
wait $process 2>/dev/null
check 'after its death' plans_live
check 'none does' counts_are 6 6 0 0 6 0 0 0
check 'a checkpoint and the next one, on one thread' plans small.yaml --set K=4 --rate 1e9 -j 1 --db none.db
check 'the size of checkpoints' near 'disk_checkpoints_bytes / 2' \
    "$(stat -c %s live.db.checkpoints/*.ckpt | sort -n | tail -1)"

# --- notes ---

# Notes in a line each.
notes_of() {
    "$vib" plan small.yaml --rate 1e9 "$@" | awk '
        /^note: / { if (note != "") print note; note = $0; next }
        note != "" { sub(/^ +/, " "); note = note $0 }
        END { print note }'
}
# notes WORDS OPTIONS...: with these the words are said, and without them not.
notes() {
    local words=$1
    shift
    notes_of "$@" >out && cat out && grep -qE "^note: $words" out && ! notes_of -j 1 | grep -qE "^note: $words"
}
check 'more jobs at a time than processors' notes '4096 jobs at a time on [0-9]+ processor.*-j' -j 4096
check 'a duplicate' notes '2 points of the grid have the values of another' --set 'beta=[1e-3, 0.001]'
check 'a key of no use' notes 'train.gamma is given, and no job makes use of it' --set train.gamma=2
huge='[65536, 65536, 65536, 65536, 65536, 65536, 65536, 65536]'
check 'more memory than there is' notes 'memory is lacking: .* TB for 6 jobs' --set "model.hidden=$huge" -j 1000
check 'more on the disk than there is room' notes 'room on the disk is lacking' --set "model.hidden=$huge" \
    --set 'seed={range: {from: 1, to: 1000, step: 1}}' --set save.weights=true
unmeasured() {
    "$vib" plan small.yaml --set "model.hidden=$huge" -j 1000 >out && grep -q 'time  *unknown' out
}
check 'what finds no memory is not measured' unmeasured
validation() {
    "$vib" plan small.yaml --rate 1e9 >out && grep -q "note: data set 'mixture' has no validation split" out &&
        "$vib" plan small.yaml --rate 1e9 --set dataset.validation=100 >out && ! grep -q validation out
}
check 'no validation split' validation
excluded() {
    (cat small.yaml && echo '  exclude: [{K: 2, beta: 0.1}, {K: 2, beta: 0.5}]') >excluded.yaml &&
        "$vib" plan excluded.yaml --rate 1e9 >out && cat out && grep -q 'leaves out 1 point of' out &&
        grep -q '1 entry of .exclude. matches no point' out
}
check 'points that are excluded' excluded
twins() {
    idx_data one 0 3 && cp -r one two && cat >twins.yaml <<'END' && VIB_SWEEP_DATA=$PWD plans twins.yaml --rate 1e9 && holds 'jobs = 2 and twins = 2'
grid: {dataset.name: [one, two], seed: [0, 1]}
model: {hidden: [4]}
train: {batch: 10, epochs: 1}
END
}
check 'the same data under two names' twins

# --- what is wrong ---

# refuses STATUS PATTERN ARGUMENTS...
refuses() {
    local status=$1 pattern=$2
    shift 2
    exits "$status" "$vib" plan "$@" >out 2>err || return 1
    cat err
    [ ! -s out ] && [ "$(wc -l <err)" = 1 ] && grep -qE "$pattern" err
}
check 'a rate of nothing' refuses 64 'plan: --rate takes a number above 0' small.yaml --rate 0
check 'no configuration' refuses 64 'plan: name the configuration'
check 'a database that is none' refuses 66 'small.yaml is not a vib-sweep database' small.yaml --db small.yaml
check 'data that are not there' refuses 66 no-such-data small.yaml --set dataset.name=no-such-data
check 'a configuration of no job' refuses 78 betta small.yaml --set betta=1

cd "$root" && done_testing
