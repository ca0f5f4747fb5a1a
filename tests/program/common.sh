# What the tests of the program share; sourced after tests/tap.sh, in the folder of the repository.
# shellcheck shell=bash
# shellcheck disable=SC2034 # used by the scripts that source this

root=$PWD
vib=${VIB_SWEEP:-$root/build/xsmm-gcc/vib-sweep}
cd "${TMPDIR:?must name a folder for the test}" || exit 1
export LC_ALL=C

# small_config FILE [EPOCHS [SECONDS]]: six short jobs on the built-in data, with frequent checkpoints,
# at most so many seconds apart.
small_config() {
    cat >"$1" <<END
name: small
dataset: {name: mixture, dim: 8, classes: 4, n_train: 2000, n_test: 500}
model: {hidden: [32]}
train: {epochs: ${2:-4}, lr: 1e-3}
evaluate: {every: 2, samples: 4}
checkpoint: {every: ${3:-0.05}}
grid:
  beta: [1e-3, 1e-2, 0.1]
  K: [2, 4]
END
}

sql() {
    sqlite3 -batch -noheader "$1" "$2"
}

# sql_is DB QUERY WANTED
sql_is() {
    local got
    got=$(sql "$1" "$2") || return 1
    [ "$got" = "$3" ] && return
    echo "$2"
    echo "wanted: $3"
    echo "got:    $got"
    return 1
}

# export_both DB NAME: NAME.plane and NAME.epochs
export_both() {
    "$vib" export "$1" --table plane -o "$2.plane" && "$vib" export "$1" --table epochs -o "$2.epochs"
}

# same_results A B: of two export_both
same_results() {
    cmp "$1.plane" "$2.plane" && cmp "$1.epochs" "$2.epochs"
}

# until_true SECONDS COMMAND...: waits for a condition, looking often; fails when it stays false.
until_true() {
    local end=$((SECONDS + $1))
    shift
    while ! "$@"; do
        [ "$SECONDS" -lt "$end" ] || return 1
        read -r -t 0.02 <> <(:) || :
    done
}

# caught SECONDS PROCESS COMMAND...: lets a process go on for some milliseconds at a time until a
# condition holds, and leaves it stopped there: however fast it is and however slowly the condition is
# looked at, none of it passes unseen. What takes long goes on for longer at a time. SIGKILL ends it as
# it stands; other signals, and whatever is to go on, need a SIGCONT.
caught() {
    local end=$((SECONDS + $1)) process=$2 n=0
    shift 2
    kill -STOP "$process" || return 1
    while ! "$@"; do
        [ "$SECONDS" -lt "$end" ] && kill -CONT "$process" || return 1
        n=$((n < 450 ? n + 1 : n))
        read -r -t "0.0$((1 + (n - 1) / 50))" <> <(:) || :
        kill -STOP "$process" 2>/dev/null || :
    done
}

# nobody_writes DB: no process is in the middle of a transaction, in which one that is stopped would
# keep others from writing.
nobody_writes() {
    sql "$1" 'begin immediate; rollback' 2>/dev/null
}

# python_with MODULE: prints the python3 that has it, if there is one: Debian's packages are for its
# own.
python_with() {
    local name
    for name in python3 /usr/bin/python3; do
        if $name -c "import $1" 2>/dev/null; then
            echo $name
            return
        fi
    done
}

# big_endian N: the bytes of a number of 32 bits, escaped for printf.
big_endian() {
    printf '\\x%02x\\x%02x\\x%02x\\x%02x' $(($1 >> 24)) $(($1 >> 16 & 255)) $(($1 >> 8 & 255)) $(($1 & 255))
}

# idx_split FOLDER PREFIX FIRST LAST: an image of 2 x 2 pixels for each of the labels, ten times.
idx_split() {
    local images='' labels='' i label n=$((10 * ($4 - $3 + 1)))
    for ((i = 0; i < n; i++)); do
        label=$(($3 + i % ($4 - $3 + 1)))
        labels+=$(printf '\\x%02x' $label)
        images+=$(printf '\\x%02x\\x%02x\\x%02x\\x%02x' $((label * 9 % 256)) $((i * 7 % 256)) \
            $((label * 31 % 256)) $((255 - label * 8)))
    done
    printf '%b' "\\x00\\x00\\x08\\x03$(big_endian $n)$(big_endian 2)$(big_endian 2)$images" \
        >"$1/$2-images-idx3-ubyte"
    printf '%b' "\\x00\\x00\\x08\\x01$(big_endian $n)$labels" >"$1/$2-labels-idx1-ubyte"
}

# idx_data FOLDER FIRST LAST: a data set whose labels go from FIRST to LAST.
idx_data() {
    mkdir -p "$1" && idx_split "$1" train "$2" "$3" && idx_split "$1" t10k "$2" "$3"
}
