#!/bin/bash
# What jobs see of their data: splits, subsets, scales, damage, patience.
# shellcheck disable=SC2317 # functions are called by name, through check
. tests/tap.sh
. tests/program/common.sh

python=$(python_with numpy)
[ -n "$python" ] || skip_all 'python3 has no numpy'

# The same 240 training and 60 test examples of 6 inputs as bytes, as the floats that symmetric makes
# of them, and as floats of another kind in one piece; 4 classes with names, one of them rare.
cat >write.py <<'END_PYTHON'
import numpy as np
rng = np.random.default_rng(1)
names = np.array(["ash", "birch", "cedar", "elm"])
def split(n):
    y = np.where(np.arange(n) % 40 == 39, 3, np.arange(n) % 3)
    x = (rng.integers(0, 120, (n, 6)) + 40 * y[:, None] % 130).astype("u1")
    x[:, 5] = 9
    return x, y
train, test = split(240), split(60)
save = lambda path, f: np.savez(path, x_train=f(train[0]), y_train=names[train[1]],
                                x_test=f(test[0]), y_test=names[test[1]])
save("bytes.npz", lambda x: x)
save("scaled.npz", lambda x: np.float32(2) * x.astype("f4") / np.float32(255) - np.float32(1))
np.savez("piece.npz", x=np.log1p(train[0].astype("f4")), y=names[train[1]])
END_PYTHON
"$python" write.py || exit 1

cat >small.yaml <<'END_YAML'
K: 2
model.hidden: [8]
train: {epochs: 3, batch: 20, lr: 0.01}
evaluate: {every: 1}
END_YAML

# sweep DATABASE DATA ARGUMENT...
sweep() {
    "$vib" small.yaml -q --db "$1" --set "dataset.dir=$2" --set dataset.name=trees "${@:3}"
}
column() { sqlite3 "$1" "$2"; }

scales_agree() {
    sweep bytes.db bytes.npz --set 'seed=[0, 1]' && sweep scaled.db scaled.npz \
        --set 'seed=[0, 1]' --set dataset.scale=none || return 1
    local numbers='SELECT seed, split, error_mc, ce, izx_upper, izx_lower FROM information_plane'
    [ "$(column bytes.db "$numbers")" = "$(column scaled.db "$numbers")" ] &&
        [ "$(column bytes.db "$numbers" | wc -l)" = 4 ]
}
check 'floats that are what symmetric makes of bytes give the same bits' scales_agree

symmetric_is_nothing() {
    sweep bytes.db bytes.npz --set 'seed=[0, 1]' --set dataset.scale=symmetric &&
        [ "$(column bytes.db 'SELECT count(*), max(attempts) FROM job')" = '2|1' ] &&
        [ "$(column bytes.db 'SELECT DISTINCT dataset_scale FROM setting')" = symmetric ]
}
check 'a scale that is the default is the same job' symmetric_is_nothing

classes_have_names() {
    [ "$(column bytes.db "SELECT group_concat(class || name, ' ') FROM dataset_class")" = \
        '0ash 1birch 2cedar 3elm' ]
}
check 'the database tells what the classes are called' classes_have_names

