#!/bin/bash
# Instructions per training step at the shapes of the MNIST model, counted by valgrind: a number that
# a busy machine does not change.
#
# They are held against guard.bounds beside this, or with RENEW=1 (make renew-guard) written there.
#
# valgrind 3.19 has no AVX-512, and hides it from programs that ask. It computes each fused
# multiply-add in software, 80 times as slowly, so the matrix library is held to AVX, which has
# none; our own loops, where they are few, run as they do on any CPU with AVX2.
# shellcheck disable=SC2317 # functions are called by name, through check
. tests/tap.sh
. tests/program/common.sh

guard=${vib%/*}/steps-guard
bounds=$root/tests/check/guard.bounds
export LIBXSMM_TARGET=snb OPENBLAS_CORETYPE=Sandybridge

command -v valgrind >/dev/null || skip_all 'no valgrind'
build=$("$guard" 0) || case $? in
77) skip_all "$build" ;;
*) echo "Bail out! $guard failed" && exit 1 ;;
esac

[[ $build == *-O3* ]] || skip_all "the bounds are those of -O3, not of $build"

# LIBRARY-VERSION COMPILER-VERSION, as a line of the bounds begins.
key=$(sed -nE 's/^(libxsmm|OpenBLAS) ([0-9.]+).*[ ,](gcc|Clang) ([0-9]+).*/\1-\2 \3-\4/p' <<<"$build")
# For what is not there the greatest, with more room.
read -r margin ours_today all_today < <(awk -v key="$key" '
    /^#/ { next }
    $1 " " $2 == key { known = "7 " $3 " " $4 }
    $3 > ours { ours = $3 }
    $4 > all { all = $4 }
    END { print known != "" ? known : "30 " ours " " all }' "$bounds")

# count STEPS: runs them; leaves lines `INSTRUCTIONS OBJECT FUNCTION` in STEPS.self.
count() {
    valgrind --tool=callgrind --compress-strings=no --compress-pos=no \
        --callgrind-out-file="$1.callgrind" "$guard" "$1" || return 1
    # A line `calls=` is followed by what the callee took, which is counted at the callee.
    awk '
        /^ob=/ { object = substr($0, 4); sub(/.*\//, "", object) }
        /^fn=/ { name = substr($0, 4); gsub(/ /, "_", name) }
        /^calls=/ { getline; next }
        /^[0-9]/ { self[object " " name] += $2 }
        END { for (key in self) printf "%d %s\n", self[key], key }
    ' "$1.callgrind" >"$1.self"
}

# The average of the weights is brought up to date every second step: an even difference.
check 'two steps' count 2
check 'four steps' count 4

# Lines `INSTRUCTIONS OBJECT FUNCTION` per step. An object without a name is code that the library
# made at run time.
awk '
    { key = $2 " " $3 }
    FNR == NR { before[key] = $1; next }
    $1 != before[key] { printf "%.0f %s\n", ($1 - before[key]) / 2, key }
' 2.self 4.self | sort -rn >step
library='^[0-9]+ (\?\?\?|libopenblas)'
grep -vE "$library" step >step.ours

# millions FILE: of instructions, in all.
millions() {
    awk '{ sum += $1 / 1e6 } END { printf "%.2f\n", sum }' "$1"
}

# at_most MILLIONS FILE
at_most() {
    awk -v today="$1" -v sum="$(millions "$2")" -v margin="$margin" '
        BEGIN {
            bound = today * (1 + margin / 100)
            printf "%.2f million instructions per step, at most %.2f\n", sum, bound
            exit !(sum > today / 2 && sum <= bound)
        }' && return
    head -20 "$2"
    return 1
}
avx2_versions() {
    grep -qE 'update.*(x86_64_v3|avx2)' step.ours && return
    cat step.ours
    return 1
}
renew() {
    [ -n "$key" ] &&
        { grep -v "^$key " "$bounds" && echo "$key $(millions step.ours) $(millions step)"; } >new &&
        cat new >"$bounds"
}
check 'our loops ran as they do on a CPU with AVX2' avx2_versions
if [ -n "${RENEW-}" ]; then
    check "$key: $(millions step.ours) ours, $(millions step) in all" renew
else
    check 'instructions outside the matrix library' at_most "$ours_today" step.ours
    check 'instructions in all' at_most "$all_today" step
fi

cd "$root" && done_testing
