#!/bin/bash
# A prediction follows from a file of weights alone, whatever the inputs, the code and the labels.
# shellcheck disable=SC2317 # functions are called by name, through check
. tests/tap.sh
. tests/program/common.sh

python=$(python_with numpy)
[ -n "$python" ] || skip_all 'no numpy: install python3-numpy'

# Three classes with names; one input is always 0.
$python - <<'END' || exit 1
import numpy as np

rng = np.random.default_rng(5)
names = np.array(["ape", 'the "cat"', "zebu"])
centre = rng.integers(60, 190, (3, 3, 4))


def split(n):
    y = rng.integers(3, size=n)
    x = np.clip(centre[y] + rng.normal(0, 40, (n, 3, 4)), 0, 255)
    x[:, 1, 2] = 0
    return x, names[y]


arrays = {}
for name, n in (("train", 900), ("test", 300)):
    arrays["x_" + name], arrays["y_" + name] = split(n)
np.savez("bytes.npz", **{k: v.astype("u1") if k[0] == "x" else v for k, v in arrays.items()})
np.savez("floats.npz", **{k: 30 * v.astype("f4") - 1e4 if k[0] == "x" else v for k, v in arrays.items()})
END

cat >kinds.yaml <<'END'
name: kinds
model: {hidden: [24, 16]}
train: {epochs: 6, lr: 3e-3}
evaluate: {bounds: []}
save: {weights: true, codes: 300}
beta: 0.03
K: 3
grid:
  method: [vib, deterministic]
  model.covariance: [diagonal, full]
  model.activation: [relu, tanh]
END
# sweep NAME SCALES: of NAME.npz
sweep() {
    "$vib" kinds.yaml -q -j 2 --set dataset.dir="$1.npz" --set dataset.scale="$2" --db "$1.db"
}
reproduce() {
    $python -W error "$root/tests/reproduce_weights.py" "$1.db" "$1.npz"
}
check 'bytes, by every scale' sweep bytes '[symmetric, unit, none, standardize]'
check 'are reproduced' reproduce bytes
check 'there were 24 jobs that learned' sql_is bytes.db \
    "select count(*), max(wrong) < 0.5 from
         (select avg(label <> prediction) as wrong from code group by job)" '24|1'
check 'floats, standardized by themselves' sweep floats auto
check 'are reproduced' reproduce floats
check 'there were 6 jobs' sql_is floats.db 'select count(distinct job) from code' 6

# wrong WHAT: what is called so of job 3.
wrong() {
    reproduce floats >told
    cat told
    grep -q "^job 3:.* WRONG: $1\$" told
}
# noticed WHAT COLUMN VALUE: one code that is another, of a clear example.
noticed() {
    cp floats.db kept.db
    sql floats.db "update code set $2 = $3 where job = 3 and example = 7"
    wrong "$1"
    local status=$?
    mv kept.db floats.db
    return $status
}
check 'noticed: another prediction' noticed predictions prediction '(prediction + 1) % 3'
check 'noticed: another label' noticed labels label '(label + 1) % 3'
check 'noticed: another mean' noticed mu mu "json_replace(mu, '\$[1]', 9)"
check 'noticed: another factor' noticed factor factor "json_replace(factor, '\$[0]', 9)"
# The last byte makes the bias of the last class 128 or more.
noticed_bias() {
    local file
    file=$(sql floats.db 'select weights from job where id = 3') && cp "$file" kept &&
        printf '\x43' | dd of="$file" bs=1 seek=$(($(wc -c <"$file") - 1)) conv=notrunc 2>/dev/null
    wrong predictions
    local status=$?
    mv kept "$file"
    return $status
}
check 'noticed: another bias of the decoder' noticed_bias

cd "$root" && done_testing
