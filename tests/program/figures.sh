#!/bin/bash
# What figures say at the edge of what they can show: that no job is lost without a word, that nothing
# hides another, that a legend has what is drawn and axes have their labels.
# shellcheck disable=SC2317 # functions are called by name, through check
. tests/tap.sh
. tests/program/common.sh

command -v gnuplot >/dev/null || skip_all 'no gnuplot: install the Debian package gnuplot-nox'

small_config small.yaml 2
check 'a sweep' "$vib" small.yaml -q --db small.db
check 'a sweep of two methods' "$vib" small.yaml -q --db methods.db --set K=4 --set beta=1e-3 \
    --set 'seed=[0, 1, 2]' --set 'method=[vib, deterministic]'

single_evaluations() {
    "$vib" plot small.db -f trajectory --script >script 2>notes && [ "$(wc -l <notes)" = 1 ] &&
        grep -q '^vib-sweep: trajectory shows single points: .*evaluate.every=1' notes
}
check 'that each job was evaluated once is told' single_evaluations
several_evaluations() {
    "$vib" small.yaml -q --db every.db --set evaluate.every=1 --set K=2 --set beta=1e-3 &&
        "$vib" plot every.db -f trajectory --script >script 2>notes && [ ! -s notes ]
}
check 'not of several times' several_evaluations
rm script

# changed DB SQL: the script of every figure of a changed copy of DB, as FIGURE.gp; gnuplot draws them
# as FIGURE.svg, and has nothing to remark. What is said, but that, is in notes.
changed() {
    local figure
    rm -f changed.db notes
    sqlite3 "$1" 'VACUUM INTO "changed.db"' && sql changed.db "$2" || return 1
    for figure in error-beta plane rate-beta residual trajectory table1; do
        "$vib" plot changed.db --figure "$figure" --script -o "$figure.gp" 2>>notes &&
            LC_ALL=C.UTF-8 gnuplot -d "$figure.gp" >remarks 2>&1 || return 1
        cat remarks
        [ ! -s remarks ] || return 1
    done
    sed -i '/ trajectory shows single points/d' notes && cat notes
}
# value NAME FIGURE.gp: what the script sets NAME to.
value() {
    sed -n "s/^$1 = //p; s/^set $1 //p" "$2" | head -n 1
}
# range AXIS FIGURE.gp: both ends.
range() {
    value "$1range" "$2" | tr -d '[]:'
}
# range_holds AXIS FIGURE.gp X...
range_holds() {
    local low high x
    read -r low high < <(range "$1" "$2")
    echo "$1 of $2: $low to $high"
    for x in "${@:3}"; do
        awk -v x="$x" -v low="$low" -v high="$high" 'BEGIN { exit !(low < x && x < high) }' || return 1
    done
}
in_legend() {
    grep -q "keyentry.*'$2'" "$1"
}
not_in_legend() {
    ! in_legend "$@"
}

# --- every job is shown, or its loss is told ---

low_points() {
    changed small.db "UPDATE result SET izy_lower = -2.15, izy_lower_se = 0.01" &&
        [ ! -s notes ] && range_holds y plane.gp -2.15
}
check 'a bound on I(Z;Y) below -H(Y) is in the plane' low_points
lost_points() {
    changed small.db "UPDATE result SET izy_lower = -50 WHERE job = 1 AND split = 'test';
                      UPDATE epoch SET izy_lower = -50 WHERE job = 1 AND split = 'test'" &&
        grep -qx 'vib-sweep: plane leaves out 1 of 12 points, whose I(Z;Y) is below -10 bits' notes &&
        grep -qx 'vib-sweep: trajectory leaves out 1 of 12 evaluations, whose .* -10 bits' notes
}
check 'one far below is told' lost_points
one_class() {
    changed small.db 'UPDATE result SET h_y = 0, izy_lower = -3; UPDATE epoch SET izy_lower = -3' &&
        [ ! -s notes ] && range_holds y plane.gp -3 0 && range_holds y trajectory.gp -3 0
}
check 'H(Y) of 0 can be drawn' one_class
nothing_learned() {
    changed small.db 'UPDATE result SET h_y = 0, izy_lower = 0, izx_upper = 0;
                      UPDATE epoch SET izy_lower = 0, izx_upper = 0; UPDATE bound SET bits = 0, se = 0'
}
check 'and all bits of 0' nothing_learned
no_errors() {
    changed methods.db 'UPDATE result SET error = 0, error_mc = 0'
}
check 'and all errors of 0' no_errors
collapsed() {
    changed small.db "UPDATE result SET izx_upper = 1e-4 WHERE job = 1" &&
        [ "$(value least rate-beta.gp)" = 0.01 ] && grep -q '>≤ 10<' rate-beta.svg
}
check 'a rate of next to nothing stands at the beginning of its axis' collapsed

# --- nothing hides another ---

# heights FIGURE.gp: how many the rings of each bar have.
heights() {
    awk '/^\$seeds/ { inside = 1; next } /^EOD/ { inside = 0 }
         inside && !/^#/ { print $1, $3 }' "$1" | sort -u | cut -d ' ' -f 1 | uniq -c | xargs
}
rings_stand_apart() {
    changed methods.db "UPDATE result SET error_mc = 0.25" &&
        heights table1.gp && [ "$(heights table1.gp)" = '3 0 3 1' ]
}
check 'seeds of equal errors are as many rings' rings_stand_apart
near_rings() {
    # The first and the last of three are farther apart than a ring is wide, neighbours are not.
    changed methods.db "UPDATE result SET error_mc = 0.25 + job % 3 * 0.003" &&
        [ "$(heights table1.gp)" = '3 0 3 1' ] &&
        changed methods.db "UPDATE result SET error_mc = 0.25 + job % 3 * 0.02" &&
        [ "$(heights table1.gp)" = '1 0 1 1' ]
}
check 'seeds of nearly equal errors, too' near_rings
train_and_test() {
    changed small.db 'UPDATE result SET error = 0.5, error_mc = 0.5' &&
        awk -v apart="$(value apart error-beta.gp)" 'BEGIN { exit !(apart > 1.02) }'
}
check 'train stands beside test' train_and_test

