#!/bin/bash
# Bounds along the way, evaluate.bounds_every: the same bytes through kills, between what they should
# be, and never more work than allowed.
# shellcheck disable=SC2317 # functions are called by name, through check
. tests/tap.sh
. tests/program/common.sh

small_config small.yaml 24
along=(--set evaluate.bounds_every=4 --set evaluate.bounds_subset=200 --set evaluate.bounds_share=1)
one=(small.yaml -q --set beta=0.1 --set K=4)

check 'a sweep with bounds every fourth epoch' "$vib" "${one[@]}" "${along[@]}" --db along.db
check 'six estimates of I(Z;X) and five within classes, of two splits, six times' sql_is along.db \
    "select count(*), count(distinct epoch), min(n), max(n) from epoch_bound" '132|6|200|200'
check 'each evaluation that has them is between bounds' sql_is along.db \
    "select count(*), sum(izx_lower <= izx_upper_tight and izx_upper_tight <= izx_upper
     and izx_upper_tight > 0) from trajectory" '12|12'

check 'a sweep without' "$vib" "${one[@]}" --db plain.db
check 'has none' sql_is plain.db 'select (select count(*) from epoch_bound) +
    (select count(*) from trajectory)' 0
measured() {
    sql "$1" "select * from result; select job, split, epoch, ce, izx_upper, error_mu from epoch;
        select * from bound"
}
same_measures() {
    cmp <(measured along.db) <(measured plain.db)
}
check 'and measures the same' same_measures

check 'of all examples' "$vib" "${one[@]}" "${along[@]}" --set evaluate.bounds_subset=2000 \
    --db all.db
check 'the last are those of the end' sql_is all.db \
    "select count(*), sum(b.bits = e.bits and b.se = e.se and b.n = e.n and b.cap = e.cap)
     from bound b join epoch_bound e using (job, quantity, split, estimator) where e.epoch = 24" '22|22'

check 'and tighter than the rate' sql_is all.db \
    'select min(izx_upper_tight < izx_upper) from trajectory' 1

# Codes are far apart at first, so that an estimate without a cap is far above log2 n.
check 'a sweep without a rate' "$vib" "${one[@]}" "${along[@]}" --set method=ceb --db ceb.db
check 'is never above log2 n' sql_is ceb.db \
    'select count(*), sum(izx_lower <= izx_upper_tight and izx_upper_tight <= log2_n)
     from trajectory join result using (job, split)' '12|12'
check 'with lower bounds alone' "$vib" "${one[@]}" "${along[@]}" --set method=ceb \
    --set 'evaluate.bounds=[mixture]' --db lower.db
check 'it has these, and log2 n' sql_is lower.db \
    'select count(*), count(izx_lower), sum(izx_upper_tight = log2_n)
     from trajectory join result using (job, split)' '12|12|12'

# A kill in the middle.
has_some() {
    compgen -G "killed.db.checkpoints/*.ckpt" >/dev/null
}
"$vib" "${one[@]}" "${along[@]}" --set train.epochs=400 --db killed.db >/dev/null &
victim=$!
check 'it is checkpointed' caught 120 $victim has_some
kill -KILL $victim
wait $victim 2>/dev/null
check 'the kill came in the middle' sql_is killed.db 'select state from job' running
check 'it continues' "$vib" "${one[@]}" "${along[@]}" --set train.epochs=400 --db killed.db
check 'the same undisturbed' "$vib" "${one[@]}" "${along[@]}" --set train.epochs=400 --db whole.db
same_bounds() {
    cmp <("$vib" export killed.db -t epoch_bounds) <("$vib" export whole.db -t epoch_bounds)
}
check 'leaves the same bounds' same_bounds
check 'of all hundred times' sql_is killed.db 'select count(distinct epoch) from epoch_bound' 100

refused() {
    local status=0
    "$vib" "${one[@]}" --db no.db --set "$2" --set "$3" 2>refused.txt || status=$?
    [ "$status" = 78 ] && grep -q "$1" refused.txt
}
check 'more work than allowed is refused' refused 'bounds along the way would take' \
    evaluate.bounds_every=2 evaluate.bounds_subset=2000
check 'so are bounds without evaluations' refused 'no multiple of evaluate.every' \
    evaluate.bounds_every=3 evaluate.bounds_share=1
done_testing
