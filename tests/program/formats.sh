#!/bin/bash
# Data sets of every format, as numpy writes them, and what is said of those that are wrong.
# shellcheck disable=SC2317 # functions are called by name, through check
. tests/tap.sh
. tests/program/common.sh

python=$(python_with numpy)
[ -n "$python" ] || skip_all 'python3 has no numpy'

# Images of 4 x 3 bytes with three classes, in every format that numpy can write.
cat >write.py <<'END_PYTHON'
import gzip, numpy as np, os, struct

rng = np.random.default_rng(0)
splits = {}
for name, n in (("train", 90), ("test", 30)):
    y = np.arange(n, dtype="u1") % 3
    x = (rng.integers(0, 100, (n, 4, 3)) + 70 * y[:, None, None]).astype("u1")
    x[:, 0, 0] = 7
    splits[name] = x, y
names = ("kiwi", "apple", "plum")

def folder(name):
    os.makedirs(name, exist_ok=True)
    return name + "/"

def npy(name, x_type, y_type, order="C"):
    for split, (x, y) in splits.items():
        np.save(folder(name) + f"x_{split}.npy", np.asarray(x, x_type, order))
        np.save(folder(name) + f"y_{split}.npy", np.asarray(y, y_type))

def idx(path, array, opener=open):
    with opener(path, "wb") as f:
        f.write(struct.pack(">BBBB", 0, 0, 8, array.ndim))
        f.write(struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes())

arrays = {f"{k}_{s}": a for s, (x, y) in splits.items() for k, a in (("x", x), ("y", y))}
npy("npy", "u1", "i8")
npy("fortran", "u1", ">i2", "F")
npy("floats", "f4", "u1")
npy("doubles", ">f8", "f8")
np.savez(folder("npz") + "data.npz", **arrays)
np.savez_compressed("packed.npz", **arrays)
valid = {"x_val": splits["test"][0][:20], "y_val": splits["test"][1][:20]}
np.savez("valid.npz", **arrays, **valid)
npy("valid", "u1", "u1")
for name, array in valid.items():
    np.save(f"valid/{name}.npy", array)
np.savez_compressed("piece.npz", x=splits["train"][0], y=splits["train"][1])
for where, opener, end in (("idx", open, ""), ("packed/raw", gzip.open, ".gz")):
    for split, prefix in (("train", "train"), ("test", "t10k")):
        x, y = splits[split]
        idx(folder(where) + f"{prefix}-images-idx3-ubyte{end}", x, opener)
        idx(folder(where) + f"{prefix}-labels-idx1-ubyte{end}", y, opener)
for split, (x, y) in splits.items():
    rows = [",".join(map(str, r.ravel())) for r in x]
    head = ",".join(f"p{i}" for i in range(12))
    with open(folder("csv") + f"{split}.csv", "w") as f:
        f.write(f"label,{head}\n" + "".join(f"{l},{r}\n" for l, r in zip(y, rows)))
    with open(f"fruit-{split}.tsv", "w") as f:
        f.write(f"{head},kind\n".replace(",", "\t"))
        f.write("".join(f"{r},{names[l]}\n".replace(",", "\t") for l, r in zip(y, rows)))

bad = splits["train"][0].astype("f4")
bad[17, 2, 1] = np.nan
np.savez("nan.npz", x=bad, y=splits["train"][1])
np.savez("objects.npz", x=splits["train"][0], y=np.array([{}] * 90, dtype=object))
END_PYTHON
"$python" write.py || exit 1

cat >small.yaml <<'END'
name: small
model: {hidden: [4]}
train: {epochs: 1, batch: 10}
evaluate: {bounds: []}
K: 2
END

digest() {
    "$vib" data "$@" | sed -n 's/^  *digest  *//p'
}

same_digest() {
    local first other
    first=$(digest "$1") && [ -n "$first" ] || return 1
    for other in "${@:2}"; do
        [ "$(digest "$other")" = "$first" ] || {
            echo "$other differs from $1"
            return 1
        }
    done
}
check 'bytes are the same data in every format' same_digest idx packed npy fortran npz packed.npz
check 'and numbers are' same_digest floats doubles csv

# trains FOLDER NAME: a job of the data set, in formats.db.
trains() {
    "$vib" small.yaml -q --db formats.db --set dataset.dir="$1" --set dataset.name="$2"
}
check 'IDX trains' trains idx bytes
check 'npz is the same job' trains packed.npz bytes
check 'CSV is another one' trains csv floats
check 'of which npy is the same again' trains doubles floats
check 'two jobs in all, each trained once' sql_is formats.db \
    'select count(*), sum(attempts) from job' '2|2'

