#!/bin/bash
# A sweep end to end: results in SQL and CSV, the same bits with any number of threads.
# shellcheck disable=SC2317 # functions are called by name, through check
. tests/tap.sh
. tests/program/common.sh

small_config small.yaml

check 'a sweep ends with status 0' "$vib" small.yaml -j 1 -q
check 'it leaves its database under results/' test -s results/small.db
check 'every job is done' sql_is results/small.db \
    "select state, count(*) from job group by state" 'done|6'
check 'train and test rows for each' sql_is results/small.db \
    "select split, count(*) from information_plane group by split order by split" $'test|6\ntrain|6'
check 'an evaluation every second epoch' sql_is results/small.db \
    "select group_concat(distinct epoch) from epoch" '2,4'
check 'I(Z;Y) and I(Z;X) keep the data-processing order' sql_is results/small.db \
    "select count(*) from information_plane where not izy_lower <= izx_upper" 0
check 'izy_lower is h_y - ce' sql_is results/small.db \
    "select count(*) from information_plane where not abs(h_y - ce - izy_lower) < 1e-9" 0
check 'more beta, fewer bits' sql_is results/small.db \
    "select count(*) from information_plane a join information_plane b using (split, K)
     where a.beta < b.beta and not a.izx_upper > b.izx_upper" 0
check 'no code tells more of Y than X does' sql_is results/small.db \
    "select count(*) from information_plane p join job j on j.id = p.job
     join dataset d on d.digest = j.dataset_digest
     where p.split = 'test' and not p.izy_lower < d.ixy + 0.1" 0
check 'checkpoints are gone' test ! -e results/small.db.checkpoints
check 'the database is whole' sql_is results/small.db 'pragma integrity_check' ok
check 'the run is on record' sql_is results/small.db \
    "select sweep, threads, outcome, version <> '', config_text like '%logspace%' from run" \
    'small|1|complete|1|0'

check 'two threads' "$vib" small.yaml -j 2 -q --db two.db
check 'five threads' "$vib" small.yaml -j 5 -q --db five.db
check 'export one' export_both results/small.db one
check 'export two' export_both two.db two
check 'export five' export_both five.db five
check 'the same bytes with two threads' same_results one two
check 'the same bytes with five threads' same_results one five

# More threads than jobs: those left over help, which may not be seen in anything but the time.
few() {
    "$vib" small.yaml -j "$1" -q --db "few$1.db" --set beta=0.01 --set K=4 \
        --set 'model.hidden=[256]' --set train.batch=200 && export_both "few$1.db" "few$1"
}
check 'one job on one thread' few 1
check 'one job on three' few 3
check 'the same bytes with a team' same_results few1 few3
check 'the run tells its threads, also those that helped' sql_is few3.db 'select threads from run' 3

alone() {
    "$vib" small.yaml --set beta=0.01 --set K=4 -q --db alone.db
}
check 'one point alone' alone
values() {
    sql "$1" "select beta, K, split, error, error_mc, ce, ce_mc, izx_upper from information_plane
              where beta = 0.01 and K = 4 order by split"
}
alone_is_the_same() {
    diff <(values alone.db) <(values two.db)
}
check 'has the results that it has in the grid' alone_is_the_same

again() {
    "$vib" small.yaml -j 2 2>again.err && [ ! -s again.err ]
}
check 'running again does nothing' again
check 'and starts no job twice' sql_is results/small.db "select max(attempts) from job" 1

extend() {
    "$vib" small.yaml -q --set 'beta=[1e-3, 1e-2, 0.1, 1]' --db two.db
}
check 'a longer grid' extend
check 'adds only what is new' sql_is two.db \
    "select count(*), sum(attempts), max(attempts) from job" '8|8|1'

diverge() {
    "$vib" small.yaml -q --set 'train.lr=[1e-3, 1e30]' --set beta=0.1 --set K=2 --db wild.db
}
check 'a diverging job: status 2' exits 2 diverge
check 'is recorded with its epoch, the other is done' sql_is wild.db \
    "select state, message from job join setting on job = id order by train_lr" \
    $'done|\ndiverged|the objective or the weights are not finite in epoch 1'
check 'and has no results' sql_is wild.db \
    "select count(*) from result join job on id = job where state <> 'done'" 0

