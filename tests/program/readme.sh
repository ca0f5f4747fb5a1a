#!/bin/bash
# README shows the table that the quick start prints, but for what another CPU or compiler rounds
# otherwise: half a point of an error, 1 % or a hundredth of a bit of information.
# shellcheck disable=SC2317 # functions are called by name, through check
. tests/tap.sh
. tests/program/common.sh

# The rows below the table's heading: beta, K, two errors in per cent, two bounds in bits.
rows() {
    awk '/I\(Z;X\) <= bits +I\(Z;Y\) >= bits/ { inside = 1; next }
         inside && NF != 6 { exit }
         inside { print $1, $2, $3, $4, $5, $6 }' "$1"
}
# near TABLE TABLE: the same points, with nearly the same results.
near() {
    paste -d ' ' "$1" "$2" | awk '
        function far(a, b, allowed) { return a - b > allowed || b - a > allowed }
        NF != 12 || $1 != $7 || $2 != $8 || far($3, $9, 0.5) || far($4, $10, 0.5) ||
            far($5, $11, 0.01 + 0.01 * $11) || far($6, $12, 0.01 + 0.01 * $12) { print; bad = 1 }
        END { exit bad || NR == 0 }'
}

"$vib" "$root/configs/quickstart.yaml" --db quickstart.db -q >printed 2>err || cat err
rows printed >now
rows "$root/README.md" >shown
check 'the quick start prints ten points' test "$(wc -l <now)" = 10
check 'README shows the same' near shown now
sed '3s/ [0-9.]*$/ 9/' shown >other
check 'noticed: another number' exits 1 near other now

cd "$root" && done_testing
