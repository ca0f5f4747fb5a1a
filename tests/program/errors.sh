#!/bin/bash
# Bad input: one clear sentence, the documented exit code, nothing created.
# shellcheck disable=SC2317 # functions are called by name, through check
. tests/tap.sh
. tests/program/common.sh

# refuses STATUS PATTERN ARGUMENTS...: one line on stderr that matches, nothing on stdout, no files.
refuses() {
    local status=$1 pattern=$2
    shift 2
    exits "$status" "$vib" "$@" >out 2>err || return 1
    cat err
    [ ! -s out ] && [ "$(wc -l <err)" = 1 ] && grep -qE "$pattern" err && [ ! -e results ]
}

# config TEXT: writes bad.yaml
config() {
    printf '%b' "$1" >bad.yaml
}
bad() {
    config "$3"
    refuses 78 "$2" bad.yaml
}
check_bad() {
    check "configuration: $1" bad "$@"
}

check_bad 'unknown key, nearest named' 'bad.yaml:1:1: .*betta.*beta' 'betta: 1\n'
check_bad 'unknown key in a section' 'bad.yaml:2:3: .*epoch.*train.epochs' 'train:\n  epoch: 3\n'
check_bad 'duplicate key' 'bad.yaml:2:1: .*beta' 'beta: 1\nbeta: 2\n'
check_bad 'wrong type' 'bad.yaml:1:4: .*K' 'K: many\n'
check_bad 'list outside grid' 'bad.yaml:1:7: .*grid' 'beta: [1, 2]\n'
check_bad 'out of range' 'bad.yaml:1:7: .*beta' 'beta: -1\n'
check_bad 'number with a tail' 'bad.yaml:1:7: .*1e-3x' 'beta: 1e-3x\n'
check_bad 'nan' 'bad.yaml:1:7: ' 'beta: nan\n'
check_bad 'underscore' 'bad.yaml:1:7: .*1_000' 'beta: 1_000\n'
check_bad 'malformed YAML' 'bad.yaml:[0-9]+:[0-9]+: ' 'beta: [1, 2\n'
check_bad 'an alias that contains itself' 'bad.yaml:[0-9]+:[0-9]+: ' 'grid: &a\n  beta: [*a]\n'
check_bad 'a grid of 10^9 points' 'bad.yaml:.*1000000000' \
    'grid:\n  beta: {linspace: {from: 0, to: 1, count: 1000}}\n  K: {range: {from: 1, to: 1000, step: 1}}\n  seed: {range: {from: 1, to: 1000, step: 1}}\n'
check_bad 'an empty axis' 'bad.yaml:2:' 'grid:\n  beta: []\n'
check_bad 'an empty grid' 'bad.yaml' 'grid:\n  beta: [1, 2]\n  exclude: [{beta: [1, 2]}]\n'
check_bad 'a batch larger than the data' 'train.batch' \
    'dataset: {name: mixture, n_train: 50}\ntrain: {batch: 100}\n'
check_bad 'a section without keys' 'bad.yaml:1:7: train is empty' 'train:\n#  epochs: 1\n'
check_bad 'a tab' 'bad.yaml:2:1: a tab: .*spaces' 'grid:\n\tbeta: [1]\n'
check_bad 'a merge key' 'bad.yaml:2:9: merge keys' 'dataset: &d {dim: 2}\ntrain: {<<: *d}\n'
nameless() {
    refuses 78 '^vib-sweep: /dev/.*needs the key .name.*--set name=' "$1"
}
check 'a pipe needs a name' nameless <(echo 'K: 2')
echo 'K: 2' >bad.yaml
check 'and so does the standard input' nameless /dev/stdin <bad.yaml
check 'no such file' refuses 66 'none.yaml' none.yaml
check '--set of an unknown key' refuses 78 'betta.*beta' "$root/configs/quickstart.yaml" --set betta=1
check '--set without =' refuses 78 'KEY=VALUE' "$root/configs/quickstart.yaml" --set beta

check 'usage: no configuration' refuses 64 'CONFIG'
check 'usage: unknown option' refuses 64 '\-\-wrong' --wrong
check 'usage: unknown option, nearest named' refuses 64 'did you mean --retry\?' small.yaml --rety
check 'usage: -j 0' refuses 64 'from 1' small.yaml -j 0
check 'usage: an unknown letter among known ones' refuses 64 "'-v'" "$root/configs/quickstart.yaml" -vq
check 'usage: two configurations' refuses 64 'b.yaml' "$root/configs/quickstart.yaml" b.yaml
check 'usage: an unknown command, nearest named' refuses 64 \
    "no command and no configuration 'exprot'; did you mean vib-sweep export\?" exprot a.db --table x
check 'usage: an unknown word' refuses 64 "no command and no configuration 'quickstart'" quickstart

missing_data() {
    config 'dataset: {name: no-such-data}\n'
    refuses 66 'no-such-data' bad.yaml
}
check 'a missing data set' missing_data
damaged_data() {
    mkdir -p data
    for f in train-images-idx3 train-labels-idx1 t10k-images-idx3 t10k-labels-idx1; do
        echo nonsense >"data/$f-ubyte"
    done
    config 'dataset: {name: broken, dir: data}\n'
    refuses 66 'data/(train|t10k)-(images|labels)' bad.yaml
}
check 'damaged data' damaged_data

# Half a terabyte for each, which few machines have.
too_large() {
    exits 71 "$vib" small.yaml -j 2 -q --db large.db "$@" >out 2>err || return 1
    cat err
    grep -qE 'take about 1.* GB of memory|takes about 6.* GB of memory' err && grep -q 'smaller' err &&
        { [ ! -e large.db ] || sql_is large.db 'select count(*) from job' 0; }
}
small_config small.yaml

