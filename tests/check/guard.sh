#!/bin/bash
# Instructions per training step at the shapes of the MNIST model, counted by valgrind: a number that
# a busy machine does not change.
#
# valgrind 3.19 has no AVX-512, and hides it from programs that ask. It computes each fused
# multiply-add in software, so the matrix library is held to AVX, which has none; our own loops,
# where they are few, run as they do on any CPU with AVX2.
# shellcheck disable=SC2317 # functions are called by name, through check
. tests/tap.sh
. tests/program/common.sh

guard=${vib%/*}/steps-guard
export ONEDNN_MAX_CPU_ISA=AVX OPENBLAS_CORETYPE=Sandybridge

command -v valgrind >/dev/null || skip_all 'no valgrind'
build=$("$guard" 0) || case $? in
77) skip_all "$build" ;;
*) echo "Bail out! $guard failed" && exit 1 ;;
esac

# Millions of instructions per step, measured for revision f92fc82 with Debian 12's libraries: ours,
# and all. The counts are exact, but another compiler or library has others. An average of the
# weights that is brought up to date every step instead of every second adds 10 % to ours.
case $build in
*'oneDNN 2.6'*'-O3 -g, gcc 12.'*) today='7.82 313.5' margin=7 ;;
*'oneDNN 2.6'*'-O3 -g, '*'Clang 1'[4-6].*) today='8.57 314.2' margin=7 ;;
*'OpenBLAS 0.3.21'*'-O3 -g, gcc 12.'*) today='8.37 274.6' margin=7 ;;
*'OpenBLAS 0.3.21'*'-O3 -g, '*'Clang 1'[4-6].*) today='8.91 275.1' margin=7 ;;
*-O3*) today='8.91 314.2' margin=30 ;;
*) skip_all "the bounds are those of -O3, not of $build" ;;
esac
read -r ours_today all_today <<<"$today"

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
library='^[0-9]+ (\?\?\?|libdnnl|libopenblas|libgomp|libomp|libstdc)'
grep -vE "$library" step >step.ours

# at_most MILLIONS FILE
at_most() {
    awk -v today="$1" -v margin=$margin '
        { sum += $1 / 1e6 }
        END {
            bound = today * (1 + margin / 100)
            printf "%.3f million instructions per step, at most %.3f\n", sum, bound
            exit !(sum > today / 2 && sum <= bound)
        }' "$2" && return
    head -20 "$2"
    return 1
}
avx2_versions() {
    grep -qE 'update.*(x86_64_v3|avx2)' step.ours && return
    cat step.ours
    return 1
}
check 'our loops ran as they do on a CPU with AVX2' avx2_versions
check 'instructions outside the matrix library' at_most "$ours_today" step.ours
check 'instructions in all' at_most "$all_today" step

cd "$root" && done_testing
