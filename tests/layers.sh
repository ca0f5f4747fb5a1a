#!/bin/bash
# The wall between core/ and the program, and headers that stand alone.
# shellcheck disable=SC2317 # functions are called by name, through check
. tests/tap.sh

CC=${CC:-gcc}
shopt -s nullglob
core=(core/*.[ch])
headers=(core/*.h runner/*.h runner/*/*.h tests/unit/*/*.h tests/bench/*.h)

# What core/ must not do: include the program, a database or YAML; print, exit, read the
# environment. Names are matched as whole words, so that snprintf and vib_exit pass.
includes='^[[:space:]]*#[[:space:]]*include[[:space:]]*["<]([^">]*/)?(runner/|sqlite3\.h|yaml\.h)'
calls='(v?f?printf|v?dprintf|puts|fputs|fputc|putc|putchar|perror|psignal|system'
calls+='|exit|_exit|_Exit|quick_exit|abort|(secure_)?getenv|setenv|putenv|unsetenv)[[:space:]]*\('
forbidden="$includes|(^|[^A-Za-z0-9_])($calls|(stdin|stdout|stderr|environ)([^A-Za-z0-9_]|\$))"

# Succeeds when the files keep to the rules, else prints the lines that do not.
keeps_wall() {
    ! grep -nE "$forbidden" "$@"
}

stands_alone() {
    # shellcheck disable=SC2086 # CC may be several words
    $CC -std=c11 -D_GNU_SOURCE -I. -fsyntax-only -x c "$1"
}

# Each must be noticed, one at a time.
wrong_lines=(
    '#include "runner/store/store.h"'
    '  #  include "../runner/store.h"'
    '#include <sqlite3.h>'
    '#include "yaml.h"'
    'printf("x");'
    'return vfprintf (out, f, a);'
    'fprintf(f, "x");'
    'puts("x");'
    'perror("x");'
    'if (x) exit(1);'
    '_exit(1);'
    'abort();'
    'x = getenv("HOME");'
    'fwrite(x, 1, 1, stdout);'
    'FILE *f = stderr;'
)
right_lines='#include "core/error.h"
#include <stdio.h>
snprintf(x, n, "y"); vsnprintf(x, n, f, a);
vib_exit(1); on_abort(); my_getenv(); int stdouts, printf_count;'

notices() {
    printf 'int x;\n%s\nint y;\n' "$1" >"$TMPDIR/wrong.c"
    ! keeps_wall "$TMPDIR/wrong.c"
}

lets_pass() {
    printf '%s\n' "$right_lines" >"$TMPDIR/right.c"
    keeps_wall "$TMPDIR/right.c"
}

notices_needy_header() {
    printf 'size_t f(void);\n' >"$TMPDIR/needy.h"
    ! stands_alone "$TMPDIR/needy.h"
}

TMPDIR=$(mktemp -d)
trap 'rm -rf "$TMPDIR"' EXIT

check 'core/ has files' test -e core/error.c
check 'core/ keeps the wall' keeps_wall "${core[@]}"
check 'allowed lines pass' lets_pass
for line in "${wrong_lines[@]}"; do
    check "noticed: $line" notices "$line"
done
for header in "${headers[@]}"; do
    check "$header compiles alone" stands_alone "$header"
done
check 'noticed: a header that needs another' notices_needy_header
done_testing
