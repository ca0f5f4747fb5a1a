#!/bin/bash
# Runs tests, several at a time, and counts their cases.
#
#   tests/run.sh [-j N] [NAME=VALUE | TEST]...
#
# TEST is a program that prints TAP: a cmocka binary or a script that uses tests/tap.sh. NAME=VALUE
# goes into the environment of the tests after it. N tests run at a time (as many as there are
# processors); a script with a line `# Runs alone: WHY` among its first runs beside no other. Each
# test gets a folder of its own in TMPDIR, removed afterwards, and TEST_TIMEOUT seconds (300); what
# it leaves running is killed, as is every test when this script is interrupted.
#
# Tests are told of in the order of the arguments, in a line each; after the line of one that failed
# comes all that it printed. A test that dies, runs out of time, prints no plan or other than as
# many cases as planned counts as one failed case. The last line is `N passed, N failed` or `N
# passed, N failed, N skipped`; the status is 0 only if something passed and nothing failed.
set -u

usage() {
    echo "usage: tests/run.sh [-j N] [NAME=VALUE | TEST]..., N from 1" >&2
    exit 2
}

limit=${TEST_TIMEOUT:-300}
slots=$(nproc 2>/dev/null || echo 2)
if [ "${1-}" = -j ]; then
    [[ ${2-} =~ ^[1-9][0-9]{0,3}$ ]] || usage
    slots=$2
    shift 2
fi
arguments=("$@")

passed=0
failed=0
skipped=0
failing=()
runners=() # by the place of their argument, the processes that run a test now
ended=()   # by that place, set when there is something to tell
told=0     # how many arguments have been told of

work=$(mktemp -d) || exit 1
mkfifo "$work/ends" && exec {ends}<>"$work/ends" || exit 1

# Tests may have taken the permissions of their folders away.
remove() {
    chmod -R u+rwX "$1" 2>/dev/null
    rm -rf "$1"
}
trap 'remove "$work"' EXIT

