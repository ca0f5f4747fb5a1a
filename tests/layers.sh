#!/bin/bash
# The rooms of the code and their order, the wall around core/, and headers that stand alone.
#
# Circles of calls are looked for in the object files of $BUILD (build/xsmm-gcc).
# shellcheck disable=SC2317 # functions are called by name, through check
. tests/tap.sh

CC=${CC:-gcc}
BUILD=${BUILD:-build/xsmm-gcc}
shopt -s nullglob
core=(core/*.[ch] core/*/*.[ch])
headers=(core/*.h core/*/*.h runner/*.h runner/*/*.h tests/unit/*/*.h tests/bench/*.h)

# Every room and those whose headers it may include, beside its own.
rooms() {
    cat <<'END'
core
core/data core
runner/base core
runner/fetch core runner/base
runner/config core runner/base
runner/store core runner/base runner/config
runner/sweep core core/data runner/base runner/fetch runner/config runner/store
runner/manual core runner/base runner/config
runner/plot core runner/base runner/config runner/store
runner/status core runner/base runner/config runner/store runner/sweep
runner/page core runner/base runner/config runner/store runner/status
runner/forecast core runner/base runner/config runner/store runner/sweep
runner/cluster core core/data runner/base runner/config runner/store runner/sweep
runner core core/data runner/base runner/fetch runner/config runner/store runner/sweep runner/plot runner/status runner/page runner/forecast runner/cluster runner/manual
END
}

# Prints the includes of the files of a room, $1, that are of no room it may include.
wrong_includes() {
    awk -v allowed="$(rooms | grep -E "^$1( |\$)")" '
        BEGIN { n = split(allowed, rooms, " "); for (i = 1; i <= n; i++) ok[rooms[i]] }
        /^[ \t]*#[ \t]*include[ \t]*"/ {
            split($0, part, "\"")
            room = part[2]
            sub(/\/[^\/]*$/, "", room)
            if (!(room in ok)) print FILENAME ": " $0
        }' "${@:2}"
}

# Succeeds when the files include nothing above their room, else prints what they do.
keeps_order() {
    local found
    found=$(wrong_includes "$@")
    [ -z "$found" ] && return
    echo "$found"
    return 1
}

knows_every_room() {
    local folder
    for folder in core core/*/ runner runner/*/; do
        rooms | grep -qE "^${folder%/}( |\$)" || {
            echo "${folder%/} is no room with a place in the order"
            return 1
        }
    done
}

# In runner/ itself there are the program and its commands, no more.
only_commands() {
    ! printf '%s\n' runner/*.c | grep -vE '^runner/(main|cmd_[a-z0-9_]+)\.c$'
}

# Which file includes which, or calls which, as lines of two names.
include_edges() {
    grep -HE '^[[:space:]]*#[[:space:]]*include[[:space:]]*"' "$@" |
        sed -E 's/^([^:]+):[^"]*"([^"]+)".*/\1 \2/'
}

# Object files by name, and what each defines (D) and lacks (U).
call_edges() {
    (cd "$1" && find core runner -name '*.o' -print0 | xargs -0 nm -A -g) | awk '
        { sub(/\.o:/, ".o ") }
        NF == 4 { defined[$4] = $1 }
        NF == 3 && $2 == "U" { lacking[$1 " " $3] }
        END {
            for (pair in lacking) {
                split(pair, part, " ")
                if (part[2] in defined && defined[part[2]] != part[1])
                    print part[1], defined[part[2]]
            }
        }'
}

# Succeeds when lines of two names, from a command, hold no circle.
no_circle() {
    local edges
    edges=$("$@") && [ -n "$edges" ] && tsort <<<"$edges" >/dev/null
}

# What core/ must not do: include a database or YAML; print, exit, read the environment. Names are
# matched as whole words, so that snprintf and vib_exit pass.
includes='^[[:space:]]*#[[:space:]]*include[[:space:]]*["<]([^">]*/)?(runner/|sqlite3\.h|yaml\.h)'
calls='(v?f?printf|v?dprintf|puts|fputs|fputc|putc|putchar|perror|psignal|system'
calls+='|exit|_exit|_Exit|quick_exit|abort|(secure_)?getenv|setenv|putenv|unsetenv)[[:space:]]*\('
forbidden="$includes|(^|[^A-Za-z0-9_])($calls|(stdin|stdout|stderr|environ)([^A-Za-z0-9_]|\$))"

# Succeeds when the files keep to the rules, else prints the lines that do not.
keeps_wall() {
    ! grep -nE "$forbidden" "$@"
}

# SQLite stays behind the store; only --version tells its name elsewhere.
keeps_sqlite() {
    ! grep -nE 'sqlite3' "$@"
}

stands_alone() {
    # shellcheck disable=SC2086 # CC may be several words
    $CC -std=c11 -D_GNU_SOURCE -I. -fsyntax-only -x c "$1"
}

# Each must be noticed, one at a time.
wrong_lines=(
    '#include "runner/store/store.h"'
    '  #  include "../runner/store/store.h"'
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

notices_order() {
    printf '%s\n' "$2" >"$TMPDIR/wrong.c"
    ! keeps_order "$1" "$TMPDIR/wrong.c"
}

notices_circle() {
    ! no_circle printf 'a b\nb c\nc a\n'
}

check 'core/ has files' test -e core/error.c
check 'every room has a place in the order' knows_every_room
check 'runner/ has commands alone' only_commands
while read -r room _; do
    check "$room includes only what is below it" keeps_order "$room" "$room"/*.[ch]
done < <(rooms)
check 'noticed: an include from above' notices_order runner/config '#include "runner/store/store.h"'
check 'noticed: one from beside' notices_order runner/plot '  # include "runner/sweep/job.h"'
check 'noticed: one of no room' notices_order runner/sweep '#include "tests/unit/base/folder.h"'
check 'no header includes itself by way of others' no_circle include_edges core/*.[ch] core/*/*.[ch] runner/*.[ch] \
    runner/*/*.[ch]
if [ -e "$BUILD/core/error.o" ]; then
    check 'no file is called by those it calls' no_circle call_edges "$BUILD"
else
    skip 'no file is called by those it calls' "$BUILD is not built"
fi
check 'noticed: a circle' notices_circle
check 'SQLite stays behind the store' keeps_sqlite runner/*.[ch] runner/config/*.[ch] \
    runner/sweep/*.[ch] runner/plot/*.[ch] runner/forecast/*.[ch] runner/cluster/*.[ch] core/*.[ch] core/*/*.[ch]
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
