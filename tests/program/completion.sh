#!/bin/bash
# What a TAB makes of command lines, in a real bash on a terminal.
# shellcheck disable=SC2317 # functions are called by name, through check
. tests/tap.sh
. tests/program/common.sh

command -v python3 >/dev/null || skip_all 'no python3, which makes the terminal'
python3 -c 'import pty; pty.openpty()' 2>/dev/null || skip_all 'there are no terminals here'

write_completion() {
    "$vib" completion bash >vib-sweep.bash
}
check 'it is written' write_completion
mkdir -p work/sub && touch work/one.yaml work/two.yml work/data.npz 'work/old sweep.db' work/sub/part.db

# Types lines, in which \t is a TAB, into a bash whose vib-sweep tells the words that it is given, one
# a line; prints each of them in brackets.
cat >typed.py <<'END_PYTHON'
import os, pty, sys

def read_until(fd, mark):
    seen = b""
    while not seen.endswith(mark):
        got = os.read(fd, 1)
        if not got:
            sys.exit("the shell ended: " + seen.decode())
        seen += got
    return seen

pid, fd = pty.fork()
if pid == 0:
    os.environ.update(PS1="", TERM="dumb", HISTFILE="", INPUTRC="/dev/null")
    os.execvp("bash", ["bash", "--norc", "--noprofile", "-i"])
os.write(fd, b"bind 'set bell-style none' 'set enable-bracketed-paste off' 'set show-all-if-ambiguous off'\n"
             b"bind 'set completion-query-items 0'\n"
             b"vib-sweep() { { printf '[%s]' \"$@\"; echo; } >>../told; }; source ./vib-sweep.bash; cd work\n"
             b"PS1=; echo rea''dy\n")
read_until(fd, b"ready\r\n")
os.write(fd, sys.argv[1].encode().decode("unicode_escape").encode() + b"\necho do''ne\n")
read_until(fd, b"done\r\n")
os.write(fd, b"exit\n")
os.waitpid(pid, 0)
END_PYTHON

# becomes LINE WORDS: typed behind vib-sweep.
becomes() {
    local told
    rm -f told
    timeout 60 python3 typed.py "vib-sweep $1" >terminal 2>&1 || {
        cat terminal
        return 1
    }
    told=$(cat told)
    [ "$told" = "$2" ] && return
    echo "became: $told"
    return 1
}
check 'a command' becomes 'expo\t' '[export]'
check 'an option of it' becomes 'export --ta\t' '[export][--table]'
check 'what it may be' becomes 'export --table sum\t' '[export][--table][summary]'
check 'also behind an equals sign' becomes 'export --table=sum\t' '[export][--table=summary]'
check 'and behind its letter' becomes 'plot -f tra\t' '[plot][-f][trajectory]'
check 'a database, in quotes where need be' becomes 'export ol\t' '[export][old sweep.db]'
check 'in a folder' becomes 'export s\tp\t' '[export][sub/part.db]'
check 'and no other file' becomes 'export o\t' '[export][old sweep.db]'
check 'a configuration' becomes 'on\t' '[one.yaml]'
check 'by its other suffix' becomes 'tw\t' '[two.yml]'
check 'an option of the sweep' becomes 'one.yaml --check\tsub' '[one.yaml][--checkpoints][sub]'
check 'a key' becomes 'one.yaml --set train.ep\t3' '[one.yaml][--set][train.epochs=3]'
check 'a choice of the key' becomes 'one.yaml --set method=drop\t' '[one.yaml][--set][method=dropout]'
check 'of the second key, too' becomes 'one.yaml --set K=2 --set train.prec\tbfl\t' \
    '[one.yaml][--set][K=2][--set][train.precision=bfloat16]'
check 'any file' becomes 'data da\t' '[data][data.npz]'
check 'a folder, of a database or a folder' becomes 'status su\t' '[status][sub/]'
check 'a folder alone' becomes 'x.yaml --checkpoints o\t' '[x.yaml][--checkpoints][o]'
check 'the second argument after an option' becomes 'merge --set K=2 all.db ol\t' \
    '[merge][--set][K=2][all.db][old sweep.db]'
check 'a data set' becomes 'fetch fash\t' '[fetch][fashion-mnist]'
check 'a page of the manual' becomes 'manual exp\t' '[manual][export]'
check 'nothing where nothing fits' becomes 'export --nothing\t' '[export][--nothing]'
check 'a number is not completed' becomes 'one.yaml -j o\t' '[one.yaml][-j][o]'
check 'noticed: another word' exits 1 becomes 'expo\t' '[plot]'

# Every option and every key has its row.
rows_of() {
    "$vib" "$@" --help | grep -oE '^ {1,6}(-[A-Za-z], +)?--[A-Za-z-]+' | grep -oE -- '--[A-Za-z-]+'
}
has_all_options() {
    local command words option n=0
    for command in - $(sed -nE 's/^_vib_sweep_commands=\((.*)\)$/\1/p' vib-sweep.bash); do
        words=${command#-}
        # shellcheck disable=SC2086 # none for the sweep itself
        for option in $(rows_of $words); do
            grep -q -e "^$command $option " vib-sweep.bash || {
                echo "$command $option"
                return 1
            }
            n=$((n + 1))
        done
    done
    [ "$n" -gt 40 ]
}
check 'every option of every command is there' has_all_options
has_all_keys() {
    diff <("$vib" keys | sed -nE 's/^([A-Za-z_.0-9]+): .*/\1/p') \
        <(sed -n "/^_vib_sweep_keys=/,/^'/p" vib-sweep.bash | sed '1d;$d;s/ .*//')
}
check 'and every key' has_all_keys
check 'another shell' exits 64 "$vib" completion fish

cd "$root" && done_testing