interrupted() {
    if [ ${#runners[@]} -gt 0 ]; then
        kill -TERM "${runners[@]}" 2>/dev/null
        wait "${runners[@]}" 2>/dev/null
    fi
    exit "$1"
}
trap 'interrupted 130' INT
trap 'interrupted 143' TERM HUP

# Runs the test $2 as the argument at place $1, in a process of its own: leaves its output in
# $1.log, its status and microseconds in $1.end, and writes the place to the pipe of ends. `set -m`
# puts the test into a process group of its own, which makes it possible to kill all of it, and keeps
# SIGINT from being ignored in it.
run_one() {
    local test=$2 folder=$work/$1.tmp child='' stopped='' status start
    trap 'stopped=1' TERM
    mkdir "$folder"
    start=${EPOCHREALTIME/[.,]/}
    set -m
    CMOCKA_MESSAGE_OUTPUT=TAP TMPDIR=$folder timeout -k 1 "$limit" "$test" \
        >"$work/$1.log" 2>&1 </dev/null {ends}>&- &
    child=$!
    set +m
    trap 'kill -KILL -- "-$child"; wait "$child"; exit 1' TERM
    [ -z "$stopped" ] || kill -TERM "$BASHPID"
    wait "$child"
    status=$?
    echo "$status $((${EPOCHREALTIME/[.,]/} - start))" >"$work/$1.end"
    kill -KILL -- "-$child"
    remove "$folder"
    echo "$1" >&"$ends"
} 2>/dev/null

# Prints, of the output $1: passes failures skips planned cases (planned is -1 without a plan).
# cmocka calls a skipped case `not ok N # SKIP`; it prints a plan for each group.
count_tap() {
    awk '
        BEGIN { planned = -1; passes = failures = skips = cases = 0 }
        /^(not )?ok([ \t]|$)/ {
            cases++
            if (tolower($0) ~ /#[ \t]*skip/) skips++
            else if (/^not/) failures++
            else passes++
        }
        /^1\.\.[0-9]+/ {
            if (planned < 0) planned = 0
            planned += substr($1, 4)
            if (planned == 0 && tolower($0) ~ /#[ \t]*skip/) everything = 1
        }
        END { print passes, failures, skips + everything, planned, cases }
    ' "$1"
}

# Says what is wrong beyond failed cases: $1 status, $2 failures, $3 planned, $4 cases.
judge() {
    if [ "$1" -eq 124 ] || [ "$1" -eq 137 ]; then
        echo "ran out of its $limit s, or was killed"
    elif [ "$1" -gt 128 ]; then
        echo "died of signal $(($1 - 128))"
    elif [ "$3" -lt 0 ]; then
        echo "ended with status $1 and without a plan"
    elif [ "$3" -ne "$4" ]; then
        echo "planned $3 cases, ran $4 (status $1)"
    elif [ "$1" -ne 0 ] && [ "$2" -eq 0 ]; then
        echo "ended with status $1, though no case failed"
    fi
}

show() {
    LC_NUMERIC=C printf '%-8s %4s cases %8.2f s  %s\n' "$1" "$2" "$3" "$4"
}

# Counts and tells what became of the test at place $1.
tell_test() {
    local test=${arguments[$1]} log=$work/$1.log
    local status micros seconds passes failures skips planned cases wrong

    read -r status micros <"$work/$1.end"
    seconds=$((micros / 1000000)).$(printf '%06d' $((micros % 1000000)))
    read -r passes failures skips planned cases < <(count_tap "$log")
    wrong=$(judge "$status" "$failures" "$planned" "$cases")
    [ -z "$wrong" ] || failures=$((failures + 1))
    passed=$((passed + passes))
    failed=$((failed + failures))
    skipped=$((skipped + skips))

    if [ "$failures" -gt 0 ]; then
        show FAILED "$cases" "$seconds" "$test"
        cat "$log"
        [ -z "$wrong" ] || echo "$test: $wrong"
        echo "---- end of $test"
        failing+=("$test")
    elif [ "$passes" -eq 0 ]; then
        show skipped "$cases" "$seconds" "$test"
    else
        show ok "$cases" "$seconds" "$test"
    fi
    [ "$skips" -eq 0 ] || grep -i '#[[:space:]]*skip' "$log" | sed 's/^/   SKIPPED: /'
}

is_variable() {
    [[ $1 =~ ^[A-Za-z_][A-Za-z_0-9]*= ]]
}

# Tells of every argument that has ended and has none before it that has not.
tell() {
    while [ -n "${ended[told]-}" ]; do
        if is_variable "${arguments[told]}"; then
            echo "with ${arguments[told]}"
        else
            tell_test "$told"
        fi
        told=$((told + 1))
    done
}

# Waits until fewer than $1 tests run.
wait_below() {
    local place
    while [ ${#runners[@]} -ge "$1" ]; do
        read -r place <&"$ends"
        wait "${runners[place]}"
        unset "runners[place]"
        ended[place]=1
        tell
    done
}

runs_alone() {
    head -c 4096 "$1" 2>/dev/null | grep -aq '^# Runs alone: '
}

# Starts the test at place $1 when it may, and returns at once.
start() {
    local test=${arguments[$1]} below=$slots
    [[ $test == */* ]] || test=./$test
    ! runs_alone "$test" || below=1
    wait_below "$below"
    set -m
    run_one "$1" "$test" &
    runners[$1]=$!
    set +m
    [ "$below" -eq "$slots" ] || wait_below 1
}

for place in "${!arguments[@]}"; do
    if is_variable "${arguments[place]}"; then
        export "${arguments[place]?}"
        ended[place]=1
        tell
    else
        start "$place"
    fi
done
wait_below 1

[ ${#failing[@]} -eq 0 ] || printf 'FAILED: %s\n' "${failing[@]}"
if [ "$skipped" -gt 0 ]; then
    echo "$passed passed, $failed failed, $skipped skipped"
else
    echo "$passed passed, $failed failed"
fi
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
