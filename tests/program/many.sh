#!/bin/bash
# Many tiny jobs, with a trainer that does nothing: the runner alone, killed in the middle.
# shellcheck disable=SC2317 # functions are called by name, through check
. tests/tap.sh
. tests/program/common.sh

null=$vib-null
cat >many.yaml <<END
dataset: {name: mixture, dim: 2, classes: 2, n_train: 100, n_test: 100}
train: {epochs: 1}
grid:
  seed: {range: {from: 1, to: 20000, step: 1}}
END

some_done() {
    [ "$(sql many.db "select count(*) from job where state = 'done'" 2>/dev/null || echo 0)" -ge 1000 ]
}
"$null" many.yaml -j 2 -q >/dev/null --db many.db &
victim=$!
check 'thousands are done' until_true 200 some_done
kill -KILL $victim
wait $victim 2>/dev/null
sql many.db "select id, attempts, finished_at from job where state = 'done'" >before
check 'the kill came in the middle' sql_is many.db "select count(*) > 0 from job where state <> 'done'" 1
check 'the sweep continues' "$null" many.yaml -j 2 -q --db many.db
check 'every job is done' sql_is many.db "select state, count(*) from job group by 1" 'done|20000'
kept() {
    sql many.db "select id, attempts, finished_at from job" >after
    [ "$(sort before after | uniq -d | wc -l)" = "$(wc -l <before)" ]
}
check 'what was done was not run again' kept
check 'no job was started more than twice' sql_is many.db "select max(attempts) from job" 2
check 'few were claimed ahead by the killed process' sql_is many.db \
    "select count(*) < 5000 from job where attempts = 2" 1
check 'every job has its rows' sql_is many.db "select count(*) from information_plane" 40000

cd "$root" && done_testing
