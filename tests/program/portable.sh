#!/bin/bash
# Where the system lets no generated code run, OpenBLAS takes the place of libxsmm, and that is said.
# shellcheck disable=SC2317 # functions are called by name, through check
. tests/tap.sh
. tests/program/common.sh

deny=${vib%/*}/deny-exec
[ -x "$deny" ] || skip_all "$vib was built without libxsmm"
"$vib" --version | grep -q libxsmm || skip_all 'libxsmm has nothing for this CPU'
reason=$("$deny" true) || skip_all "$reason"

small_config small.yaml
said='generated code.*OpenBLAS'
library() {
    sql small.db "select count(*) from run where id = $1 and libraries like '%$2%'" | grep -qx 1
}

free() {
    "$vib" small.yaml --db small.db --set beta=0.1 >/dev/null 2>free.err
}
check 'one beta with libxsmm' free
check 'it is recorded' library 1 libxsmm
check 'nothing is said' exits 1 grep -E "$said" free.err

denied() {
    "$deny" "$vib" small.yaml --db small.db >/dev/null 2>denied.err
}
check 'the others with OpenBLAS' denied
check 'it is recorded' library 2 OpenBLAS
check 'and said' grep -E "$said" denied.err
check 'once' test "$(grep -cE "$said" denied.err)" = 1
check 'all are done' sql_is small.db "select state, count(*) from job group by 1" 'done|6'
check 'and finite' sql_is small.db 'select count(*) from result where not (ce between 0 and 100)' 0

bfloat16() {
    exits 78 "$deny" "$vib" small.yaml --db bf16.db --set train.precision=bfloat16 2>bf16.err &&
        grep -q 'train.precision: bfloat16 needs' bf16.err && [ ! -e bf16.db ]
}
check 'bfloat16 is refused at the start' bfloat16
check '--version tells' grep OpenBLAS <("$deny" "$vib" --version)

cd "$root" && done_testing
