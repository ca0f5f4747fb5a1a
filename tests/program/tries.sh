#!/bin/bash
# What people try, in wrong words and with wrong files, and what they get: one sentence that leads on.
# shellcheck disable=SC2317 # functions are called by name, through check
. tests/tap.sh
. tests/program/common.sh

cat >small.yaml <<'END'
name: small
dataset: {name: mixture, dim: 2, classes: 2, n_train: 100, n_test: 100}
model: {hidden: [4]}
train: {epochs: 1}
grid: {beta: [1e-3, 1e-2]}
END
"$vib" small.yaml -q --db done.db >/dev/null
printf 'PK\3\4, as an archive begins' >mine.npz
: >empty.yaml
printf 'grid:\n  beta: [1e-3 1e-2]\n' >comma.yaml
printf 'model:\n  hidden: [1024 512]\n' >widths.yaml
printf 'grid:\n\tbeta: [1e-3]\n' >tab.yaml
printf 'train:\nK: 2\n' >section.yaml
printf 'beta:\n' >nothing.yaml
printf 'dataset: &d {dim: 2}\ntrain: {<<: *d}\n' >merge.yaml
printf 'trian:\n  epochs: 2\n' >section_typo.yaml
printf 'beta: [1e-3, 1e-2]\n' >list.yaml
printf 'beta = 1e-3\n' >equals.yaml
printf 'dataset: {dir: nowhere}\n' >nowhere.yaml
printf 'dataset: mine.npz\n' >archive.yaml
printf 'dataset: ./mine.npz\n' >path.yaml
printf 'dataset: {path: mine.npz}\n' >path_key.yaml
printf 'dataset: {file: mine.npz}\n' >file_key.yaml
printf 'model: {hidden: 64}\n' >width.yaml
printf 'K: "two"\n' >word.yaml
files() {
    find . -mindepth 1 ! -name 'tmp.*' ! -name out ! -name err | sort
}
before=$(files)

# gets STATUS WORDS ARGUMENTS...: that status, and one sentence with these words (a regular
# expression); nothing is printed or made.
gets() {
    local status=$1 words=$2
    shift 2
    exits "$status" "$vib" "$@" >out 2>err </dev/null || return 1
    cat err
    [ ! -s out ] && [ "$(wc -l <err)" = 1 ] && grep -qE -- "^vib-sweep: .*$words" err && [ "$(files)" = "$before" ]
}