table() {
    "$vib" small.yaml 2>/dev/null | grep -cE '^ *(0\.001|0\.01|0\.1) +(2|4) +[0-9.]+ +[0-9.]+ +[0-9.]+ +[0-9.]+ +[0-9.]+$'
}
six_rows() {
    [ "$(table)" = 6 ]
}
check 'a table of six results on stdout' six_rows
# The bounds are those of the plane, and a line under the table says what best_beta does.
chosen() {
    "$vib" small.yaml -q -j 2 --db "$1.db" --set dataset.validation=500 "${@:2}" >"$1.out" && cat "$1.out"
}
tightest() {
    sql chosen.db "select format('%g %d %.2f %.2f %.2f %.2f %.3f', beta, K, 100 * error, 100 * error_mc, izx_lower,
            izx_upper_tight, izy_lower) from information_plane where split = 'test' and izx_upper_tight < izx_upper
        order by job" >wanted
    [ "$(wc -l <wanted)" = 6 ] && diff wanted <(sed -n '3,8p' chosen.out | sed 's/^ *//; s/  */ /g')
}
# best NAME CURVES
best() {
    sql "$1.db" "select format('  K=%d: beta=%g, %.2f %%; %d of %d others not told apart from it', K, beta,
            100 * error_mc_mean, n_indistinguishable, n_betas - 1) from best_beta order by curve" >wanted
    [ "$(wc -l <wanted)" = "$2" ] && diff <(head -n 5 wanted) <(grep '^  K=' "$1.out") &&
        grep -qx 'chosen by error_mc of the validation split, with error_mc of the test split:' "$1.out"
}
narrow() {
    [ "$(wc -L <chosen.out)" -le 80 ]
}
check 'a sweep with a validation split' chosen chosen
check 'has the tightest valid bounds' tightest
check 'and what the validation split chooses of each curve' best chosen 2
check 'in 80 columns' narrow
seeds() {
    chosen many --set 'seed=[0, 1]' --set 'K=[2, 3, 4, 5, 6, 7]' --set train.epochs=1 --set evaluate.bounds_n=50 &&
        best many 6 && grep -qx '  ... and of 1 curve more: vib-sweep export --table best_beta many.db' many.out
}
check 'over seeds, of five curves at the most' seeds
unchosen() {
    "$vib" small.yaml -q 2>/dev/null >unchosen.out && cat unchosen.out &&
        grep -q "^no beta is chosen, as data set 'mixture' has no validation split" unchosen.out &&
        ! "$vib" small.yaml -q --db chosen.db --set dataset.validation=500 --set beta=0.1 | grep -qE '^(chosen|no beta)'
}
check 'without one, why nothing is chosen; of one beta nothing is said' unchosen
unbounded() {
    "$vib" small.yaml -q -j 2 --db unbounded.db --set train.epochs=1 --set 'evaluate.bounds=[]' >unbounded.out &&
        cat unbounded.out && grep -q 'I(Z;X) <=' unbounded.out && ! grep -q 'I(Z;X) >=' unbounded.out
}
check 'without estimates, no column of them' unbounded

# Also where the default four digits, or a column's width, would cut what tells them apart.
told_apart() {
    "$vib" small.yaml -j 1 --db apart.db --set 'beta=[0.1, 0.100001, 0.100002]' --set K=2 \
        --set train.epochs=1 >apart.out 2>apart.err || return 1
    cat apart.out
    [ "$(awk '$2 ~ /^0\.1/ { print $2 }' apart.out | sort -u | wc -l)" = 3 ] &&
        [ "$(grep -oE 'beta=[0-9.]+' apart.err | sort -u | wc -l)" = 3 ]
}
check 'values that differ look different, in the table and in the lines' told_apart

lines() {
    "$vib" small.yaml -j 2 --db lines.db 2>lines.err >/dev/null &&
        [ "$(grep -cE '^[0-9-]+T[0-9:]+Z \[[1-6]/6\] beta=.* K=.*: error_mc ' lines.err)" = 6 ]
}
check 'one line per finished job when stderr is no terminal' lines

duplicates() {
    "$vib" small.yaml --set 'beta=[1e-3, 0.001, 1E-3]' --set K=2 --db dup.db 2>dup.err >/dev/null &&
        grep -q 'duplicate' dup.err && sql_is dup.db 'select count(*) from job' 1
}
check 'duplicate points collapse, with a notice' duplicates

# ticks PID: processor time of each thread, in clock ticks, one a line. Not of the first thread,
# which trains nothing but makes the data before the jobs start.
ticks() {
    local task
    for task in /proc/"$1"/task/*; do
        [ "${task##*/}" = "$1" ] || cat "$task"/stat
    done 2>/dev/null | sed 's/.*) //' | awk '{ print $12 + $13 }'
}
worked() {
    [ "$(ticks "$1" | awk '{ sum += $1 } END { print sum + 0 }')" -ge 150 ]
}
one_thread_each() {
    OMP_NUM_THREADS=4 OPENBLAS_NUM_THREADS=4 "$vib" small.yaml -q -j 2 --db threads.db --set beta=0.1 \
        --set train.epochs=100000 --set 'model.hidden=[512, 512]' --set train.batch=500 >/dev/null &
    local process=$! busy
    until_true 100 worked $process
    busy=$(ticks $process | awk '$1 >= 15' | wc -l)
    kill -KILL $process
    wait $process 2>/dev/null
    echo "$busy busy threads"
    [ "$busy" = 2 ]
}
check 'two jobs at a time keep two threads busy, whatever the matrix library would like' one_thread_each

cd "$root" && done_testing
