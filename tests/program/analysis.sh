#!/bin/bash
# The views for analysis on the results of a real sweep, by SQL and as CSV.
# shellcheck disable=SC2317 # functions are called by name, through check
. tests/tap.sh
. tests/program/common.sh

small_config small.yaml 2

# sweep DB THREADS: two curves of three points of three seeds; the second hardly learns.
sweep() {
    "$vib" small.yaml -q --set 'seed=[0, 1, 2]' --set K=2 --set 'train.lr=[1e-3, 1e-5]' --db "$1" -j "$2"
}
check 'a sweep of three seeds' sweep one.db 1
check 'the same with three threads' sweep three.db 3

# same_table NAME: in both databases; leaves NAME.csv.
same_table() {
    "$vib" export one.db --table "$1" -o "$1.csv" &&
        "$vib" export three.db --table "$1" -o three.csv && cmp "$1.csv" three.csv
}
check 'summary has the same bytes with any number of threads' same_table summary
check 'pareto too' same_table pareto
check 'plane' same_table plane

# lines_are FILE FIELDS WANTED: of a table, with LF for CRLF. FIELDS are as in cut.
lines_are() {
    diff <(tr -d '\r' <"$1" | cut -d, -f"$2") <(echo "$3")
}
check 'summary: a header, then train and test of each point, in the order of the grid' \
    lines_are summary.csv 1-8 'point,curve,method,beta,K,split,n_seeds,n_diverged
1,1,vib,0.001,2,train,3,0
1,1,vib,0.001,2,test,3,0
2,2,vib,0.001,2,train,3,0
2,2,vib,0.001,2,test,3,0
7,1,vib,0.01,2,train,3,0
7,1,vib,0.01,2,test,3,0
8,2,vib,0.01,2,train,3,0
8,2,vib,0.01,2,test,3,0
13,1,vib,0.1,2,train,3,0
13,1,vib,0.1,2,test,3,0
14,2,vib,0.1,2,train,3,0
14,2,vib,0.1,2,test,3,0'

# The mean of error_mc and its interval, once more from the plane: t is 4.302653 for three values.
from_plane() {
    tr -d '\r' <plane.csv | awk -F, '
        NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
        {
            point = $column["beta"] "," $column["train_lr"] "," $column["split"]
            value[point, n[point]++] = $column["error_mc"]
        }
        END {
            for (point in n) {
                mean = squares = 0
                for (i = 0; i < 3; i++) mean += value[point, i] / 3
                for (i = 0; i < 3; i++) squares += (value[point, i] - mean) ^ 2
                half = 4.302653 * sqrt(squares / 2 / 3)
                printf "%s,%.9f,%.9f,%.9f\n", point, mean, mean - half, mean + half
            }
        }' | sort
}
from_summary() {
    tr -d '\r' <summary.csv | awk -F, '
        NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
        {
            printf "%s,%s,%s,%.9f,%.9f,%.9f\n", $column["beta"], $column["train_lr"],
                $column["split"], $column["error_mc_mean"], $column["error_mc_lo"],
                $column["error_mc_hi"]
        }' | sort
}
same_statistics() {
    [ "$(from_plane | wc -l)" = 12 ] && diff <(from_plane) <(from_summary)
}
check 'means and intervals follow from the plane' same_statistics

check 'pareto: the rows of summary that no other beats' sql_is one.db \
    "select count(*) between 2 and 8, sum((point, split) in (select point, split from pareto)) = count(*)
     from summary s where not exists
     (select 1 from summary t where t.split = s.split
      and t.izx_upper_tight_mean <= s.izx_upper_tight_mean and t.izy_lower_mean >= s.izy_lower_mean
      and (t.izx_upper_tight_mean < s.izx_upper_tight_mean or t.izy_lower_mean > s.izy_lower_mean))" '1|1'
check 'and nothing else' sql_is one.db \
    "select count(*) from pareto s join summary t using (split)
     where t.izx_upper_tight_mean <= s.izx_upper_tight_mean and t.izy_lower_mean > s.izy_lower_mean" 0
same_columns() {
    test -s pareto.csv && cmp <(head -n 1 summary.csv) <(head -n 1 pareto.csv)
}
check 'pareto has the columns of summary' same_columns

check 'one best beta for each curve' sql_is one.db \
    "select curve, count(*), min(n_betas) from best_beta group by curve order by curve" $'1|1|3\n2|1|3'
check 'none is better' sql_is one.db \
    "select count(*) from best_beta b join summary s using (curve)
     where s.split = 'test' and not s.error_mc_mean >= b.error_mc_mean" 0
check 'the gap is between the means' sql_is one.db \
    "select count(*), max(abs(test.error_mc_mean - train.error_mc_mean - error_mc_gap_mean)) < 1e-9,
            max(abs(test.izy_lower_mean - train.izy_lower_mean - izy_lower_gap_mean)) < 1e-9,
            sum(error_mc_gap_lo <= error_mc_gap_mean and error_mc_gap_mean <= error_mc_gap_hi)
     from generalization_gap
     join summary test on test.point = generalization_gap.point and test.split = 'test'
     join summary train on train.point = test.point and train.split = 'train'" '6|1|1|6'
check 'no bit of code tells more than a bit about the label' sql_is one.db \
    "select count(*), sum(label_bits_per_input_bit <= 1), count(marginal_label_bits_per_rate_bit)
     from efficiency" '12|12|8'

diverging() {
    "$vib" small.yaml -q --set beta=0.1 --set K=2 --set 'seed=[0, 1]' --set train.lr=1e30 --db wild.db
}
check 'a point that diverges: status 2' exits 2 diverging
check 'has no row' sql_is wild.db 'select count(*) from summary' 0
check 'is counted' sql_is wild.db 'select max(n_diverged) from job_point' 2

cd "$root" && done_testing
