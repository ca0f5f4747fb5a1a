#!/bin/bash
# vib-sweep compare: two points, seed by seed and example by example, against Python's sums.
# shellcheck disable=SC2317,SC2154 # functions are called by name, through check; common.sh sets vib
. tests/tap.sh
. tests/program/common.sh

small_config small.yaml 4
four=(small.yaml -q --set "beta=[0.1, 3]" --set K=4 --set "seed=[1, 2, 3]")
check 'a sweep of two betas and three seeds' "$vib" "${four[@]}" --set save.predictions=true --db kept.db
points() {
    sql "$1" "select job from setting where seed = 1 order by beta"
}
{ read -r low && read -r high; } < <(points kept.db)
# shellcheck disable=SC2016 # eval expands it
check 'it compares them' eval '"$vib" compare kept.db "$low" "$high" >table'
cat >expected.py <<'END'
import json, math, sqlite3, sys

db, error, column = sys.argv[1:]
db = sqlite3.connect(db)
t95 = 4.302653  # of two degrees of freedom

def rows(beta):
    query = f"""select seed, {error}, {column}, label_list.labels from setting
        join result on result.job = setting.job and result.split = 'test'
        join prediction on prediction.job = setting.job and prediction.split = 'test'
        join label_list on digest = prediction.labels where beta = ? order by seed"""
    return db.execute(query, (beta,)).fetchall()

print("seed     A %     B %  A - B %  only A wrong  only B wrong  McNemar p")
differences = []
for (seed, a, of_a, labels), (_, b, of_b, _) in zip(rows(0.1), rows(3)):
    differences.append(a - b)
    triples = list(zip(json.loads(of_a), json.loads(of_b), json.loads(labels)))
    one = sum(x != y and z == y for x, z, y in triples)
    two = sum(x == y and z != y for x, z, y in triples)
    assert abs((one - two) / len(triples) - (a - b)) < 1e-9
    tail = sum(math.comb(one + two, k) for k in range(min(one, two) + 1))
    p = min(1.0, 2 * tail / 2 ** (one + two))
    print(f"{seed:4}  {100*a:6.2f}  {100*b:6.2f}  {100*(a-b):+7.2f}  {one:12}  {two:12}  {p:9.3g}")
mean = sum(differences) / 3
half = t95 * math.sqrt(sum((d - mean) ** 2 for d in differences) / 2 / 3)
print(f"A - B, mean of 3 seeds: {100*mean:+.3f} %")
print(f"95 % interval over seeds, paired t: {100*(mean-half):+.3f} to {100*(mean+half):+.3f} %")
END
agrees() {
    python3 expected.py kept.db "$1" "$2" >wanted && "$vib" compare kept.db "$low" "$high" \
        --error "$1" >table && cmp wanted <(head -n 6 table)
}
check 'as Python does, by the average' agrees error_mc averaged
check 'by one sample' agrees error one_sample
check 'at the mean' agrees error_mu at_mean
# The interval over 500 examples: about the mean, and neither a point nor the half of all.
bootstrap() {
    tail -n 1 table | grep -Eq '^95 % interval over examples, bootstrap of 500 with 3 seeds: .* to .* %$' &&
        tail -n 1 table | sed 's/.*: \(.*\) to \(.*\) %/\1 \2/' | python3 -c "
low, high = map(float, input().split())
mean = float(open('wanted').read().split('seeds: ')[1].split()[0])
assert low < mean < high and 0.5 < high - low < 20"
}
check 'with an interval over the examples' bootstrap
any_job() {
    cmp <("$vib" compare kept.db "$low" "$high") <("$vib" compare kept.db $((low + 1)) $((high + 1)))
}
check 'any job names its point' any_job
check 'a sweep that keeps no predictions' "$vib" "${four[@]}" --db plain.db
without() {
    "$vib" compare plain.db "$low" "$high" >plain && grep -q 'examples are not paired' plain &&
        cmp <(cut -c1-32 plain | head -n 4) <("$vib" compare kept.db "$low" "$high" | cut -c1-32 | head -n 4)
}
check 'has the seeds alone' without
# refused STATUS WORDS ARGUMENT...
refused() {
    local status=0
    "$vib" compare "${@:3}" >told 2>&1 || status=$?
    [ "$status" = "$1" ] && grep -q "$2" told
}
check 'a job that is not there' refused 66 'kept.db has no job 99' kept.db "$low" 99
check 'two jobs of one point' refused 64 'are of one point' kept.db "$low" $((low + 1))
check 'a split that the data lack' refused 66 'have no seed in common' kept.db "$low" "$high" --split validation

# Of data in the order of their classes every draw of a split has the same labels, and other examples.
python3 -c "
print('label,a,b')
for i in range(90):
    print(f'{i // 30},{i % 7},{i * 5 % 11}')" >sorted.csv
cat >sorted.yaml <<'END'
dataset: {dir: sorted.csv, test: 0.2, validation: 0.2}
model: {hidden: [4]}
train: {epochs: 1, batch: 20}
K: 2
save: {predictions: true}
evaluate: {bounds: []}
END
swept() {
    rm -f sorted.db && "$vib" sorted.yaml -q --db sorted.db --set "$1" >/dev/null 2>&1
}
# other SETTING SPLIT...: two values of it have other examples in these splits.
other() {
    swept "$1" || return
    local split
    for split in "${@:2}"; do
        refused 66 "on the same examples of the $split split" sorted.db 1 2 --split "$split" || return
    done
}
# same SETTING SPLIT...: and the same in these.
same() {
    swept "$1" || return
    local split
    for split in "${@:2}"; do
        "$vib" compare sorted.db 1 2 --split "$split" | grep -q 'mean of 1 seed' || return
    done
}
check 'draws of a split by other seeds are not paired' other 'dataset.split_seed=[0, 1]' test validation train
check 'nor those of other sizes' other 'dataset.test=[0.2, 0.4]' test validation train
check 'a validation split of another size' other 'dataset.validation=[0.2, 0.4]' validation train
check 'leaves the test split as it is' same 'dataset.validation=[0.2, 0.4]' test
check 'as fewer training examples leave both' same 'dataset.n_train=[20, 40]' test validation
check 'but not the training split' other 'dataset.n_train=[20, 40]' train
check 'a part of the test split is another' other 'dataset.n_test=[5, 9]' test
check 'and leaves the others' same 'dataset.n_test=[5, 9]' validation train
check 'damaged labels are of the training split alone' same 'dataset.label_noise=[0, 0.5]' test validation
check 'where they are others' other 'dataset.label_noise=[0, 0.5]' train

# Files of which a part alone is read are other data as a whole; a view of them is not.
idx_data files 0 2
limited() { # WORDS...
    rm -f limited.db && "$vib" sorted.yaml -q --db limited.db --set dataset.dir=files --set dataset.test=0 \
        --set dataset.validation=0 --set 'dataset.n_train=[20, 25]' "$@" >/dev/null 2>&1
}
cannot_tell() {
    limited && refused 66 "whether their test examples are the same cannot be told; .*dataset.subset: random" limited.db 1 2
}
check 'data that differ as a whole: why their test examples are not paired' cannot_tell
as_advised() {
    limited --set dataset.subset=random && "$vib" compare limited.db 1 2 | grep -q 'mean of 1 seed'
}
check 'and what helps does' as_advised
done_testing
