# A library for tests in shell, to be sourced: `. tests/tap.sh`. Prints TAP, the plan at the end.
# shellcheck shell=bash
#
#   check 'what holds' COMMAND...    a case that passes when COMMAND succeeds
#   exits STATUS COMMAND...          for use in check: succeeds when COMMAND ends with that status
#   skip 'what' 'why not'            a case that cannot be tried here
#   skip_all 'why not'               ends the script when nothing can be tried here
#   done_testing                     the last line of every script: without it the test has failed
#
# COMMAND may be a function of the script and runs in this shell; what it prints is shown when the
# case fails. Scripts keep their files under $TMPDIR, which tests/run.sh makes fresh for each.

tap_cases=0
tap_failures=0

check() {
    local description=$1 output status=0
    shift
    output=$(mktemp)
    "$@" >"$output" 2>&1 || status=$?
    tap_cases=$((tap_cases + 1))
    if [ "$status" -eq 0 ]; then
        echo "ok $tap_cases - $description"
    else
        tap_failures=$((tap_failures + 1))
        echo "not ok $tap_cases - $description"
        echo "# status $status of: $*"
        sed 's/^/# /' "$output"
    fi
    rm -f "$output"
}

exits() {
    local wanted=$1 status=0
    shift
    "$@" || status=$?
    [ "$status" -eq "$wanted" ] && return
    echo "expected status $wanted, got $status"
    return 1
}

skip() {
    tap_cases=$((tap_cases + 1))
    echo "ok $tap_cases - $1 # skip $2"
}

skip_all() {
    echo "1..0 # skip $1"
    exit 0
}

done_testing() {
    echo "1..$tap_cases"
    [ "$tap_failures" -eq 0 ]
    exit
}