# Arguments (of the shell), exit code, words; between them a '|' alone.
while IFS= read -r row; do
    arguments=${row%% | *} rest=${row#* | }
    status=${rest%% | *} words=${rest#* | }
    eval "set -- $arguments"
    check "vib-sweep $arguments" gets "$status" "$words" "$@"
done <<'END'
run small.yaml | 64 | no command 'run'; vib-sweep CONFIG.yaml runs a sweep
train | 64 | no command 'train'; vib-sweep CONFIG.yaml runs a sweep
resume small.yaml | 64 | the command that began a sweep continues it
list | 64 | vib-sweep status DB tells how far a sweep is, vib-sweep export DB
ls done.db | 64 | vib-sweep status DB
show done.db | 64 | vib-sweep export DB what it found
rm done.db | 64 | vib-sweep forget DB takes jobs out
reset done.db | 64 | vib-sweep rerun DB has jobs run again
help | 64 | vib-sweep --help
version | 64 | vib-sweep --version
stop | 64 | Ctrl-C in its terminal, or kill -TERM
statsu done.db | 64 | did you mean vib-sweep status\?
small | 64 | no configuration 'small'; did you mean vib-sweep small.yaml\?
status | 64 | status: name the database .*, as in vib-sweep status
small.yaml --dry-run | 64 | vib-sweep plan CONFIG.yaml tells what a sweep would do
small.yaml --dryrun | 64 | no option '--dryrun'; vib-sweep plan CONFIG.yaml
small.yaml --Dry_Run | 64 | vib-sweep plan CONFIG.yaml
small.yaml --worker=4 | 64 | no option '--worker=4'; -j N
small.yaml --overwrit | 64 | vib-sweep rerun DB
slurm small.yaml --dryrun | 64 | slurm: .*did you mean --dry-run\?
dryrun small.yaml | 64 | no command 'dryrun'; vib-sweep plan
small.yaml -n | 64 | vib-sweep plan CONFIG.yaml
small.yaml --workers 4 | 64 | -j N sets how many processors
small.yaml --job 4 --threads 2 | 64 | no option '--threads'; -j N
small.yaml --gpu | 64 | processors alone
small.yaml --resume | 64 | the command that began a sweep continues it
small.yaml --output x.db | 64 | --db FILE names the database
small.yaml --config small.yaml | 64 | needs no option: vib-sweep CONFIG.yaml
small.yaml --verbose | 64 | unless there is --quiet
small.yaml --status | 64 | vib-sweep status DB
small.yaml --epochs 3 | 64 | --set train.epochs=3$
small.yaml --epochs=3 | 64 | --set train.epochs=3$
small.yaml --seed 3 | 64 | --set seed=3$
small.yaml --beta '[1, 2]' | 64 | --set beta=VALUE$
small.yaml --learning-rate 1e-4 | 64 | --set train.lr=1e-4$
small.yaml --train.batc 10 | 64 | --set train.batch=10$
plan small.yaml --epochs 3 | 64 | plan: there is no option '--epochs'; .*--set train.epochs=3$
small.yaml --rety | 64 | did you mean --retry\?
small.yaml beta=1e-3 | 64 | did you mean --set 'beta=1e-3'\?
small.yaml --set beta | 78 | --set takes KEY=VALUE
small.yaml --set epochs=3 | 78 | did you mean 'train.epochs'\?
small.yaml --set 'beta=[1e-3 1e-2]' | 78 | '1e-3 1e-2' \(between the values of a list stands a comma\)
small.yaml -j many | 64 | --jobs takes a whole number .*, not 'many'
small.yml | 66 | small.yml: cannot open: .*; did you mean small.yaml\?
none.yaml | 66 | none.yaml: cannot open: No such file
plan none.yaml | 66 | none.yaml: cannot open: No such file
slurm none.yaml | 66 | none.yaml: cannot open: No such file
. | 66 | cannot read: Is a directory
done.db | 78 | done.db is a database, not a configuration: vib-sweep status
mine.npz | 78 | mine.npz is an archive, not a configuration; .*vib-sweep data
empty.yaml | 78 | the configuration is empty; .*vib-sweep keys
comma.yaml | 78 | comma.yaml:2:10: .*between the values of a list stands a comma
widths.yaml | 78 | widths.yaml:2:12: .*between the values of a list stands a comma
tab.yaml | 78 | tab.yaml:2:1: a tab: YAML is indented with spaces
section.yaml | 78 | section.yaml:1:7: train is empty: name its keys or leave it out
nothing.yaml | 78 | nothing.yaml:1:6: beta must be .* \(it has no value\)
merge.yaml | 78 | merge.yaml:2:9: merge keys \(<<\) are not supported
section_typo.yaml | 78 | unknown section 'trian'; did you mean 'train'\?
list.yaml | 78 | list.yaml:1:7: .*grid
equals.yaml | 78 | must be a mapping of keys
word.yaml | 78 | K must be a whole number .*, not 'two'$
nowhere.yaml | 66 | there is no nowhere in .*\(dataset.dir is relative to where vib-sweep runs\)$
path.yaml | 78 | dataset.name must be .*, not './mine.npz' \(dataset.dir is for paths\)$
path_key.yaml | 78 | unknown key 'dataset.path'; did you mean 'dataset.dir'\?
file_key.yaml | 78 | unknown key 'dataset.file'; did you mean 'dataset.dir'\?
small.yaml --set dataset.path=x | 78 | did you mean 'dataset.dir'\?
width.yaml | 78 | not '64'; did you mean \[64\]\?$
small.yaml --set model.hidden=64 | 78 | not '64'; did you mean \[64\]\?$
archive.yaml | 66 | dataset: \{dir: mine.npz\} takes what is called so here$
data nowhere.npz | 66 | there is no nowhere.npz in .*where vib-sweep runs\)$
data nowhere/x.csv | 66 | there is no nowhere/x.csv in .*where vib-sweep runs\)$
data /nowhere/x.csv | 66 | there is no file or folder /nowhere/x.csv$
data nowhere | 66 | data set 'nowhere' not found; .*dataset.dir names a folder or file directly, also here$
status none.db | 66 | there is no database none.db
status small.yaml | 66 | small.yaml is not a vib-sweep database
export none.db | 66 | there is no database none.db
plot none.db -f plane -o x.svg | 66 | there is no database none.db
page none.db -o x.html | 66 | there is no database none.db
forget none.db --job 1 --yes | 66 | there is no database none.db
small.yaml --shard 1 --plan none.csv --db x.db | 66 | none.csv
small.yaml -q --db nowhere/x.db | 73 | nowhere
END

cd "$root" && done_testing