# The same where the database's folder would be made.
leaves_no_folder() {
    mkdir bare && cp small.yaml bare || return 1
    (cd bare && exits 71 "$vib" small.yaml -j 2 -q "$@" >out 2>err) || return 1
    [ ! -e bare/results ]
}
if [ "$(awk '/^MemAvailable|^SwapFree/ { kb += $2 } END { print (kb > 5e8) }' /proc/meminfo)" = 0 ]; then
    check 'a model that memory does not hold' too_large \
        --set 'model.hidden=[65536, 65536, 65536, 65536, 65536, 65536, 65536, 65536]'
    check 'leaves no folder either' leaves_no_folder \
        --set 'model.hidden=[65536, 65536, 65536, 65536, 65536, 65536, 65536, 65536]'
else
    skip 'a model that memory does not hold' 'there is memory for it'
fi

no_folder() {
    exits 73 "$vib" small.yaml -q --db nowhere/x.db >out 2>err && grep -q 'nowhere' err
}
check 'a database that cannot be created' no_folder
# unnamed NAME PATTERN: no name of a database; nothing is created.
unnamed() {
    local before
    before=$(ls)
    exits 73 "$vib" small.yaml -q --db "$1" >out 2>err && grep -q "$2" err && [ "$(wc -l <err)" = 1 ] &&
        [ "$(ls)" = "$before" ]
}
: >out && : >err
check 'a database in a folder of its own name' unnamed results/ 'results/ is the name of a folder'
check 'a database by a URI' unnamed file:x.db 'is a URI'
check 'a database in memory' unnamed :memory: 'needs a file'
long=$(printf 'x%.0s' {1..251})
check 'a name with no room for what lies beside it' unnamed "$long.db" 'name .* too long: 254 bytes'
check 'a path that nobody can open' unnamed "$(printf 'd/%.0s' {1..3000})x.db" 'too long: .* SQLite takes [0-9]*$'
foreign() {
    sql foreign.db 'create table t (x); insert into t values (1)'
    cp foreign.db before.db
    exits 74 "$vib" small.yaml -q --db foreign.db >out 2>err && cmp foreign.db before.db
}
check 'a database of another program is left alone' foreign
busy() {
    "$vib" small.yaml -q --db busy.db --set train.epochs=1 >/dev/null || return 1
    mkfifo commands answers
    sqlite3 -batch busy.db <commands >answers &
    exec 9>commands 8<answers
    echo "begin immediate; select 'locked';" >&9
    read -r _ <&8
    exits 75 "$vib" small.yaml -q --db busy.db >out 2>err
    local status=$?
    exec 9>&- 8<&-
    wait
    return $status
}
check 'a database that stays locked at the start: status 75' busy

# The help of a command, or of the program: within 80 columns.
has_help() {
    "$vib" ${1:+"$1"} --help >help && "$vib" ${1:+"$1"} -h | cmp - help &&
        grep -q "^usage: vib-sweep${1:+ $1}" help && ! grep -E '.{81}' help
}
check '--help' has_help
for command in export plot keys fetch status rerun forget plan; do
    check "$command --help" has_help "$command"
    check "--help names $command" grep -q "^  vib-sweep $command" <("$vib" --help)
done
help_of_a_line() {
    "$vib" --help | cmp - <("$vib" none.yaml -q --help --wrong)
}
check '--help after other words' help_of_a_line
names_family() {
    "$vib" --help | tr -s '\n ' ' ' | grep -q 'family, CEB, the squared and the nonlinear IB and learned marginals' &&
        "$vib" manual | tr -s '\n ' ' ' | grep -q 'family, CEB, the squared and the nonlinear IB and learned marginals'
}
check '--help and its page of the manual name the family' names_family
help_is_complete() {
    "$vib" --help >help && for code in 0 1 64 66 73 74 75 78 130 143; do
        grep -qE "(^|[^0-9])$code([^0-9]|\$)" help || return 1
    done
}
check '--help documents the exit codes' help_is_complete
check '--version' "$vib" --version
keys_has_all() {
    "$vib" keys >list && grep -q 'train.average_decay' list
}
check 'keys' keys_has_all
closed() {
    exits 74 "$vib" --help >&- 2>err
}
check 'a closed stdout is an error' closed
full_disk() {
    [ -e /dev/full ] || return 0
    exits 74 "$vib" --help >/dev/full 2>err
}
check 'a full disk under stdout is an error' full_disk

# Whatever a name holds, nothing of it steers the terminal, in messages and in the table.
no_controls() {
    "$vib" "$@" >out 2>&1
    cat -v out
    [ -s out ] && ! tr -d '\n' <out | grep -q '[[:cntrl:]]'
}
steering=$'\e[31m'
cp small.yaml "$steering.yaml"
check 'names with control characters: a database' no_controls "$steering.yaml" -j 2 --db "$steering.db"
check 'a configuration' no_controls "no $steering.yaml"
check 'a key' no_controls small.yaml --set "K$steering=1"
check 'a value' no_controls small.yaml --set "K=$steering"
check 'a data set' no_controls small.yaml --set "dataset.name=\"\\e[31m\"" --set 'dataset.dir="\e[31m"'
check 'an option' no_controls "--$steering"
check 'a command' no_controls "$steering"
check 'a table' no_controls export "$steering.db" --table "$steering"
check 'a filter of a figure' no_controls plot "$steering.db" -f plane -o x.svg --only "K=$steering"

cd "$root" && done_testing
