#!/bin/bash
# Tests of tests/run.sh, tests/tap.sh and tests/deps.sh: what they must notice, they notice.
# shellcheck disable=SC2317 # functions are called by name, through check
. tests/tap.sh

top=$PWD
TMPDIR=$(mktemp -d)
export TMPDIR
trap 'rm -rf "$TMPDIR"' EXIT

# script NAME: makes a test out of the lines on standard input.
script() {
    {
        echo '#!/bin/bash'
        cat
    } >"$TMPDIR/$1"
    chmod +x "$TMPDIR/$1"
}

# run STATUS LAST ARGUMENT...: runs tests/run.sh in $TMPDIR; it must end with that status and last
# line, and the line must stand alone.
run() {
    local wanted=$1 last=$2 status=0
    shift 2
    (cd "$TMPDIR" && "$top/tests/run.sh" "$@") >"$TMPDIR/output" 2>&1 || status=$?
    cat "$TMPDIR/output"
    [ "$status" -eq "$wanted" ] || return 1
    [ "$(tail -n 1 "$TMPDIR/output")" = "$last" ] || return 1
    [ "$(grep -cE '^[0-9]+ passed, ' "$TMPDIR/output")" -eq 1 ]
}

says() {
    cat "$TMPDIR/output"
    grep -qE -e "$1" "$TMPDIR/output"
}

script pass <<'END'
printf '1..2\nok 1 - a\nok 2 - b\n'
END
script fail <<'END'
printf '1..3\nok 1 - a\nnot ok 2 - b\n# the reason\nok 3 - c\n'
exit 1
END
script fail_quietly <<'END'
printf '1..1\nnot ok 1 - a\n'
END
script die <<'END'
printf '1..2\nok 1 - a\n'
kill -SEGV $$
END
script end_early <<'END'
printf '1..2\nok 1 - a\n'
exit 0
END
script no_plan <<'END'
echo 'ok 1 - a'
END
script say_nothing <<'END'
END
script leak <<'END'
printf '1..1\nok 1 - a\n'
exit 23
END
script hang <<'END'
trap '' TERM
echo 'ok 1 - a'
sleep 1000 & wait
sleep 1000
END
script skip_some <<'END'
printf '1..3\nok 1 - a\nok 2 - b # skip the reason\nnot ok 3 # SKIP c\n'
END
script skip_all <<END
. "$top/tests/tap.sh"
skip_all 'no such thing here'
END
script use_tap <<END
. "$top/tests/tap.sh"
check 'right' true
check 'status' exits 3 bash -c 'exit 3'
skip 'other' 'cannot be'
done_testing
END
script use_tap_wrong <<END
. "$top/tests/tap.sh"
check 'wrong' bash -c 'echo the words; exit 4'
check 'status' exits 3 true
done_testing
END
script keep_files <<'END'
echo "$TMPDIR" >>where
[ -z "$(ls -A "$TMPDIR")" ] && echo 'ok 1 - fresh' || echo 'not ok 1 - fresh'
mkdir "$TMPDIR/locked" && touch "$TMPDIR/locked/file" && chmod 0 "$TMPDIR/locked"
echo 1..1
END
script show_value <<'END'
[ "${VALUE-}" = "$0" ] && echo 'ok 1' || echo "not ok 1 - VALUE is ${VALUE-}, not $0"
echo 1..1
END
script orphan <<'END'
sleep 1000 &
echo $! >orphan.pid
printf '1..1\nok 1\n'
END
script interrupt <<'END'
trap 'printf "1..1\nok 1 - interrupted\n"; exit 0' INT
kill -INT $$
printf '1..1\nnot ok 1 - SIGINT is ignored\n'
END

