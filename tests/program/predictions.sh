#!/bin/bash
# save.predictions: what each job takes each example for, beside the labels, once.
# shellcheck disable=SC2317,SC2154 # functions are called by name, through check; common.sh sets vib
. tests/tap.sh
. tests/program/common.sh

small_config small.yaml 4
two=(small.yaml -q --set "beta=[1e-3, 10]" --set K=4 --set dataset.validation=200)
check 'a sweep that keeps predictions' "$vib" "${two[@]}" --set save.predictions=true --db kept.db
check 'of the splits that are not trained on, and their labels once' sql_is kept.db \
    "select group_concat(split || job, ' '), (select count(*) from label_list)
     from (select * from prediction order by job, split)" 'test1 validation1 test2 validation2|2'
# One row for each predictor: its classes against the labels, and the error that the job measured.
wrong() {
    sql "$1" "select count(*), sum(abs(share - error) < 1e-12), min(n) from (
        select avg(p.value <> l.value) share, count(*) n, error from (
            select job, split, one_sample classes, labels, error from prediction
                join result using (job, split) union all
            select job, split, averaged, labels, error_mc from prediction
                join result using (job, split) union all
            select job, split, at_mean, labels, error_mu from prediction
                join result using (job, split)) each
        join label_list on digest = each.labels
        join json_each(classes) p join json_each(label_list.labels) l on l.key = p.key
        group by each.job, each.split, classes, error)"
}
errors_agree() {
    local all agree n
    IFS='|' read -r all agree n <<<"$(wrong "$1")"
    [ "$all" -ge 10 ] && [ "$all" = "$agree" ] && [ "$n" = 200 ]
}
check 'each error is the share of examples taken for others' errors_agree kept.db
# shellcheck disable=SC2016 # eval expands it
check 'without the key nothing is kept' eval '"$vib" "${two[@]}" --db plain.db &&
    sql_is plain.db "select (select count(*) from prediction) + (select count(*) from label_list)" 0'
measured() {
    sql "$1" 'select * from result order by job, split'
}
same_measures() {
    cmp <(measured kept.db) <(measured plain.db)
}
check 'and all else is the same' same_measures
too_late() {
    "$vib" "${two[@]}" --set save.predictions=true --db plain.db 2>told
    grep -q '2 jobs ended without the codes, predictions or weights now asked for' told
}
check 'asked for too late, it is told' too_late
# shellcheck disable=SC2016 # eval expands it
check 'a merge completes what was not kept' eval \
    '"$vib" merge plain.db kept.db >/dev/null && errors_agree plain.db'
done_testing
