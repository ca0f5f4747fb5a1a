#!/bin/bash
# vib-sweep fetch, against a web server of its own (fetch_server.py) with a made-up data set.
# shellcheck disable=SC2317 # functions are called by name, through check
. tests/tap.sh
. tests/program/common.sh

fetch=$vib-fetch
server=$root/tests/program/fetch_server.py
unset http_proxy https_proxy all_proxy no_proxy HTTPS_PROXY ALL_PROXY NO_PROXY
mkdir web files half raw packed
export XDG_DATA_HOME=$PWD/home
there=$XDG_DATA_HOME/vib-sweep/made-up
part=$there.part/made-up-images.gz.part

python3 -B "$server" --files files
cp files/made-up-labels.gz half
cp files/made-up-images files/made-up-labels raw
cp files/*.gz packed
size=$(wc -c <files/made-up-images.gz)
python3 -B "$server" web &
serving=$!
trap 'kill $serving' EXIT
until_true 60 test -e web/port
url=http://127.0.0.1:$(cat web/port)

# Nothing of before: neither data nor requests.
fresh() {
    rm -rf home web/release web/refuse
    : >web/log
}
# fetches STATUS WAY...: from mirrors that send so.
fetches() {
    local status=$1 way
    shift
    MIRRORS=
    for way in "$@"; do
        MIRRORS+="$url/$way/ "
    done
    export MIRRORS
    exits "$status" "$fetch" fetch made-up >out 2>err
    local result=$?
    cat out err web/log
    return $result
}
# right FOLDER [SUFFIX]: it holds the files, and nothing else.
right() {
    local suffix=${2-.gz} name
    [ "$(cd "$1" && echo *)" = "made-up-images$suffix made-up-labels$suffix" ] || return 1
    for name in made-up-images made-up-labels; do
        gzip -cdf "$1/$name$suffix" | cmp - "files/$name" || return 1
    done
}
# complete: the data set is there, and nothing beside it.
complete() {
    right "$there" "$@" && [ "$(ls -A home/vib-sweep)" = made-up ]
}
# gets WAY...: a fresh fetch that succeeds.
gets() {
    fresh
    fetches 0 "$@" && complete && grep -qx "made-up is now in $there: every file verified" out
}
# fails WHY WAY...: a fresh fetch that ends in one line of that and leaves no data set.
fails() {
    fresh
    fetches 66 "${@:2}" && grep -q "$1" err && [ ! -e "$there" ] &&
        [ "$(tail -n 1 err | grep -c '^vib-sweep: made-up cannot be fetched')" = 1 ]
}
asked() {
    [ "$(cat web/log)" = "$1" ] && return
    cat web/log
    return 1
}
both_files='/plain/made-up-images.gz -
/plain/made-up-labels.gz -'

check 'a data set is fetched' gets plain
check 'every file once' asked "$both_files"
check 'its lines name the files and their sizes' grep -qx \
    "vib-sweep: $url/plain/made-up-images.gz: 320.1 kB, verified" err
again() {
    fetches 0 gone && complete && [ ! -s err ] && asked "$both_files" &&
        grep -qx "made-up is there, in $there: every file verified" out
}
check 'once more, it asks nobody' again
without_xdg() {
    fresh
    env -u XDG_DATA_HOME HOME="$PWD/user" MIRRORS="$url/plain/" "$fetch" fetch made-up 2>err &&
        right user/.local/share/vib-sweep/made-up
}
check 'into ~/.local/share by default' without_xdg
nowhere() {
    exits 64 env -u XDG_DATA_HOME -u HOME "$fetch" fetch made-up 2>err && grep -q 'nor .HOME says' err
}
check 'without a home there is no place for it' nowhere

check 'a slow server' gets slow
check 'a server that sends us on' gets moved
check 'but not in circles' fails 'Maximum.*redirects' circle
check 'nor to a file of this machine' fails 'Protocol "file"' local
check 'a page of HTML is not the file' fails 'images.gz: a page of HTML instead of the file$' page
check 'nor is nothing' fails 'unpacks to 0 bytes, not 320000' empty
check 'nor other bytes' fails 'unpacks to SHA-256 [0-9a-f]*, not 6e7c5c38' wrong
check 'nor what does not end' fails 'longer than the file can be' endless
check 'what is not there is told' fails 'returned error: 404' gone
check 'with the way to do without us' grep -q "get made-up-images.gz, made-up-labels.gz from \
$url/gone/, and put them into $there, or into any FOLDER for vib-sweep fetch made-up --from FOLDER" err
no_server() {
    fresh
    MIRRORS=http://127.0.0.1:1/ exits 66 "$fetch" fetch made-up 2>err && grep -q 'onnect' err &&
        [ -z "$(ls -A home/vib-sweep)" ]
}
check 'without a network nothing is left' no_server

check 'after a mirror without it comes the next' gets gone plain
check 'in one line for each file' test "$(grep -c '404.*; trying the next mirror$' err)" = 2
check 'as after one with other files' gets wrong page plain

check 'a server that cuts off is asked for the rest' gets cut plain
resumed() {
    grep -qx "/cut/made-up-images.gz bytes=$((size / 2))-" web/log
}
check 'from where it stopped' resumed
check 'of a mirror that packs otherwise all is asked for in the end' gets cut otherwise
check 'a server that does not resume sends all' gets cut whole
too_long() {
    fresh
    mkdir -p "$there.part" && yes | head -c 320500 >"$part"
    fetches 0 plain && complete && grep -qx '/plain/made-up-images.gz bytes=320500-' web/log
}
check 'a part that is longer than the file is given up' too_long

# holds: a fetch whose server keeps back the second half.
holds() {
    fresh
    MIRRORS="$url/hold/" env --default-signal=INT "$fetch" fetch made-up >out 2>err &
    fetching=$!
    until_true 60 grep -q '^held' web/log && until_true 60 part_is_there
}
part_is_there() {
    [ -e "$part" ] && [ "$(wc -c <"$part")" -ge $((size / 2)) ]
}
ended_by() {
    holds && kill "-$1" $fetching && exits "$2" wait $fetching && [ ! -e "$there" ] && part_is_there
}
goes_on() {
    : >web/log
    fetches 0 plain && complete && grep -qx "/plain/made-up-images.gz bytes=$((size / 2))-" web/log
}
check 'Ctrl-C leaves a part' ended_by INT 130
check 'with which it goes on' goes_on
check 'so does being killed' ended_by KILL 137
check 'with which it goes on, too' goes_on

two() {
    local second
    holds
    MIRRORS="$url/plain/" "$fetch" fetch made-up >out2 2>err2 &
    second=$!
    until_true 60 grep -q 'another process is fetching it; waiting' err2 && touch web/release &&
        wait $fetching && wait $second && complete && grep -q 'is now in' out && grep -q 'is there' out2 &&
        exits 1 grep plain web/log
}
check 'of two at once one waits, and finds it done' two

elsewhere() {
    ended_by KILL 137 && exits 0 "$fetch" fetch made-up --from raw 2>err && complete ''
}
check 'a part is dropped when the file comes from elsewhere' elsewhere

# The first fails and deletes the lock, on which the second waits; the third must not get a new one.
three() {
    local first second third
    fresh
    MIRRORS="$url/late/" "$fetch" fetch made-up 2>err &
    first=$!
    until_true 60 grep -q '^/late/' web/log || return 1
    MIRRORS="$url/hold/" "$fetch" fetch made-up >out 2>err2 &
    second=$!
    until_true 60 grep -q 'another process is fetching it; waiting' err2 && touch web/refuse &&
        exits 66 wait $first && until_true 60 grep -q '^held' web/log || return 1
    MIRRORS="$url/plain/" "$fetch" fetch made-up >out3 2>err3 &
    third=$!
    until_true 60 grep -q 'another process is fetching it; waiting' err3 && touch web/release &&
        wait $second && wait $third && complete && grep -q 'is now in' out && grep -q 'is there' out3
}
check 'of three, two after the first has failed' three

taken_up() {
    fresh
    mkdir -p "$there.part" && cp files/made-up-images.gz "$there.part"
    fetches 0 plain && complete && asked '/plain/made-up-labels.gz -'
}
check 'what was gathered is not asked for again' taken_up
gathered_badly() {
    fresh
    mkdir -p "$there.part" && cp files/made-up-labels.gz "$there.part/made-up-images.gz"
    fetches 0 plain && complete
}
check 'unless it is damaged' gathered_badly
partly_there() {
    fresh
    mkdir -p "$there" && cp files/made-up-images "$there"
    fetches 0 plain && asked '/plain/made-up-labels.gz -' && cmp files/made-up-images "$there/made-up-images" &&
        [ "$(ls -A "$there")" = $'made-up-images\nmade-up-labels.gz' ]
}
check 'what is in the folder stays' partly_there
foreign() {
    fresh
    mkdir -p "$there" && echo mine >"$there/made-up-labels"
    fetches 66 plain && [ "$(cat "$there/made-up-labels")" = mine ] && [ "$(wc -l <err)" = 1 ] &&
        grep -q 'made-up-labels: unpacks to 5 bytes, not 3200; move it away and fetch again' err && asked ''
}
check 'also what is another file, which is told' foreign
fifo() {
    fresh
    mkdir -p "$there" && mkfifo "$there/made-up-labels"
    fetches 66 plain
}
check 'a pipe in the place of a file does not hang it' fifo

# given STATUS FROM [SUFFIX]: a fresh fetch from there, without mirrors.
given() {
    fresh
    MIRRORS='' exits "$1" "$fetch" fetch made-up --from "$2" >out 2>err || return 1
    [ "$1" != 0 ] || complete "${3-.gz}"
}
check '--from a folder of packed files' given 0 packed
check '--from one of files as they are' given 0 raw/ ''
check '--from another mirror' given 0 "$url/plain"
check 'whose URL may end in a slash' given 0 "$url/plain/"
check 'and whose failure is the end' given 66 "$url/gone"
check 'in one line' test "$(grep -c . err)" = 1
check '--from a folder without them' given 66 half
check 'tells what lacks' grep -qx 'vib-sweep: fetch: half has neither made-up-images nor made-up-images.gz' err
check '--from no folder' given 66 nothing
wrong_file() {
    cp -r packed damaged
    printf x | dd of=damaged/made-up-images.gz bs=1 seek=1000 conv=notrunc 2>/dev/null
    given 66 damaged && grep -q '^vib-sweep: damaged/made-up-images.gz: ' err && [ ! -e "$there" ]
}
check '--from a damaged file' wrong_file
cut_file() {
    head -c -3 packed/made-up-images.gz >damaged/made-up-images.gz
    given 66 damaged && grep -q 'images.gz: gzip data that break off' err
}
check '--from one that lacks its last bytes' cut_file
check '--from another protocol' given 66 ftp://127.0.0.1/x
check 'is refused' grep -q 'Protocol "ftp"' err
tilde() {
    # shellcheck disable=SC2088 # it is the program that expands it
    HOME=$PWD given 0 '~/packed'
}
check '--from ~/, which some shells leave as it is' tilde

through_proxy() {
    fresh
    http_proxy=$url exits 0 "$fetch" fetch made-up --from http://mirror.invalid/plain >out 2>err &&
        complete && grep -qx 'http://mirror.invalid/plain/made-up-images.gz -' web/log
}
check 'through a proxy' through_proxy

no_folder() {
    fresh
    touch home
    MIRRORS="$url/plain/" exits 73 "$fetch" fetch made-up 2>err && [ "$(wc -l <err)" = 1 ] &&
        grep -q 'cannot create .*home/vib-sweep: Not a directory' err && asked ''
}
check 'no folder for it: status 73' no_folder
full_disk() {
    fresh
    (ulimit -f 100 && MIRRORS="$url/plain/ $url/plain/" exits 74 "$fetch" fetch made-up 2>err) &&
        grep -q 'cannot write .*made-up-images.gz.part: File too large' err && [ "$(wc -l <err)" = 1 ] &&
        [ ! -e "$there" ]
}
check 'a full disk: status 74' full_disk
check 'and with room again it goes on' fetches 0 plain
check 'from where it stopped' grep -qx '/plain/made-up-images.gz bytes=102400-' web/log
full_disk_copy() {
    fresh
    (ulimit -f 100 && exits 74 "$fetch" fetch made-up --from packed 2>err) &&
        grep -q 'cannot write .*: File too large' err && [ ! -e "$there" ]
}
check 'a full disk, from a folder: status 74' full_disk_copy

# On a terminal of its own.
terminal() {
    fresh
    MIRRORS="$url/slow/" TERM=$1 python3 -c 'import os, pty, sys
sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))' "$fetch" fetch made-up </dev/null >screen &&
        complete
}
if python3 -c 'import pty; pty.openpty()' 2>/dev/null; then
    check 'on a terminal' terminal xterm
    check 'a bar shows how much is there' \
        grep -q 'made-up-images.gz \[#*\.*\] [0-9.]* kB of 320.1 kB' screen
    check 'and is taken away' grep -q $'\r\033\\[Kvib-sweep: ' screen
    check 'on one that cannot do that' terminal dumb
    check 'there are lines alone' exits 1 grep -q $'\033' screen
else
    skip 'a bar on a terminal' 'no terminals here'
fi

check 'without a name the sets are listed' grep -qx ' *made-up *323.5 kB *nothing that anybody drew' \
    <("$fetch" fetch)
check 'one that is not there is told' exits 64 "$fetch" fetch made-upp
check '--from needs a name' exits 64 "$fetch" fetch --from packed
closed() {
    exits 74 "$fetch" fetch >&- 2>err
}
check 'a closed stdout is an error' closed
fresh

# The two commands of the README, with files that are here.
mnist() {
    "$vib" fetch mnist --from "$data/mnist" && env -u VIB_SWEEP_DATA "$vib" "$root/configs/mnist.yaml" -q \
        --set train.epochs=1 --set beta=1e-3 --set K=2 --set model.hidden=[8] --set evaluate.bounds=[] \
        --set dataset.n_train=1000 && sql_is results/mnist.db 'select name from dataset' mnist
}
data=${VIB_SWEEP_DATA:-}
case $data in
'' | /*) ;;
*) data=$root/$data ;;
esac
if [ -e "$data/mnist" ]; then
    check 'MNIST is fetched, and found by a sweep' mnist
else
    skip 'MNIST is fetched, and found by a sweep' 'no MNIST: set VIB_SWEEP_DATA to the folder that has mnist/'
fi

cd "$root" && done_testing