check 'all pass' run 0 '4 passed, 0 failed' ./pass pass
check 'one line per test' says '^ok +2 cases +[0-9]+\.[0-9]+ s  pass$'
check 'no arguments' run 1 '0 passed, 0 failed'
check 'a failed case' run 1 '4 passed, 1 failed' fail pass
check 'its output is shown' says '^# the reason$'
check 'it is named at the end' says '^FAILED: fail$'
check 'a failed case with status 0' run 1 '2 passed, 1 failed' fail_quietly pass
check 'a test that dies' run 1 '3 passed, 1 failed' die pass
check 'its signal is named' says 'die: died of signal 11$'
check 'a test that ends early' run 1 '1 passed, 1 failed' end_early
check 'its plan is named' says 'planned 2 cases, ran 1'
check 'a test without a plan' run 1 '1 passed, 1 failed' no_plan
check 'a test that says nothing' run 1 '0 passed, 1 failed' say_nothing
check 'a bad status after good cases' run 1 '1 passed, 1 failed' leak
check 'a missing test' run 1 '2 passed, 1 failed' pass nowhere
check 'skipped cases' run 0 '1 passed, 0 failed, 2 skipped' skip_some
check 'they are shown' says '^ +SKIPPED: ok 2 - b # skip the reason$'
check 'a skipped test' run 0 '2 passed, 0 failed, 1 skipped' pass skip_all
check 'it is shown' says '^skipped .* skip_all$'
check 'its reason is shown' says 'SKIPPED: 1\.\.0 # skip no such thing here'
check 'nothing but skipped' run 1 '0 passed, 0 failed, 1 skipped' skip_all
check 'tap.sh' run 0 '2 passed, 0 failed, 1 skipped' use_tap
check 'tap.sh, failing' run 1 '0 passed, 2 failed' use_tap_wrong
check 'tap.sh shows output' says '^# the words$'
check 'tap.sh shows statuses' says '^# expected status 3, got 0$'
check 'variables' run 0 '2 passed, 0 failed' VALUE=./show_value show_value show_value
check 'variables change' run 1 '1 passed, 1 failed' VALUE=./show_value show_value VALUE=1 show_value
check 'SIGINT is not ignored' run 0 '1 passed, 0 failed' interrupt

export TEST_TIMEOUT=0.2
check 'a test that hangs' run 1 '1 passed, 1 failed' hang
unset TEST_TIMEOUT

# --- several at a time ---

# Each of two waits for the other to begin.
for name in one other; do
    script "meet_$name" <<END
touch here_$name
for ((i = 0; i < 1000; i++)); do
    [ -e here_one ] && [ -e here_other ] && break
    read -r -t 0.01 <> <(:)
done
[ \$i -lt 1000 ] && echo 'ok 1' || echo 'not ok 1'
echo 1..1
END
done
# Prints, and ends after the next one, which makes the file `second`.
script first <<'END'
echo '# of the first'
for ((i = 0; i < 1000; i++)); do
    [ ! -e second ] || break
    read -r -t 0.01 <> <(:)
done
printf '1..1\nnot ok 1 - of the first\n'
END
script second <<'END'
printf '1..1\nnot ok 1 - of the second\n'
touch second
END
# Fails when there is another; stays long enough to be seen by one.
script lone <<'END'
mkdir busy 2>/dev/null || { printf '1..1\nnot ok 1 - not alone\n'; exit; }
read -r -t 0.1 <> <(:)
rmdir busy
printf '1..1\nok 1\n'
END
{
    echo '# Runs alone: it is a hermit.'
    tail -n +2 "$TMPDIR/lone"
} | script hermit

# order NAME...: the lines of tests in the last output.
order() {
    local names
    names=$(sed -nE 's/^(ok|FAILED|skipped) .* s  //p' "$TMPDIR/output" | xargs)
    echo "told: $names"
    [ "$names" = "$*" ]
}
# Only lines of the first stand between its line and its end.
first_is_whole() {
    sed -n '/^FAILED  .* s  first$/,/^---- end of first$/p' "$TMPDIR/output" >"$TMPDIR/first_part"
    grep -q '^# of the first$' "$TMPDIR/first_part" && ! grep second "$TMPDIR/first_part"
}
check 'two at a time' run 0 '2 passed, 0 failed' -j 2 meet_one meet_other
check 'one that ends later' run 1 '2 passed, 2 failed' -j 2 first second pass
check 'is told of earlier' order first second pass
check 'its output is whole' first_is_whole
check 'no more at a time than said' run 0 '3 passed, 0 failed' -j 1 lone lone lone
mkdir "$TMPDIR/busy"
check 'more than said would be noticed' run 1 '0 passed, 1 failed' lone
rmdir "$TMPDIR/busy"
check 'one that runs alone' run 0 '5 passed, 0 failed' -j 3 lone hermit hermit hermit lone
check 'in its place' order lone hermit hermit hermit lone
check 'all kinds of failure at a time' run 1 '9 passed, 6 failed, 2 skipped' -j 4 \
    fail die end_early no_plan leak nowhere skip_some pass
check 'in the order of the arguments' order fail die end_early no_plan leak nowhere skip_some pass
check 'variables are for those after them' run 0 '4 passed, 0 failed' -j 3 \
    VALUE=./show_value show_value show_value VALUE=other pass