fruit() {
    "$vib" data fruit --set dataset.files.train=fruit-train.tsv \
        --set dataset.files.test=fruit-test.tsv --set dataset.label=kind >out && cat out &&
        grep -qx "  *0: 'apple': 30 train, 10 test" out && grep -q '^  *name  *fruit$' out &&
        grep -qx "  *inputs  *12, float32" out && grep -q '^  *warning  *1 of the inputs' out &&
        grep -q '^  *train  *90 examples, inputs .*, H(Y) = 1.5850 bits$' out
}
check 'named files, with texts as labels, are told of' fruit
shape() {
    "$vib" data npy >out && cat out && grep -qx '  *inputs  *4 x 3 = 12, bytes' out
}
check 'the shape of arrays is told' shape
piece() {
    rm -f piece.db
    "$vib" small.yaml --db piece.db --set dataset.files.train=piece.npz >report 2>lines && cat report lines &&
        sql_is piece.db 'select name, split from dataset join dataset_split
            on digest = dataset_digest' 'piece|train' && "$vib" data ./piece.npz | grep -q 'no test split' &&
        grep -q '^train split; .*error' report && grep -qE '^ *0[.]001 .* [0-9.]+  +-?[0-9.]+$' report &&
        grep -q ': train error_mc [1-9]' lines
}
check 'data in one piece train, called as their file is' piece
narrow() {
    [ "$("$vib" data fruit --set dataset.files.train=fruit-train.tsv --set dataset.label=kind |
        awk '{ if (length > most) most = length } END { print most }')" -le 80 ]
}
check 'lines fit a terminal' narrow
validation() {
    same_digest valid valid.npz && "$vib" data valid >out && cat out &&
        grep -q '^  *validation  *20 examples' out && trains valid.npz bytes+validation &&
        "$vib" small.yaml -q --db formats.db --set dataset=named \
            --set=dataset.files.{train=npy/x,train_labels=npy/y}_train.npy \
            --set=dataset.files.{test=npy/x,test_labels=npy/y}_test.npy \
            --set=dataset.files.{validation=valid/x,validation_labels=valid/y}_val.npy
}
check 'a validation split may lie beside the others' validation
check 'and has results, as one data set however it is named' sql_is formats.db \
    "select count(*), n, count(ce) from result join job on id = job
     where split = 'validation'" '1|20|1'
built_in() {
    "$vib" data mixture --set dataset.n_train=100 | grep -q '^  *I(X;Y)'
}
check 'the built-in data set is told of, too' built_in

# refuses TEXT ARGUMENT...: a sweep, in one line and leaving nothing behind.
refuses() {
    exits 66 "$vib" small.yaml -q --db none.db "${@:2}" 2>err || return 1
    cat err
    [ "$(wc -l <err)" = 1 ] && grep -q "$1" err && [ ! -e none.db ]
}
check 'NaN is found' refuses 'x.npy: the train split has NaN in row 17, column 7 (counted from 0)' \
    --set dataset.dir=nan.npz
check 'pickles are refused' refuses 'y.npy: holds Python objects' --set dataset.dir=objects.npz
check 'a label that is not there' refuses 'none is called label' \
    --set dataset.files.train=fruit-train.tsv
mkdir both && cp idx/* npz/data.npz both
check 'two data sets in a folder' refuses 'more than one data set: IDX and an archive of NumPy' \
    --set dataset.dir=both
check 'the name of a file settles it' trains both/data.npz bytes
check 'validation labels alone' refuses 'no validation split (dataset.files.validation)' \
    --set=dataset.files.{train=npy/x,train_labels=npy/y}_train.npy \
    --set dataset.files.validation_labels=npy/y_train.npy
check 'labels alone' refuses 'names no training split' --set dataset.name=x \
    --set dataset.files.train_labels=npy/y_train.npy
swept() {
    exits 64 "$vib" data npy --set 'dataset.n_train=[1, 2]' 2>err && grep -q 'one data set' err
}
check 'one data set at a time' swept
both_places() {
    exits 78 "$vib" small.yaml --set dataset.name=mixture --set dataset.files.train=a.csv 2>err &&
        grep -q 'mixture. is built in' err
}
check 'the built-in data set has no files' both_places

cd "$root" && done_testing