# --- legends ---

legends() {
    changed small.db 'UPDATE result SET izy_lower_se = 0.1' &&
        in_legend plane.gp 'time sharing' && in_legend plane.gp '95 % interval over examples' &&
        not_in_legend table1.gp '95 % interval' && not_in_legend error-beta.gp '95 % interval.*' &&
        changed small.db 'UPDATE result SET izy_lower_se = 1e-4; DELETE FROM result WHERE job <> 1;
                          DELETE FROM job WHERE id <> 1' &&
        not_in_legend plane.gp 'time sharing' && not_in_legend plane.gp '95 % interval.*' &&
        changed methods.db 'SELECT 1' && in_legend table1.gp '95 % interval' &&
        in_legend error-beta.gp '95 % interval over seeds'
}
check 'legends have what is drawn, and nothing else' legends

error_at_the_mean() {
    changed small.db 'SELECT 1' && in_legend error-beta.gp 'train, z at its mean' &&
        in_legend error-beta.gp 'test, z at its mean' &&
        changed small.db 'UPDATE result SET error_mu = NULL' && ! grep -q 'at its mean' error-beta.gp
}
check 'the error at the mean where it was measured' error_at_the_mean
re_of_ceb() {
    changed small.db 'SELECT 1' && in_legend residual.gp 'tightest lower bound' &&
        not_in_legend residual.gp 'Re, .*' && changed small.db 'UPDATE result SET izx_y_upper = 3' &&
        in_legend residual.gp 'Re, .*'
}
check 'Re where it was measured' re_of_ceb

# Data in one piece have no test split.
without_test() {
    local figure
    changed small.db "DELETE FROM result WHERE split = 'test' AND job <> 1;
                      DELETE FROM epoch WHERE split = 'test' AND job <> 1" &&
        grep -qx 'vib-sweep: 5 jobs without a test error left out' notes &&
        in_legend plane.gp 'test' && grep -q '^h_y = [0-9]' plane.gp &&
        sql changed.db "DELETE FROM result WHERE split = 'test'; DELETE FROM epoch WHERE split = 'test'" &&
        for figure in error-beta plane rate-beta residual trajectory; do
            "$vib" plot changed.db --figure $figure --script -o $figure.gp &&
                ! grep -q "keyentry.*'test\|, test'" $figure.gp && grep -q "keyentry.*'train\|, train'" $figure.gp || return 1
        done && grep -q '^h_y = [0-9]' plane.gp && in_legend plane.gp 'lower to upper bound' &&
        exits 66 "$vib" plot changed.db --figure table1 -o none.svg 2>none.err &&
        grep -q 'none of the finished jobs .* has a test error' none.err
}
check 'data without a test split: no figure speaks of one' without_test

# --- axes and labels ---

one_beta() {
    changed small.db 'DELETE FROM result WHERE job <> 1; DELETE FROM job WHERE id <> 1' &&
        [ "$(range x error-beta.gp | xargs)" = '6.25e-05 0.016' ] &&
        [ "$(range cb plane.gp | xargs)" = '0.0001 0.01' ]
}
check 'a single beta is in the middle of two decades' one_beta
# The text that stands at the beginning of the axis of errors.
first_tic() {
    changed small.db "UPDATE result SET error = $1, error_mc = $1;
                      UPDATE result SET error = 1.6 * $1, error_mc = 1.6 * $1 WHERE split = 'test'" &&
        grep -q "<text><tspan[^>]*> *$2</tspan></text>" error-beta.svg
}
check 'an axis that begins at 10 says so' first_tic 0.15 10
check 'or at 0.02' first_tic 0.00025 0.02
# left FIGURE.gp: pixels beside the first panel's vertical axis.
left() {
    awk '/^set terminal/ { sub(/.*size /, ""); width = $1 + 0 }
         /^set lmargin/ { print $5 * width; exit }' "$1"
}
room_for_the_title() {
    changed small.db "UPDATE result SET error = 0, error_mc = 0;
                      UPDATE result SET error = 0.01, error_mc = 0.01 WHERE split = 'test' OR job = 1;
                      UPDATE result SET error = 1e-5, error_mc = 1e-5 WHERE split = 'train'" &&
        grep -q '>≤ 0.1<' error-beta.svg && left error-beta.gp &&
        awk -v left="$(left error-beta.gp)" 'BEGIN { exit !(left > 90) }'
}
check 'a wide label does not push the title of the axis out' room_for_the_title
whole_names() {
    changed small.db "UPDATE setting SET dataset_name = iif(K = 2, 'fashion-mnist <&>',
                      'a data set whose name is as long as names can be, 63 characters')" &&
        grep -q "'VIB, β = 0.001, K = 2,'.*'dataset.name = fashion-mnist <&>'" table1.gp &&
        grep -q "63 characters'" table1.gp && ! grep -q 'beta = ' table1.gp &&
        grep -q '&lt;&amp;' table1.svg
}
check 'names are whole' whole_names
near_betas() {
    changed small.db "UPDATE setting SET beta = 0.1 + (job % 3) * 1e-6" &&
        grep -q "'VIB, β = 0.100002, K = 2'" table1.gp && grep -q "'VIB, β = 0.1, K = 4'" table1.gp
}
check 'betas that differ look different' near_betas

cd "$root" && done_testing