for number in 0 x '' 1.5; do
    check "wrong use: -j '$number'" exits 2 tests/run.sh -j "$number"
done

# Killed, but perhaps not yet waited for by its new parent.
is_dead() {
    [ ! -e "/proc/$1" ] || grep -q '^State:.*[ZX]' "/proc/$1/status"
}
# soon COMMAND...: waits for a condition; fails when it stays false for some seconds.
soon() {
    local i
    for ((i = 0; i < 2000; i++)); do
        "$@" && return
        read -r -t 0.01 <> <(:)
    done
    return 1
}
# Waits until two tests have begun, and interrupts the run of them by the signal $1, which is to end
# with the status $2.
script stay <<'END'
trap '' INT TERM HUP
sleep 1000 &
echo "$$ $!" >"stay.$$"
wait
END
both_stay() {
    [ "$(cat "$TMPDIR"/stay.* 2>/dev/null | wc -w)" -eq 4 ]
}
all_dead() {
    local pid
    while read -r pid; do
        is_dead "$pid" || return 1
    done < <(cat "$TMPDIR"/stay.* | tr ' ' '\n')
}
interrupts() {
    local run status=0
    rm -f "$TMPDIR"/stay.*
    mkdir "$TMPDIR/runs"
    set -m
    (cd "$TMPDIR" && TMPDIR=$TMPDIR/runs exec "$top/tests/run.sh" -j 2 pass stay stay pass) \
        >"$TMPDIR/output" 2>&1 &
    run=$!
    set +m
    soon both_stay && kill "-$1" "$run" && soon is_dead "$run" || return 1
    wait "$run" || status=$?
    cat "$TMPDIR/output"
    [ "$status" -eq "$2" ] && all_dead && rmdir "$TMPDIR/runs" && ! grep -q 'passed, ' "$TMPDIR/output"
}
check 'SIGINT ends every test' interrupts INT 130
check 'SIGTERM too' interrupts TERM 143
check 'and SIGHUP' interrupts HUP 143

orphan_is_dead() {
    local pid
    run 0 '1 passed, 0 failed' orphan && pid=$(cat "$TMPDIR/orphan.pid") || return 1
    is_dead "$pid"
}
check 'what a test leaves running is killed' orphan_is_dead

folders_are_gone() {
    local folder
    run 0 '2 passed, 0 failed' keep_files keep_files || return 1
    [ "$(wc -l <"$TMPDIR/where")" -eq 2 ] || return 1
    while read -r folder; do
        [ ! -e "$folder" ] || return 1
    done <"$TMPDIR/where"
}

check 'folders are fresh and removed' folders_are_gone

short() {
    [ "$(wc -l <"$TMPDIR/output")" = "$1" ]
}
# deps STATUS ARGUMENT...: runs deps.sh among fake tools only.
mkdir "$TMPDIR/bin"
for tool in bash sh cat sort tr id sed mktemp rm; do
    ln -s "$(command -v "$tool")" "$TMPDIR/bin/$tool"
done
deps() {
    PATH=$TMPDIR/bin exits "$1" "$top/tests/deps.sh" "$2" >"$TMPDIR/output" 2>&1
    local status=$?
    cat "$TMPDIR/output"
    return "$status"
}
fake() {
    script "bin/$1"
}

# make passes these on when they are given on its command line.
unset CC
export BACKEND=xsmm
check 'deps: wrong use' deps 2 everything
check 'deps: no apt-get' deps 1 build
check 'deps: names the packages' says 'no apt-get here.*: gcc libc6-dev .* libopenblas0 .* libxsmm-dev .*zlib1g-dev$'
check 'deps: tests need more' deps 1 test
check 'deps: names these' says ' libcmocka-dev .* sqlite3 '
check 'deps: and no others' exits 1 says valgrind
check 'deps: checks need more still' deps 1 check
check 'deps: names this' says ' sqlite3 valgrind '
check 'deps: benchmarks need Python' deps 1 bench
check 'deps: names it' says ' python3 '
export BACKEND=openblas
check 'deps: the other backend' deps 1 build
check 'deps: names its package' says ' libopenblas0 '
check 'deps: and not the first' exits 1 says xsmm
export BACKEND=mkl
check 'deps: no such backend' deps 2 build
unset BACKEND
fake uname <<'END'
echo aarch64
END
check 'deps: a machine that libxsmm does not know' deps 1 build
check 'deps: has the other backend' exits 1 says xsmm
export CC=clang-14
check 'deps: another compiler' deps 1 check
check 'deps: names its packages' says ' clang-14 .*libclang-rt-14-dev '
unset CC

