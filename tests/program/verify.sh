#!/bin/bash
# tests/verify_weights.py on splits so small that estimates have no spread, or NULL for it.
# shellcheck disable=SC2317 # functions are called by name, through check
. tests/tap.sh
. tests/program/common.sh

python=$(python_with numpy)
[ -n "$python" ] || skip_all 'no numpy: install python3-numpy'

# Data sets one, two and fifty: thirty examples to train on, and so many to test.
export VIB_SWEEP_DATA=$PWD
$python - <<'END' || exit 1
import os, random

draw = random.Random(3)


def write(path, dimensions, values):
    head = bytes([0, 0, 8, len(dimensions)])
    for n in dimensions:
        head += n.to_bytes(4, "big")
    with open(path, "wb") as file:
        file.write(head + bytes(values))


for name, n_test in (("one", 1), ("two", 2), ("fifty", 50)):
    os.mkdir(name)
    for split, n in (("train", 30), ("t10k", n_test)):
        labels = [i % 2 for i in range(n)]
        pixels = [y * 37 + i * 11 + draw.randrange(30) for y in labels for i in range(16)]
        write(f"{name}/{split}-labels-idx1-ubyte", [n], labels)
        write(f"{name}/{split}-images-idx3-ubyte", [n, 4, 4], pixels)
END

cat >tiny.yaml <<'END'
name: tiny
dataset: {classes: 2}
model: {hidden: [16]}
train: {epochs: 5, batch: 1, lr: 3e-3}
save: {weights: true, codes: 5}
K: 2
grid:
  dataset.name: [one, two, fifty]
  method: [vib, deterministic]
  model.covariance: [diagonal, full]
END
# family KEY=VALUE...: more of its kind.
family() {
    "$vib" tiny.yaml -q -j 2 --db tiny.db --set dataset.name=fifty --set model.components=3 \
        "${@/#/--set=}" >/dev/null
}
diagonal=model.covariance=diagonal
tiny() {
    "$vib" tiny.yaml -q -j 2 --db tiny.db
}
check 'splits of 1, 2 and 50 examples' tiny

verify() {
    $python -W error "$root/tests/verify_weights.py" tiny.db "$1"
}
every_job() {
    local job n=0
    for job in $(sql tiny.db 'select id from job order by id'); do
        verify "$job" || return 1
        n=$((n + 1))
    done
    [ $n = 31 ]
}
check 'CEB, of both covariances' family method=ceb
check 'nonlinear IB' family method=nonlinear_ib 'model.noise=[fixed, learned]' $diagonal train.batch=10
check 'rates that count otherwise' family 'method=[vib, nonlinear_ib]' $diagonal train.batch=10 beta=0.1 \
    train.beta_warmup=2 'train.rate_function=[linear, power, exponential]'
check 'early stopping' family method=ceb $diagonal dataset.validation=10 train.patience=1
check 'other systems' family 'method=[dropout, confidence_penalty, label_smoothing]' $diagonal
check 'learned marginals' family method=vib 'model.marginal=[diagonal, mixture]'
check 'pseudo-inputs' family method=vib model.marginal=vamp $diagonal 'evaluate.samples=[1, 12]'
check 'a fixed noise' family method=vib model.noise=fixed $diagonal 'model.marginal=[mixture, vamp]'
check 'are right' every_job

# noticed TABLE COLUMN NUMBER WHERE: a value of $job that is off by so much is called wrong.
noticed() {
    local of="split = 'test' and job = $job"
    [ "$1" != job ] || of="id = $job"
    cp -p tiny.db kept.db
    sql tiny.db "update $1 set $2 = coalesce($2, 0) + $3 where $4 and $of"
    exits 1 verify "$job"
    local status=$?
    mv kept.db tiny.db
    return $status
}
for marginal in diagonal mixture; do
    job=$(sql tiny.db "select job from setting where model_marginal = '$marginal' limit 1")
    check "noticed: a rate against the wrong $marginal" noticed result izx_upper 3 true
done
job=$(sql tiny.db "select job from setting where dataset_name = 'two' and method = 'vib' limit 1")
mixture="quantity = 'izx' and estimator = 'mixture'"
check 'noticed: a mixture off by 0.01 bits' noticed bound bits 0.01 "$mixture"
check 'noticed: its standard error' noticed bound se 0.01 "$mixture"
check 'noticed: a value that is NULL' noticed result izy_lower 'NULL' true
job=$(sql tiny.db "select job from setting where dataset_name = 'one' and method = 'vib' limit 1")
check 'noticed: a standard error where one example has none' noticed result izy_lower_se 0.1 true
job=$(sql tiny.db "select job from setting where model_marginal = 'vamp' and evaluate_samples = 12 limit 1")
check 'noticed: the standard error of a rate that is sampled' noticed result izx_upper_se 0.2 true
job=$(sql tiny.db "select job from setting where method = 'ceb' limit 1")
check 'noticed: CEB against the wrong class' noticed result izx_y_upper 0.01 true
residual="quantity = 'izx_y' and estimator = 'pairwise_kl'"
check 'noticed: residual information off by 0.01 bits' noticed bound bits 0.01 "$residual"
check 'noticed: its standard error' noticed bound se 0.01 "$residual"
check 'noticed: the weight of another objective' noticed job effective_weight 0.01 true

cd "$root" && done_testing