# Every kind of view in one grid, in one piece, by one worker and by three.
in_one_piece() {
    sweep "$1" piece.npz -j "$2" --set dataset.test=0.25 --set dataset.validation=20 \
        --set 'beta=[1e-3, 0.1]' --set 'dataset.split_seed=[0, 1]' \
        --set 'dataset.label_noise=[0, 0.5]' --set 'dataset.input_noise=[0, 0.5]' 2>"$1.err"
}
workers_do_not_matter() {
    in_one_piece one.db 1 && in_one_piece three.db 3 &&
        "$vib" export one.db >one.csv && "$vib" export three.db >three.csv &&
        cmp one.csv three.csv && [ "$(wc -l <one.csv)" = 49 ]
}
check 'views are the same with any number of workers' workers_do_not_matter
splits_have_their_sizes() {
    [ "$(column one.db "SELECT group_concat(s, ' ') FROM
         (SELECT DISTINCT split || n AS s FROM result ORDER BY s)")" = \
        'test60 train160 validation20' ] &&
        [ "$(column one.db "SELECT split || n FROM dataset_split")" = train240 ]
}
check 'the database has the sizes of jobs, and of what was loaded' splits_have_their_sizes
floats_are_standardized() {
    "$vib" small.yaml --db said.db --set dataset.dir=piece.npz >/dev/null 2>err &&
        grep -q 'float32 inputs, as those of .piece., are standardized' err &&
        [ "$(column one.db 'SELECT count(DISTINCT input_scale), count(input_scale) FROM job')" = \
            '2|16' ] && # for each split_seed one
        [ "$(column one.db "SELECT DISTINCT json_extract(deviation, '\$[5]') FROM input_scale")" = \
            0 ]
}
check 'floats are standardized, which is said and stored' floats_are_standardized
chosen_by_validation() {
    [ "$(column one.db 'SELECT DISTINCT chosen_by FROM best_beta')" = validation ] &&
        [ "$(column bytes.db 'SELECT DISTINCT chosen_by FROM best_beta')" = test ] &&
        [ "$(column one.db 'SELECT count(*) FROM best_beta AS b WHERE chosen_error_mc_mean = (
            SELECT min(error_mc_mean) FROM summary AS s
            WHERE s.curve = b.curve AND s.split = '"'validation'"')')" = 8 ]
}
check 'beta is chosen by validation where there is one' chosen_by_validation

patient() {
    sweep patient.db piece.npz --set dataset.validation=60 --set train.patience=2 \
        --set dataset.shuffle_labels=true --set train.epochs=400 --set train.lr=0.05 \
        --set train.average_decay=0 &&
        [ "$(column patient.db "SELECT max(epoch.epoch) < 400 AND
            max(epoch.epoch) = result.epoch + 2 FROM result JOIN epoch USING (job)")" = 1 ]
}
check 'patience ends a job, whose result is of the best epoch' patient

subset() {
    sweep subset.db bytes.npz --set dataset.n_train=30 --set dataset.subset=random \
        --set 'dataset.split_seed=[1, 2, 3]' --set train.batch=10 || return 1
    [ "$(column subset.db "SELECT group_concat(DISTINCT n) FROM result WHERE split = 'train'")" = \
        30 ] && [ "$(column subset.db 'SELECT count(DISTINCT error) FROM result')" -gt 2 ]
}
check 'random subsets' subset
lacking() {
    "$vib" small.yaml --db lacking.db --set dataset.dir=bytes.npz --set dataset.n_train=30 \
        --set dataset.validation=10 --set train.batch=10 >/dev/null 2>err &&
        grep -q '4 classes, 1 of them without a training example' err
}
check 'a subset that lacks a class is told' lacking

# refuses TEXT DATA ARGUMENT...
refuses() {
    exits 78 sweep none.db "${@:2}" 2>err || return 1
    cat err
    [ "$(wc -l <err)" = 1 ] && grep -q "$1" err && [ ! -e none.db ]
}
check 'bytes alone are symmetric' refuses 'dataset.scale: symmetric is for bytes' piece.npz \
    --set dataset.scale=symmetric
check 'a test split of its own' refuses 'has a test split of its own' bytes.npz \
    --set dataset.test=10
check 'more than there is' refuses 'dataset.validation: of the 240 .* 237 cannot be taken' bytes.npz \
    --set dataset.validation=237
check 'no part of an example' refuses 'a share below 1 or a whole number' bytes.npz \
    --set dataset.validation=2.5
check 'patience without validation' refuses 'dataset.validation takes one out' bytes.npz \
    --set train.patience=3

cd "$root" && done_testing
