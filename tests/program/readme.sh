#!/bin/bash
# README shows the table that the quick start prints, but for what another CPU or compiler rounds
# otherwise: half a point of an error, 1 % or two hundredths of a bit of information. READMEs name commands,
# options and keys that there are.
# shellcheck disable=SC2317 # functions are called by name, through check
. tests/tap.sh
. tests/program/common.sh

# The rows below the table's heading: beta, K, two errors in per cent, three bounds in bits.
rows() {
    awk '/I\(Z;X\) >= +I\(Z;X\) <= +I\(Z;Y\) >=/ { inside = 1; next }
         inside && NF != 7 { exit }
         inside { print $1, $2, $3, $4, $5, $6, $7 }' "$1"
}
# near TABLE TABLE: the same points, with nearly the same results.
near() {
    paste -d ' ' "$1" "$2" | awk '
        function far(a, b, allowed) { return a - b > allowed || b - a > allowed }
        function bits_far(a, b) { return far(a, b, 0.02 + 0.01 * b) }
        NF != 14 || $1 != $8 || $2 != $9 || far($3, $10, 0.5) || far($4, $11, 0.5) ||
            bits_far($5, $12) || bits_far($6, $13) || bits_far($7, $14) { print; bad = 1 }
        END { exit bad || NR == 0 }'
}

"$vib" "$root/configs/quickstart.yaml" --db quickstart.db -q >printed 2>err || cat err
rows printed >now
rows "$root/README.md" >shown
check 'the quick start prints ten points' test "$(wc -l <now)" = 10
check 'README shows the same' near shown now
sed '3s/ [0-9.]*$/ 9/' shown >other
check 'noticed: another number' exits 1 near other now

# Commands of vib-sweep in the READMEs, with the options behind each in its line, and the keys of --set.
documents=("$root"/README.md "$root"/*/README.md)
named_commands() {
    grep -ohE 'vib-sweep [a-z]+( |`|$)' "${documents[@]}" | tr -d '`' | awk '{ print $2 }' | sort -u
}
named_keys() {
    grep -ohE -- "--set '?[A-Za-z_.]+=" "${documents[@]}" | sed -E "s/--set '?//; s/=//" | sort -u
}
is_command() {
    "$vib" "$1" --help >help && grep -q "^usage: vib-sweep $1" help
}
is_key() {
    "$vib" keys | grep -q "^${1//./\\.}: "
}
check 'commands are found' test "$(named_commands | wc -l)" -ge 6
for command in $(named_commands); do
    check "vib-sweep $command" is_command "$command"
done
check 'noticed: a command that is none' exits 64 is_command train
check 'keys are found' test "$(named_keys | wc -l)" -ge 10
for key in $(named_keys); do
    check "--set $key" is_key "$key"
done

cd "$root" && done_testing
