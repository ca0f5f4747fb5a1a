#!/bin/bash
# What the READMEs say of results/reference follows from its files.
# shellcheck disable=SC2317 # functions are called by name, through check
. tests/tap.sh

command -v python3 >/dev/null || skip_all 'no python3'

for claims in table1 order float32 figures fashion gaps family notebook precision engines speed; do
    check "$claims" python3 -B tests/claims.py $claims
done

# A README whose number is another.
noticed() {
    mkdir -p "$TMPDIR/tests" "$TMPDIR/results" && cp tests/claims*.py "$TMPDIR/tests" &&
        cp -r results/reference "$TMPDIR/results" &&
        cp --parents README.md core/README.md "$TMPDIR" &&
        sed -i 's/(p = 0.02)/(p = 0.03)/' "$TMPDIR/results/reference/README.md" &&
        exits 1 python3 -B "$TMPDIR/tests/claims.py" order
}
check 'noticed: a p value that does not follow' noticed
done_testing
