#!/bin/bash
# Data of one's own, end to end: MNIST in every format, scikit-learn's digits, a thousand classes.
# shellcheck disable=SC2317 # functions are called by name, through check
. tests/tap.sh
. tests/program/common.sh

python=$(python_with numpy)
[ -n "$python" ] || skip_all 'python3 has no numpy'

cat >small.yaml <<'END_YAML'
name: small
model: {hidden: [16]}
train: {epochs: 1, batch: 50}
evaluate: {samples: 2, bounds: [rate]}
K: 4
END_YAML

# The first 300 and 100 examples, as IDX, .npy, .npz.
cat >write_mnist.py <<'END_PYTHON'
import gzip, os, sys, numpy as np

arrays = {}
os.mkdir("idx"), os.mkdir("npy")
for split, prefix, n in (("train", "train", 300), ("test", "t10k", 100)):
    for key, kind, header in (("x", "images-idx3-ubyte", 16), ("y", "labels-idx1-ubyte", 8)):
        path = f"{sys.argv[1]}/{prefix}-{kind}"
        with open(path, "rb") if os.path.exists(path) else gzip.open(path + ".gz") as f:
            head, data = f.read(header), f.read()
        array = np.frombuffer(data, "u1").reshape((-1, 28, 28) if key == "x" else -1)[:n]
        arrays[f"{key}_{split}"] = array
        np.save(f"npy/{key}_{split}.npy", array)
        with open(f"idx/{prefix}-{kind}", "wb") as f:
            f.write(head[:4] + n.to_bytes(4, "big") + head[8:] + array.tobytes())
np.savez_compressed("mnist.npz", **arrays)
scaled = {k: np.float32(2) * a.astype("f4") / np.float32(255) - np.float32(1) if k[0] == "x" else a
          for k, a in arrays.items()}
np.savez("floats.npz", **scaled)
os.mkdir("csv")
for split in ("train", "test"):
    with open(f"csv/{split}.csv", "w") as f:
        f.write("label," + ",".join(f"p{i}" for i in range(784)) + "\n")
        for label, x in zip(scaled[f"y_{split}"], scaled[f"x_{split}"]):
            f.write(f"{label}," + ",".join(f"{v:.9g}" for v in x.ravel()) + "\n")
END_PYTHON

# trains NAME PLACE: into NAME.db, whose exports it writes.
trains() {
    "$vib" small.yaml -q --db "$1.db" --set dataset=mnist --set dataset.dir="$2" &&
        export_both "$1.db" "$1"
}
identity() {
    sql "$1.db" 'select identity from job'
}
same_as_idx() {
    trains "$1" "$2" && same_results idx "$1" && [ "$(identity "$1")" = "$(identity idx)" ]
}
# numbers DB: what a job is measured to be, exactly, without what its data are called.
numbers() {
    "$vib" export "$1" --table plane | cut -d, -f1-13
}
same_numbers() {
    "$vib" small.yaml -q --db "$1.db" --set dataset.dir="$2" --set dataset.scale=none &&
        [ "$(numbers "$1.db" | wc -l)" = 3 ] && diff <(numbers idx.db) <(numbers "$1.db")
}
if [ -d "${VIB_SWEEP_DATA-}/mnist" ]; then
    check 'part of MNIST as every format' "$python" write_mnist.py "$VIB_SWEEP_DATA/mnist"
    check 'IDX trains' trains idx idx
    check 'bytes of .npy are the same job with the same results' same_as_idx npy npy
    check 'and so are those of .npz' same_as_idx npz mnist.npz
    check 'scaled floats have the same results bit for bit' same_numbers floats floats.npz
    check 'also from CSV' same_numbers csv csv
else
    skip 'MNIST in every format' "\$VIB_SWEEP_DATA holds no mnist/"
fi

# error_below DB MOST: on the test split.
error_below() {
    sql_is "$1" "select error < $2 from result where split = 'test'" 1
}
digits() {
    "$sklearn" -c '
import numpy as np, sklearn.datasets as d
x, y = d.load_digits(return_X_y=True)
np.savez("digits.npz", x_train=x[300:], y_train=y[300:], x_test=x[:300], y_test=y[:300])' &&
        "$vib" small.yaml -q --set dataset.files=digits.npz --set train.epochs=30 \
            --set train.lr=1e-2 --db digits.db && error_below digits.db 0.3 &&
        sql_is digits.db 'select name, classes from dataset' 'digits|10'
}
sklearn=$(python_with sklearn)
if [ -n "$sklearn" ]; then
    check "scikit-learn's digits train" digits
else
    skip "scikit-learn's digits" 'python3 has no sklearn (python3-sklearn)'
fi

# What ImageNet is in the paper: 1536 features of a network, 1000 classes.
cat >write_wide.py <<'END_PYTHON'
import numpy as np

rng = np.random.default_rng(0)
means = rng.normal(0, 1, (1000, 1536)).astype("f4")
for split, n in (("train", 3000), ("val", 1000), ("test", 1000)):
    y = np.arange(n) % 1000
    np.save(f"wide/x_{split}.npy", means[y] + 0.3 * rng.normal(0, 1, (n, 1536)).astype("f4"))
    np.save(f"wide/y_{split}.npy", y)
END_PYTHON
wide() {
    mkdir wide && "$python" write_wide.py && "$vib" small.yaml -q --db wide.db \
        --set dataset.dir=wide --set 'model.hidden=[64]' --set K=32 --set train.lr=1e-2 &&
        sql_is wide.db "select count(*), min(n), count(ce) from result" '3|1000|3'
}
check 'a thousand classes of 1536 inputs train' wide
check 'and are learnt from the first epoch on' error_below wide.db 0.9

cd "$root" && done_testing