# An apt-get whose installation brings a compiler that finds everything but YAML, at first. It says
# where libraries are, too.
fake sudo <<'END'
exec "$@"
END
ln -s "$(command -v env)" "$TMPDIR/bin/env"
ln -s "$(command -v chmod)" "$TMPDIR/bin/chmod"
fake apt-get <<END
echo "apt-get \$DEBIAN_FRONTEND \$*" >>$TMPDIR/apt
echo "what apt-get says"
case "\$*" in
*install*gcc*) printf '#!/bin/bash\ncase \$1 in -print*) echo /dev/null && exit ;; esac\n' >$TMPDIR/bin/gcc
    echo '[ -e $TMPDIR/yaml ] || echo libyaml-dev' >>$TMPDIR/bin/gcc
    chmod +x $TMPDIR/bin/gcc ;;
*install*libyaml-dev) echo >$TMPDIR/yaml ;;
esac
END
asks_apt() {
    grep -qE -e "$1" "$TMPDIR/apt"
}
check 'deps: installs' deps 0 build
check 'deps: says that alone' exits 1 says 'what apt-get says'
check 'deps: names the packages' says '^tests/deps.sh: installing gcc .*zlib1g-dev$'
check 'deps: updates first' asks_apt '^apt-get noninteractive .* update$'
check 'deps: without recommendations' asks_apt '^apt-get noninteractive .*--no-install-recommends gcc '
check 'deps: looks again' asks_apt 'install --no-install-recommends libyaml-dev$'
silent() {
    deps 0 build
    [ ! -s "$TMPDIR/output" ]
}
check 'deps: silent when nothing is missing' silent
fake curl-config <<END
echo $TMPDIR/certificates
END
check 'deps: libcurl lacks its certificates' deps 1 build
check 'deps: says that, too' says "installed, but not found by 'gcc'.*: ca-certificates$"
touch "$TMPDIR/certificates"
check 'deps: silent when they are there' silent
check 'deps: what is of use' deps 0 optional
check 'deps: is named' says '^of use, .*: the Debian packages sqlite3 .*, gnuplot-nox '
check 'deps: in a line' short 1
fake sqlite3 <<'END'
END
check 'deps: and what is there is not' deps 0 optional
check 'deps: but the rest' says ': the Debian packages gnuplot-nox '
rm "$TMPDIR/bin/sqlite3"
rm "$TMPDIR/yaml"
fake apt-get <<'END'
echo 'E: Unable to correct problems'
exit 100
END
check 'deps: apt-get fails' deps 1 build
check 'deps: says so' says 'apt-get install failed; .*: libyaml-dev$'
check 'deps: shows what apt-get says' says '^E: Unable to correct problems$'

# As apt-get ends without a network: the update with 0.
fake apt-get <<'END'
case "$*" in
*update) echo "W: Failed to fetch http://deb.debian.org/x/InRelease  Could not resolve 'deb.debian.org'"
    echo 'W: Some index files failed to download.' ;;
*Timeout=3*install*) echo 'E: Unable to locate package libyaml-dev' && exit 100 ;;
*) echo 'not in a hurry' && exit 100 ;;
esac
END
check 'deps: no network' deps 1 build
unreachable="apt-get cannot reach its archive \(Could not resolve '[a-z.]*'\)"
check 'deps: says it in a sentence' says "^tests/deps.sh: $unreachable; please .*: libyaml-dev\$"
check 'deps: says no more' short 2
fake apt-get <<'END'
END
check 'deps: installed in vain' deps 1 build
check 'deps: says that' says "installed, but not found by 'gcc'.*: libyaml-dev$"

# The real apt-get, where there is no network at all, asked for a compiler that is none.
no_network() {
    CC=gcc-0 exits 1 timeout 60 unshare --net tests/deps.sh build >"$TMPDIR/output" 2>&1
    cat "$TMPDIR/output"
    short 2 && says 'installing gcc-0' && says 'apt-get cannot reach its archive \(.*\); please .*: gcc-0'
}
if command -v apt-get >/dev/null && [ "$(id -u)" -eq 0 ] && unshare --net true 2>/dev/null; then
    check 'deps: no network, and the real apt-get' no_network
else
    skip 'deps: no network, and the real apt-get' 'no apt-get, or no right to a network of our own'
fi

done_testing
