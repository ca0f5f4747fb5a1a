#!/bin/bash
# Data sets as the user names them: folders, names, classes, many of them.
# shellcheck disable=SC2317 # functions are called by name, through check
. tests/tap.sh
. tests/program/common.sh

cat >small.yaml <<'END'
name: small
model: {hidden: [4]}
train: {epochs: 1, batch: 10}
evaluate: {bounds: []}
K: 2
END
idx_data sets/letters 1 7
idx_data sets/digits 0 3

folder_only() {
    "$vib" small.yaml -q --db a.db --set dataset.dir=sets/letters/ 2>err
}
check 'a data set may be given by its folder alone' folder_only
check 'and is called as that' sql_is a.db \
    'select name, dataset_name from dataset, setting' 'letters|letters'
check 'the labels tell the number of classes' sql_is a.db \
    'select classes, dataset_classes from dataset, setting' '7|7'
check 'which needs no word' test ! -s err

part_of_it() {
    "$vib" small.yaml -q --db part.db --set dataset.dir=sets/letters --set dataset.n_train=20 \
        --set dataset.n_test=3 2>/dev/null && sql_is part.db 'select classes from dataset' 7
}
check 'a part of it is of the same classes' part_of_it
explicit() {
    "$vib" small.yaml -q --db eight.db --set dataset.dir=sets/letters --set dataset.classes=8 2>err &&
        sql_is eight.db 'select classes from dataset' 8
}
check 'a number that is given is the number' explicit
check 'that one is empty is told, in one line' test "$(sed 's/^[^ ]* //' err)" = \
    "vib-sweep: data set 'letters' has 8 classes, 1 of them without a training example"

rename() {
    "$vib" small.yaml -q --db a.db --set dataset.dir=sets/letters --set dataset.name=emnist 2>err &&
        grep -q "data set 'emnist' is called 'letters' in the database: it and its jobs are renamed" err
}
check 'a name given later is told' rename
check 'and recorded, for the same jobs' sql_is a.db \
    'select name, dataset_name, attempts from dataset, setting, job' 'emnist|emnist|1'
keep() {
    "$vib" small.yaml -q --db a.db --set dataset.dir=sets/letters --set 'K=[2, 3]' 2>err &&
        grep -q "data set 'letters' is called 'emnist' in the database, and stays so" err
}
check 'a folder says less than a name' keep
check 'also for new jobs' sql_is a.db \
    'select name, group_concat(distinct dataset_name), count(*) from dataset, setting' 'emnist|emnist|2'

refuses_dir() {
    exits 78 "$vib" small.yaml -q "${@:2}" >out 2>err && [ "$(wc -l <err)" = 1 ] && grep -q "$1" err
}
check 'one folder for several names is refused' refuses_dir 'small.yaml: dataset.dir .*leave' \
    --set dataset.dir=sets/letters --set 'dataset.name=[letters, digits]'
check 'and for the built-in data set' refuses_dir 'small.yaml: .mixture. is built in' \
    --set dataset.dir=sets/letters --set dataset.name=mixture
check 'a folder without a name of its own needs one' refuses_dir 'the key dataset.name is needed' \
    --set dataset.dir=.
home() {
    HOME=$PWD/sets "$vib" small.yaml -q --db home.db --set dataset.dir=~/digits \
        --set 'dataset.dir=~/digits' && sql_is home.db 'select name, classes from dataset' 'digits|4'
}
check 'the home folder may be named as in a shell, which leaves it to the program' home

several() {
    VIB_SWEEP_DATA=$PWD/sets "$vib" small.yaml -q --db several.db \
        --set 'dataset.name=[letters, digits]' 2>/dev/null && sql_is several.db \
        'select dataset_name, dataset_classes, n from setting join result using (job)
         where split = "test" order by 1' $'digits|4|40\nletters|7|70'
}
check 'several by name, each of its own classes' several
twins() {
    ln -s letters sets/twins
    VIB_SWEEP_DATA=$PWD/sets "$vib" small.yaml -q --db twins.db \
        --set 'dataset.name=[letters, twins]' 2>err && grep -q "'letters' and 'twins' are the same data" err &&
        sql_is twins.db 'select dataset_name from setting' letters
}
check 'the same data by two names are told' twins

# A file that has changed meanwhile, in the same database.
idx_data old/mine 0 3
idx_data new/mine 0 4
set_of() {
    "$vib" small.yaml -q --db mine.db --set "dataset.dir=$1/mine" "${@:2}" 2>err
}
other_data() {
    set_of old --set 'K=[2, 3]' && [ ! -s err ] && set_of new && [ "$(wc -l <err)" = 1 ] &&
        grep -q "mine.db has also 2 jobs of other data named 'mine'; vib-sweep forget takes them" err
}
check 'jobs of other data of the same name are told' other_data
another_size() {
    set_of new --set dataset.n_train=20 && [ ! -s err ]
}
check 'not of as many examples as another key says' another_size
renamed() {
    set_of new --set dataset.name=newer && ! grep 'other data' err
}
check 'nor where the new data get another name' renamed

# More than may wait in memory, so that examples are loaded again.
many() {
    "$vib" small.yaml -j "$1" -q --db "many$1.db" --set dataset.name=mixture --set dataset.n_train=30000 \
        --set dataset.dim=160 --set dataset.n_test=10 --set train.batch=5000 \
        --set 'dataset.seed=[0, 1, 2, 3, 4, 5, 6, 7, 8]' &&
        export_both "many$1.db" "many$1"
}
check 'a sweep of many data sets' many 1
check 'on two threads' many 2
check 'gives the same bytes' same_results many1 many2

cd "$root" && done_testing
