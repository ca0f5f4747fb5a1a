#!/bin/bash
# Runs tests and counts their cases.
#
#   tests/run.sh [NAME=VALUE | TEST]...
#
# TEST is a program that prints TAP: a cmocka binary or a script that uses tests/tap.sh. NAME=VALUE
# goes into the environment of the tests after it. Each test gets a folder of its own in TMPDIR,
# removed afterwards, and TEST_TIMEOUT seconds (300); what it leaves running is killed.
#
# A test that dies, runs out of time, prints no plan or other than as many cases as planned counts
# as one failed case. The last line is `N passed, N failed` or `N passed, N failed, N skipped`; the
# status is 0 only if something passed and nothing failed.
set -u

limit=${TEST_TIMEOUT:-300}
passed=0
failed=0
skipped=0
failing=()
child=

work=$(mktemp -d) || exit 1
log=$work/log

# Tests may have taken the permissions of their folders away.
clean_up() {
    chmod -R u+rwX "$work" 2>/dev/null
    rm -rf "$work"
}
trap clean_up EXIT

interrupted() {
    if [ -n "$child" ]; then
        kill -KILL -- "-$child" 2>/dev/null
        wait "$child" 2>/dev/null
    fi
    exit "$1"
}
trap 'interrupted 130' INT
trap 'interrupted 143' TERM HUP

# Prints: passes failures skips planned cases (planned is -1 without a plan). cmocka calls a
# skipped case `not ok N # SKIP`; it prints a plan for each group.
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
    ' "$log"
}

# Runs $1 into $log and sets `status`. `set -m` puts it into a process group of its own, which
# makes it possible to kill all of it, and keeps SIGINT from being ignored in it.
run_one() {
    mkdir "$work/tmp"
    set -m
    CMOCKA_MESSAGE_OUTPUT=TAP TMPDIR=$work/tmp timeout -k 1 "$limit" "$1" >"$log" 2>&1 </dev/null &
    child=$!
    set +m
    wait "$child" 2>/dev/null
    status=$?
    kill -KILL -- "-$child" 2>/dev/null
    child=
    chmod -R u+rwX "$work/tmp" 2>/dev/null
    rm -rf "$work/tmp"
}

# Says what is wrong beyond failed cases: $1 failures, $2 planned, $3 cases.
judge() {
    if [ "$status" -eq 124 ] || [ "$status" -eq 137 ]; then
        echo "ran out of its $limit s, or was killed"
    elif [ "$status" -gt 128 ]; then
        echo "died of signal $((status - 128))"
    elif [ "$2" -lt 0 ]; then
        echo "ended with status $status and without a plan"
    elif [ "$2" -ne "$3" ]; then
        echo "planned $2 cases, ran $3 (status $status)"
    elif [ "$status" -ne 0 ] && [ "$1" -eq 0 ]; then
        echo "ended with status $status, though no case failed"
    fi
}

show() {
    LC_NUMERIC=C printf '%-8s %4s cases %8.2f s  %s\n' "$1" "$2" "$3" "$4"
}

run_test() {
    local test=$1 start now seconds passes failures skips planned cases wrong
    local path=$test
    [[ $path == */* ]] || path=./$path

    start=${EPOCHREALTIME/[.,]/}
    run_one "$path"
    now=${EPOCHREALTIME/[.,]/}
    seconds=$(((now - start) / 1000000)).$(printf '%06d' $(((now - start) % 1000000)))

    read -r passes failures skips planned cases < <(count_tap)
    wrong=$(judge "$failures" "$planned" "$cases")
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

for argument; do
    if [[ $argument =~ ^[A-Za-z_][A-Za-z_0-9]*= ]]; then
        export "${argument?}"
        echo "with $argument"
    else
        run_test "$argument"
    fi
done

[ ${#failing[@]} -eq 0 ] || printf 'FAILED: %s\n' "${failing[@]}"
if [ "$skipped" -gt 0 ]; then
    echo "$passed passed, $failed failed, $skipped skipped"
else
    echo "$passed passed, $failed failed"
fi
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
