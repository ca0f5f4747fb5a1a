#!/usr/bin/env bash
# The systems of Table 1 and both covariances, through the real program.
# shellcheck disable=SC2016 # check expands what eval is given
# shellcheck source=tests/tap.sh
. tests/tap.sh
# shellcheck source=tests/program/common.sh
. tests/program/common.sh

cat >methods.yaml <<'END'
name: methods
dataset: {name: mixture, dim: 8, classes: 4, n_train: 2000, n_test: 500}
model: {hidden: [32]}
train: {epochs: 8, lr: 1e-3}
evaluate: {every: 4, samples: 4}
grid:
  method: [vib, deterministic, dropout, confidence_penalty, label_smoothing]
  beta: [1e-2, 0.1]
  K: [2]
END

check 'a sweep over methods' eval '"$vib" methods.yaml -q -j 2 --db methods.db >/dev/null 2>notices'
check 'a point for each beta of vib, one for each other method' sql_is methods.db \
    "select group_concat(method || ' ' || coalesce(beta, '-')) from
     (select method, beta from job join setting on job = id where state = 'done' order by id)" \
    'vib 0.01,vib 0.1,deterministic -,dropout -,confidence_penalty -,label_smoothing -'
check 'which is said' grep -q '4 duplicate points' notices
check 'each strength stands with its method alone' sql_is methods.db \
    "select group_concat(coalesce(train_dropout, '') || coalesce(train_confidence_penalty, '') ||
                         coalesce(train_label_smoothing, '')) from (select * from setting order by job)" \
    ',,,0.5,1.0,0.1'
check 'vib alone has bounds on I(Z;X)' sql_is methods.db \
    "select count(*) from information_plane where (method = 'vib') <> (izx_upper is not null)
     or (method = 'vib') <> (izx_lower is not null)
     or (method = 'vib') <> (izx_upper_tight is not null)
     or (method = 'vib') <> (izx_y_lower is not null)
     or (method = 'vib') <> (izx_y_upper_tight is not null)" 0
check 'every code has a bound on I(Z;Y)' sql_is methods.db \
    'select count(*) from information_plane where izy_lower <> h_y - ce or izy_lower is null
     or izy_mc is null or not izy_lower_se > 0' 0
check 'everything has an error and a cross-entropy' sql_is methods.db \
    'select count(*) from information_plane where error is null or error_mc is null or ce is null' 0
check 'a deterministic code has one error' sql_is methods.db \
    "select count(*) from information_plane where method <> 'vib' and (error <> error_mc or error <> error_mu)" 0
check 'all of them learn' sql_is methods.db \
    "select count(*) from result where split = 'test' and not error_mc < 0.5" 0
check 'they are different systems' sql_is methods.db \
    "select count(distinct ce) from information_plane where split = 'test'" 6
check 'smoothing and penalty make the model less sure' sql_is methods.db \
    "select count(*) from information_plane a, information_plane b where a.split = 'train'
     and b.split = 'train' and a.method = 'deterministic' and b.method in
     ('confidence_penalty', 'label_smoothing') and not b.ce > a.ce" 0

check 'six estimates for each split of vib, five within the classes' sql_is methods.db \
    "select group_concat(n_rows) from
     (select count(*) n_rows from bound group by quantity, job, split)" '6,6,5,5,6,6,5,5'
check 'each under its cap where it has one, each with its error' sql_is methods.db \
    "select count(*) from bound where bits is null or not se > 0
     or (estimator in ('mixture', 'pairwise_kl', 'pairwise_bhattacharyya') and bits > cap + 1e-6)" 0
check 'the cap is log2 n' sql_is methods.db \
    "select group_concat(distinct n || ' ' || round(cap, 4)) from bound where quantity = 'izx'" \
    '500 8.9658,2000 10.9658'
check 'or that less H(Y)' sql_is methods.db \
    "select count(*) from bound join result using (job, split)
     where quantity = 'izx_y' and abs(cap - (log2_n - h_y)) > 1e-9" 0
check 'what is kept beside the label is between bounds, and less than all' sql_is methods.db \
    "select count(*) from information_plane where method = 'vib' and not
     (0 <= izx_y_lower and izx_y_lower <= izx_y_upper_tight and izx_y_upper_tight < izx_upper_tight)" 0
check 'lower below upper' sql_is methods.db \
    "select count(*) from information_plane where method = 'vib' and
     not (izx_lower <= izx_upper_tight and izx_upper_tight <= izx_upper
          and izx_upper_tight <= log2(n))" 0
check 'I(Z;Y) is no more than I(Z;X)' sql_is methods.db \
    "select count(*) from information_plane where izy_lower > izx_upper_tight + 4 * izy_lower_se" 0
check 'the report has no I(Z;X) for the others' eval \
    '"$vib" methods.yaml --db methods.db 2>/dev/null | grep -qE "^ +dropout +- .* - +-?[0-9.]+$"'
check 'nor has the progress' eval '"$vib" methods.yaml --db progress.db --set method=dropout \
    2>&1 >/dev/null | grep -E "Z \[1/1\] K=2.*error_mc [0-9.]+ %, I\(Z;Y\) >= -?[0-9.]+ bits, <?[0-9]+ s$"'

# --- full covariance ---
full() {
    "$vib" methods.yaml -q --set method=vib --set model.covariance=full --set 'K=[1, 3]' "$@" >/dev/null
}
check 'full covariance' full -j 2 --db full.db
check 'is another point' sql_is full.db "select count(*) from setting where model_covariance = 'full'" 4
check 'with estimates of its own' sql_is full.db \
    "select count(*) from information_plane where not (izx_lower <= izx_upper_tight
     and izx_upper_tight <= izx_upper)" 0
check 'the same on one thread' eval 'full -j 1 --db one.db && export_both full.db full &&
    export_both one.db one && same_results full one'

# --- choosing estimates ---
check 'fewer estimates, of fewer examples' eval '"$vib" methods.yaml -q --set method=vib --db few.db \
    --set "evaluate.bounds=[mixture, leave_one_out]" --set evaluate.bounds_n=100 >/dev/null'
check 'are what was asked for' sql_is few.db \
    "select group_concat(distinct estimator || n) from bound" 'leave_one_out100,mixture100'
check 'none at all' eval '"$vib" methods.yaml -q --set method=vib --set evaluate.bounds=[] \
    --db none.db >/dev/null'
check 'leave the rate and log2 n' sql_is none.db \
    "select count(*) from information_plane where izx_upper_tight = min(izx_upper, log2(n)) and
     izx_upper_tight_by in ('rate', 'log2_n') and izx_lower is null" 4

cd "$root" && done_testing
