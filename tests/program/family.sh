#!/bin/bash
# The family around VIB through the real program: every objective, marginal and rate function is
# swept, told apart, continued after a kill and the same on any number of threads.
# shellcheck disable=SC2016,SC2317 # check expands what eval is given, and calls functions by name
. tests/tap.sh
. tests/program/common.sh

cat >family.yaml <<'END'
name: family
dataset: {name: mixture, dim: 8, classes: 4, n_train: 2000, n_test: 500}
model: {hidden: [32], components: 20}
train: {epochs: 20, lr: 3e-3, gamma: 0.1, rate_exponent: 0.5}
evaluate: {every: 5, samples: 4}
checkpoint: {every: 0.01}
K: 3
grid:
  zip:
    method: [vib, vib, vib, vib, vib, vib, vib, vib, ceb, nonlinear_ib]
    beta: [0.05, 0.05, 0.05, 0.05, 0.005, 0.005, 0.05, 0.05, 1, 0.05]
    model.marginal: [standard, diagonal, mixture, vamp, standard, standard, standard, standard, standard, standard]
    train.rate_function: [linear, linear, linear, linear, power, exponential, linear, linear, linear, power]
    train.samples: [1, 1, 1, 1, 1, 1, 3, 1, 1, 1]
    train.beta_warmup: [0, 0, 0, 5, 0, 0, 0, 3, 0, 0]
    model.noise: [learned, learned, learned, learned, learned, learned, learned, learned, learned, fixed]
END

check 'a sweep of the family' eval '"$vib" family.yaml -q -j 2 --db family.db >/dev/null'
check 'all of it is done' sql_is family.db 'select state, count(*) from job group by 1' 'done|10'
check 'they are different systems' sql_is family.db \
    "select count(distinct ce) from information_plane where split = 'test'" 10
check 'which learn' sql_is family.db \
    "select count(*) from result where split = 'test' and not error_mc < 0.5" 0
check 'each choice stands where it matters alone' sql_is family.db \
    "select count(model_marginal), count(model_components), count(train_rate_function),
            count(train_rate_exponent), count(model_noise_scale), count(train_gamma), count(beta)
     from setting" '8|2|9|3|1|1|9'
check 'VIB alone has a rate, and all have bounds' sql_is family.db \
    "select count(*) from information_plane where (method = 'vib') <> (izx_upper is not null)
     or izy_lower is null or izx_lower is null or izx_upper_tight is null" 0
check 'no rate is below what is known of I(Z;X)' sql_is family.db \
    'select count(*) from information_plane where izx_upper < izx_lower' 0
check 'a learned marginal makes the rate smaller' sql_is family.db \
    "select count(*) from information_plane a, information_plane b where a.split = 'train'
     and b.split = 'train' and a.model_marginal = 'standard' and a.train_rate_function = 'linear'
     and a.train_samples = 1 and a.train_beta_warmup = 0
     and b.model_marginal in ('diagonal', 'mixture') and not b.izx_upper < a.izx_upper" 0

check 'gaps are told with what trades' sql_is family.db \
    "select trade_off from generalization_gap where method = 'ceb'" 0.1

again() {
    "$vib" family.yaml -q --db "$1" "${@:2}" >/dev/null && export_both "$1" "${1%.db}"
}
check 'its export' export_both family.db family
check 'on another number of threads' again three.db -j 3
check 'the same bytes' same_results family three

some_done_one_saved() {
    [ "$(sql killed.db "select count(*) from job where state = 'done'" 2>/dev/null || echo 0)" -ge 1 ] &&
        compgen -G "killed.db.checkpoints/*.ckpt" >/dev/null
}
"$vib" family.yaml -j 1 -q --db killed.db >/dev/null &
victim=$!
check 'a job is done and another is checkpointed' caught 120 $victim some_done_one_saved
kill -KILL $victim
wait $victim 2>/dev/null
check 'a kill, and it continues' again killed.db -j 2
check 'the same bytes' same_results family killed

check 'nothing of it is trained twice' eval '"$vib" family.yaml -q --db family.db >/dev/null &&
    sql_is family.db "select count(*), sum(attempts) from job" "10|10"'

bfloat16() {
    "$vib" family.yaml -q -j 2 --set train.precision=bfloat16 --db bfloat16.db >/dev/null 2>told
}
if bfloat16; then
    check 'bfloat16 learns as well' sql_is bfloat16.db \
        "select count(*), max(error_mc) < 0.5 from result where split = 'test'" '10|1'
else
    check 'bfloat16 is refused where there is none' grep -q 'train.precision: bfloat16 needs' told
fi

# What a choice leaves without meaning makes no other job.
cat >pairs.yaml <<'END'
name: pairs
dataset: {name: mixture, dim: 8, classes: 4, n_train: 200, n_test: 50}
model: {hidden: [8], covariance: full}
train: {epochs: 1}
K: 2
END
equal() {
    "$vib" pairs.yaml -q --set model.covariance=diagonal --db equal.db "${@/#/--set=}" >/dev/null
}
check 'components without a mixture' equal 'model.marginal=[standard, diagonal]' 'model.components=[5, 7]'
check 'an exponent of a linear rate, a scale of learned noise' equal 'train.rate_exponent=[1, 2]' \
    'model.noise_scale=[1, 2]'
check 'are two jobs in all' sql_is equal.db 'select count(*) from job' 2

of_no_use() {
    "$vib" pairs.yaml --set model.components=5 --db equal.db 2>&1 >/dev/null |
        grep -q 'model.components is given, and no job makes use of it'
}
check 'which is told' of_no_use

# A bound that is flat where training ends: the weight of what has no slope does nothing.
flat() {
    "$vib" pairs.yaml -q --db flat.db --set model.covariance=diagonal --set method=nonlinear_ib \
        --set 'beta=[0, 0.1]' --set 'model.noise=[learned, fixed]' --set model.noise_scale=3 >/dev/null
}
check 'nonlinear IB of codes that are apart, or not' flat
check 'the former is told' sql_is flat.db \
    "select model_noise, beta, substr(message, 1, 67) from job join setting on setting.job = job.id
     where message <> ''" \
    'learned|0.1|the bound on I(Z;X) over a batch is at its cap of 5.64 bits, where '

# refused SETTING WORDS: by a sentence.
refused() {
    exits 78 "$vib" pairs.yaml -q --db refused.db "--set=$1" >/dev/null 2>told && grep -q "$2" told
}
check 'nonlinear IB of full covariance' refused method=nonlinear_ib 'use model.covariance: diagonal'
check 'pseudo-inputs of full covariance' refused model.marginal=vamp 'use model.covariance: diagonal'
check 'fixed noise of full covariance' refused model.noise=fixed 'full is learned'
check 'an exponent that no number is raised to' refused train.rate_exponent=1001 \
    'train.rate_exponent must be a number above 0 and at most 1000, not'
check 'a training that leaves all numbers' eval 'exits 2 "$vib" pairs.yaml -q --db steep.db --set beta=1e300 \
    --set train.rate_function=exponential --set train.rate_exponent=1000 >/dev/null 2>&1'
check 'has diverged' sql_is steep.db 'select state, message from job' \
    'diverged|the objective or the weights are not finite in epoch 1'

cd "$root" && done_testing
