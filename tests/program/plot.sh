#!/bin/bash
# Figures: that each is drawn in each format, that what it shows is what the database holds, and that
# whatever goes wrong is one sentence and leaves no half a file.
# shellcheck disable=SC2317 # functions are called by name, through check
. tests/tap.sh
. tests/program/common.sh

command -v gnuplot >/dev/null || skip_all 'no gnuplot: install the Debian package gnuplot-nox'

small_config small.yaml 2
sweep() {
    "$vib" small.yaml -q "$@" >/dev/null
}
check 'a sweep of 12 jobs that keeps codes' sweep --db small.db --set model.covariance=full \
    --set 'seed=[0, 1]' --set save.codes=200
check 'a sweep of every method' sweep --db methods.db --set K=4 --set beta=1e-3 \
    --set 'seed=[0, 1, 2]' \
    --set 'method=[vib, deterministic, dropout, confidence_penalty, label_smoothing]'
check 'a sweep of two lengths of training' sweep --db lengths.db --set K=2 --set 'seed=[0, 1]'
check 'that goes on with another' sweep --db lengths.db --set K=2 --set 'seed=[0, 1]' \
    --set train.epochs=3

# plot DB FIGURE ARGUMENTS...
plot() {
    "$vib" plot "$1" --figure "$2" "${@:3}"
}

# --- every figure, in every format ---

starts_with() {
    [ "$(head -c "${#2}" "$1")" = "$2" ] && return
    head -c 80 "$1"
    return 1
}
no_temporary_files() {
    ! compgen -G '*.tmp'
}
draws() {
    plot "$1" "$2" -o "$2.svg" && plot "$1" "$2" -o "$2.png" && plot "$1" "$2" -o "$2.pdf" &&
        starts_with "$2.svg" '<?xml' && [ "$(tail -n 2 "$2.svg" | head -n 1)" = '</svg>' ] &&
        starts_with "$2.png" $'\x89PNG' && starts_with "$2.pdf" '%PDF-1' && no_temporary_files
}
# The script alone makes the same bytes in another locale, and gnuplot has nothing to remark.
draws_by_script() {
    mkdir -p by-script
    plot "$1" "$2" --script -o "$2.gp" && plot "$1" "$2" --script | cmp - "$2.gp" || return 1
    (cd by-script && LC_ALL=C.UTF-8 gnuplot -d "../$2.gp" >words 2>&1) || return 1
    cat by-script/words
    [ ! -s by-script/words ] && cmp "by-script/$2.svg" "$2.svg"
}
for figure in error-beta plane rate-beta residual codes trajectory; do
    check "$figure" draws small.db "$figure"
    check "$figure by its script" draws_by_script small.db "$figure"
done
check table1 draws methods.db table1
check 'table1 by its script' draws_by_script methods.db table1

# --- the numbers ---

# rows FILE BLOCK INDEX: a data block of a script, or its part of that index.
rows() {
    awk -v name="\$$2 << EOD" -v wanted="${3-}" '
        $0 == "EOD" { inside = 0 }
        inside && /^# panel/ { index_++ }
        inside && !/^#/ && NF > 0 && (wanted == "" || index_ == wanted + 1) { print }
        $0 == name { inside = 1; index_ = 0 }' "$1"
}
# agree A B: the same numbers but for the sixth digit.
agree() {
    paste -d ' ' "$1" "$2" | awk '
        NF == 0 || NF % 2 { print "lines: " $0; bad = 1 }
        { for (i = 1; i <= NF / 2; i++) {
              a = $i; b = $(i + NF / 2)
              d = a - b; if (d < 0) d = -d
              if (a == "NaN" || b == "NaN" ? a != b : !(d <= 2e-5 * (b < 0 ? -b : b) + 1e-12)) {
                  print "got " $i ", wanted " $(i + NF / 2) ": " $0; bad = 1 } } }
        END { exit bad || NR == 0 }'
}
# Two seeds: the mean is (a + b) / 2, half its 95 % interval t (1) |a - b| / 2.
mean_and_interval() {
    echo "avg($1), 12.7062 * (max($1) - min($1)) / 2"
}
points_agree() {
    sqlite3 -separator ' ' small.db "
        SELECT beta, count(*), $(mean_and_interval error), $(mean_and_interval error_mc),
               $(mean_and_interval izx_upper), $(mean_and_interval izy_lower),
               avg(izx_lower), $(mean_and_interval izx_upper_tight), $(mean_and_interval error_mu),
               avg(izx_y_lower), $(mean_and_interval izx_y_upper_tight), 'NaN', 'NaN'
        FROM information_plane WHERE K = $1 AND split = '$2' GROUP BY beta ORDER BY beta" >wanted
    rows plane.gp points "$3" >got
    [ "$(wc -l <got)" = 3 ] && agree got wanted
}
check 'means and intervals, K = 2, train' points_agree 2 train 0
check 'means and intervals, K = 2, test' points_agree 2 test 1
check 'means and intervals, K = 4, train' points_agree 4 train 2
check 'means and intervals, K = 4, test' points_agree 4 test 3

one_seed() {
    sqlite3 -separator ' ' small.db "
        SELECT beta, 1, error, 'NaN', error_mc, 'NaN', izx_upper, 'NaN', izy_lower,
               1.96 * izy_lower_se, izx_lower, izx_upper_tight, 'NaN', error_mu, 'NaN',
               izx_y_lower, izx_y_upper_tight, 'NaN', 'NaN', 'NaN' FROM information_plane
        WHERE K = 4 AND seed = 1 AND split = 'test' ORDER BY beta" >wanted
    plot small.db plane --K 4 --only seed=1 --script >one.gp && rows one.gp points 1 >got &&
        agree got wanted
}
check 'a single seed has the interval of its examples' one_seed

bounds_are_on_their_sides() {
    rows plane.gp points | awk '!($11 <= $12 && $12 <= $7 && $16 <= $17) { print; bad = 1 }
                                END { exit bad || NR != 12 }'
}
check 'lower bound <= upper bound <= rate' bounds_are_on_their_sides

# Straight in bits: of the 16 parts of a chord the eighth ends in its middle.
chords_join_points() {
    rows plane.gp points 1 | awk '
        NR > 1 { print (x + $12) / 2, (y + $9) / 2 }
        { x = $12; y = $9; print x, y }' >wanted
    rows plane.gp chords 1 | awk 'NR % 8 == 1' >got
    [ "$(rows plane.gp chords | wc -l)" = $((4 * 33)) ] && agree got wanted
}
check 'the points of the plane are joined by straight lines' chords_join_points

# first_tic FIGURE.gp: the label at the beginning of the axis of errors.
first_tic() {
    grep '^set ytics' "$1" | grep -o "'[^']*'" | head -n 1
}
no_error_is_lost() {
    sweep --db easy.db --set K=2 --set 'beta=[1e-3, 100]' --set dataset.separation=100 \
        --set train.lr=1e-2 --set train.epochs=20 &&
        sql_is easy.db "select min(error_mc) = 0, max(error_mc) > 0.5 from information_plane" '1|1' &&
        plot easy.db error-beta --script -o easy.gp && [ "$(first_tic easy.gp)" = "'0'" ] &&
        first_tic error-beta.gp | grep -qx "'[125]0*'"
}
check 'errors of 0 stand at the beginning of their axis' no_error_is_lost
little_errors_are_told() {
    # One of the 2000 training examples, and 8 % of the test examples.
    cp easy.db little.db && sql little.db "update result set
            error = iif(split = 'train', 0.0005, 0.08), error_mc = iif(split = 'train', 0.0005, 0.08)" &&
        plot little.db error-beta --script -o little.gp && [ "$(first_tic little.gp)" = "'≤ 0.5'" ]
}
check 'and others below it are told as such' little_errors_are_told
# Of three seeds one has an error, and their mean is below every job's error that is not 0.
means_are_told() {
    sweep --db mean.db --set K=2 --set beta=0.1 --set 'seed=[0, 1, 2]' --set train.epochs=1 &&
        sql mean.db "update result set error = (job = 1) * 0.02, error_mc = (job = 1) * 0.02
            where split = 'train'; update result set error = 0.02, error_mc = 0.02
            where split = 'test'" && plot mean.db error-beta --script -o mean.gp &&
        [ "$(first_tic mean.gp)" = "'0.5'" ] &&
        rows mean.gp points 0 | awk '{ exit !($3 > 0.006 && $3 < 0.007) }'
}
check 'means over seeds decide' means_are_told
all_wrong() {
    sql mean.db 'update result set error = 1, error_mc = 1' && plot mean.db error-beta -o wrong.svg
}
check 'nothing but errors can be drawn' all_wrong
# The axis of bits holds the bounds, which may all be far below the rates.
bounds_are_shown() {
    plot small.db rate-beta --K 2 --only seed=0 --script >bits.gp &&
        rows bits.gp points | tr ' ' '\n' | awk 'NR % 20 == 7 || NR % 20 == 11 || NR % 20 == 12' |
        sort -g >bits && sed -n '1p;$p' bits && grep -E '^least|^set yrange' bits.gp >axis &&
        cat axis && awk 'FILENAME == "bits" { if (FNR == 1) low = $1; high = $1 }
            /^least/ { least = $3 } /^set yrange/ { most = $7 + 0 }
            END { exit !(least > 0 && least < low && most > high) }' bits axis
}
check 'the axis of bits begins below all bounds' bounds_are_shown

# epochs_agree FIGURE.gp SEED
epochs_agree() {
    sqlite3 -separator ' ' small.db "
        SELECT beta, epoch.epoch, epoch.izx_upper, epoch.izy_lower
        FROM epoch JOIN information_plane USING (job, split)
        WHERE K = 2 AND seed = $2 AND split = 'test' ORDER BY job, epoch.epoch" >wanted
    rows "$1" test_epochs 0 >got && agree got wanted &&
        awk '$2 == 2 { print $1, $3, $4 }' wanted >last && rows "$1" ends 0 >got && agree got last
}
check 'the trajectory is that of the first seed' epochs_agree trajectory.gp 0
selected_trajectory() {
    plot small.db trajectory --only seed=1 --script >second.gp && epochs_agree second.gp 1
}
check 'or of the first that is selected' selected_trajectory

methods_agree() {
    sqlite3 -separator ' ' methods.db "
        WITH place (method, row) AS (VALUES ('deterministic', 0), ('dropout', 1),
            ('confidence_penalty', 2), ('label_smoothing', 3), ('vib', 4)),
        mean AS (SELECT method, avg(100 * error_mc) AS m FROM information_plane
                 WHERE split = 'test' GROUP BY method)
        SELECT row, m, 4.3027 * sqrt(sum((100 * error_mc - m) * (100 * error_mc - m)) / 2 / 3), 'NaN',
               method = 'vib' FROM information_plane JOIN place USING (method) JOIN mean USING (method)
        WHERE split = 'test' GROUP BY method ORDER BY row" >wanted
    rows table1.gp bars >got && agree got wanted && [ "$(rows table1.gp seeds | wc -l)" = 15 ]
}
check 'methods in the order of Table 1, with their intervals' methods_agree
one_seed_of_methods() {
    sqlite3 -separator ' ' methods.db "
        SELECT 100 * error_mc FROM information_plane
        WHERE split = 'test' AND seed = 2 ORDER BY 1" >wanted
    plot methods.db table1 --only seed=2 --script >second.gp &&
        rows second.gp bars | cut -d ' ' -f 2 | sort -g >got && agree got wanted &&
        rows second.gp seeds | cut -d ' ' -f 2 | sort -g >got && agree got wanted &&
        [ "$(rows second.gp bars | awk '$3 == "NaN"' | wc -l)" = 5 ] &&
        [ "$(grep -c "(1 seed)'" second.gp)" = 5 ]
}
check 'a seed that is selected has no interval' one_seed_of_methods

# --- several objectives ---

cat >family.yaml <<'END'
name: family
dataset: {name: mixture, dim: 8, classes: 4, n_train: 1000, n_test: 200}
model: {hidden: [16], components: 4}
train: {epochs: 3, lr: 3e-3}
evaluate: {every: 3, samples: 4}
K: 2
grid:
  seed: [0, 1]
  zip:
    method: [vib, vib, vib, vib, vib, vib, ceb, ceb, nonlinear_ib, nonlinear_ib]
    beta: [0.01, 0.1, 1e-3, 1e-2, 0.01, 0.1, 1, 1, 0.01, 0.1]
    train.gamma: [1, 1, 1, 1, 1, 1, 0.03, 0.3, 1, 1]
    train.rate_function: [linear, linear, power, power, linear, linear, linear, linear, linear, linear]
    model.marginal: [standard, standard, standard, standard, mixture, mixture, standard, standard, standard, standard]
    model.noise: [learned, learned, learned, learned, learned, learned, learned, learned, fixed, fixed]
END
five_objectives() {
    "$vib" family.yaml -q --db family.db --set save.codes=20 >/dev/null
}
check 'a sweep of five objectives' five_objectives
# The script draws the same, and gnuplot has nothing to remark.
draws_objectives() {
    plot family.db "$1" --script -o "family-$1.gp" && plot family.db "$1" -o "family-$1.svg" &&
        (cd by-script && LC_ALL=C.UTF-8 gnuplot -d "../family-$1.gp" >words 2>&1) &&
        [ ! -s by-script/words ] && cmp "by-script/$1.svg" "family-$1.svg"
}
for figure in error-beta plane rate-beta residual trajectory; do
    check "$figure of them" draws_objectives $figure
done
# names FIGURE.gp: those of series in the legend, from above.
names() {
    grep -o "keyentry with linespoints linestyle 1[1-8] title '[^']*'" "$1" | cut -d "'" -f 2 | paste -sd '|'
}
names_are_told() {
    local figure
    for figure in error-beta plane rate-beta residual; do
        [ "$(names "family-$figure.gp")" = 'VIB|VIB, power|VIB, mixture|CEB|nonlinear IB' ] || return 1
    done
    grep -q "xlabel 'β (γ of CEB)'" family-residual.gp &&
        grep -q "'K = 2'.*'CEB'" family-trajectory.gp
}
check 'in one panel for each split, by names' names_are_told
# Rows of CEB: the fourth of five series.
of_ceb() {
    sqlite3 -separator ' ' family.db "
        SELECT train_gamma, count(*), $(mean_and_interval error), $(mean_and_interval error_mc),
               'NaN', 'NaN', $(mean_and_interval izy_lower), avg(izx_lower),
               $(mean_and_interval izx_upper_tight), $(mean_and_interval error_mu), avg(izx_y_lower),
               $(mean_and_interval izx_y_upper_tight), $(mean_and_interval izx_y_upper)
        FROM information_plane WHERE method = 'ceb' AND split = 'test'
        GROUP BY train_gamma ORDER BY train_gamma" >wanted
    rows family-residual.gp points 7 >got && [ "$(wc -l <got)" = 2 ] && agree got wanted
}
check 'CEB stands at its gamma, with its bounds on I(X;Z|Y)' of_ceb
one_of_them() {
    plot family.db plane --only method=ceb --script -o ceb.gp && grep -q "set label 1 'γ'" ceb.gp &&
        [ "$(rows ceb.gp points 1 | cut -d ' ' -f 1 | xargs)" = '0.03 0.3' ] &&
        plot family.db codes --only method=ceb --script | grep -q "'γ = 0.03'"
}
check 'CEB alone is coloured by gamma' one_of_them
no_path() {
    plot family.db trajectory --script 2>err >/dev/null && cat err &&
        grep -q 'leaves out 4 points, which have no rate: .*evaluate.bounds_every' err
}
check 'where there is no rate, and no bounds along the way, that is told' no_path
beside_a_K() {
    "$vib" family.yaml -q --db wide.db --set K=3 --set seed=0 >/dev/null && cp family.db both.db &&
        "$vib" merge both.db wide.db >/dev/null 2>&1 &&
        sql both.db "UPDATE job SET state = 'pending' WHERE id IN (
                         SELECT job FROM setting WHERE K = 3 AND method <> 'ceb')" &&
        plot both.db residual --script -o residual.gp && (cd by-script && gnuplot -d ../residual.gp 2>&1) &&
        [ "$(rows residual.gp points 17 | wc -l)" = 2 ] && rows residual.gp points 11 | grep -q '^NaN' &&
        [ "$(grep -c '^split = \|; split = ' residual.gp)" = 4 ]
}
check 'a panel without one of them' beside_a_K
no_bounds() {
    cp small.db without.db && sql without.db 'DELETE FROM bound; UPDATE result SET h_y = NULL, izy_lower = NULL' &&
        exits 66 "$vib" plot without.db --figure residual --script 2>err >/dev/null && cat err &&
        grep -q 'bounds on I(X;Z|Y)' err
}
check 'no bounds on I(X;Z|Y): that is told' no_bounds

# --- codes ---

# first_ellipse FIGURE.gp SEED: every corner of the first ellipse is 5.991 away from its mean, in the metric of its covariance.
first_ellipse() {
    sqlite3 -separator ' ' small.db "
        SELECT json_extract(mu, '\$[0]'), json_extract(mu, '\$[1]'), json_extract(factor, '\$[0]'),
               json_extract(factor, '\$[1]'), json_extract(factor, '\$[2]'), label
        FROM code JOIN information_plane USING (job)
        WHERE K = 2 AND beta = 1e-3 AND seed = $2 AND split = 'test' AND example = 0" >code
    awk 'NR == FNR { for (i = 1; i <= 6; i++) c[i] = $i; next }
         /^\$ellipses/ { inside = 1; next }
         inside && NF == 0 { exit }
         inside { u = ($1 - c[1]) / c[3]; v = ($2 - c[2] - c[5] * u) / c[4]; r = u * u + v * v
                  if (!(r > 5.6 && r < 6.4) || $3 != c[6]) { print $0 ": " r; bad = 1 }; n++ }
         END { exit bad || n < 9 }' code "$1"
}
check 'an ellipse is the 95 % region of its code' first_ellipse codes.gp 0
selected_codes() {
    plot small.db codes --only seed=1 --script >second.gp && first_ellipse second.gp 1
}
check 'also of a seed that is selected' selected_codes
counts_ellipses() {
    # A line that is blank ends each.
    [ "$(awk '/^\$ellipses/ { inside = 1 } /^EOD/ { inside = 0 } inside && NF == 0' codes.gp | wc -l)" = 600 ]
}
check '200 of them for each beta' counts_ellipses

# The entropy at the middle of the first panel, from the decoder.
first_entropy() {
    sqlite3 -separator ' ' small.db "
        SELECT json_extract(weight, '\$[0][' || key || ']'),
               json_extract(weight, '\$[1][' || key || ']'), value
        FROM decoder JOIN information_plane USING (job), json_each(bias)
        WHERE K = 2 AND beta = 1e-3 AND seed = 0 AND split = 'test'" >decoder
    grep -m 1 '^left' codes.gp | tr -d ';' >square
    awk 'FILENAME == "decoder" { w0[++n] = $1; w1[n] = $2; b[n] = $3; next }
         FILENAME == "square" { side = $9; cell = side / 120; x = $3 + 60.5 * cell
                                y = $6 + 60.5 * cell; next }
         /^\$entropy/ { inside = 1; next }
         inside && ++row == 61 { got = $61; exit }
         END { for (i = 0; i < 4; i++) for (j = 0; j < 4; j++) {
                   px = x + cell * ((i + 0.5) / 4 - 0.5); py = y + cell * ((j + 0.5) / 4 - 0.5)
                   sum = 0; h = 0
                   for (c = 1; c <= n; c++) { l[c] = px * w0[c] + py * w1[c] + b[c]; sum += exp(l[c]) }
                   for (c = 1; c <= n; c++) { p = exp(l[c]) / sum; if (p > 0) h -= p * log(p) / log(2) }
                   want += h / 16 }
               d = got - want
               print "got " got ", wanted " want
               exit !(n == 4 && d * d <= 1e-4 * want * want + 1e-10) }' decoder square codes.gp
}
check 'the background is the entropy of the decoder' first_entropy

thousand_codes() {
    sweep --db thousand.db --set K=2 --set beta=1 --set save.codes=1000 --set dataset.n_test=1000 \
        --set train.lr=1e-2 --set train.epochs=8 &&
        plot thousand.db codes -o thousand.svg && [ "$(wc -c <thousand.svg)" -lt 500000 ]
}
check 'a thousand codes are less than 500 kB of SVG' thousand_codes

# --- which jobs ---

no_silent_average() {
    plot lengths.db error-beta --script >lengths.gp && grep -q 'train.epochs = 2' lengths.gp &&
        grep -q 'train.epochs = 3' lengths.gp &&
        [ "$(rows lengths.gp points | awk '$2 == 2' | wc -l)" = 12 ]
}
check 'jobs that differ in more than their seed are not averaged' no_silent_average
selects() {
    plot small.db rate-beta --K 4 --beta 0.01003 --only seed=1 --script >selected.gp &&
        [ "$(rows selected.gp points | cut -d ' ' -f 1,2 | sort -u)" = '0.01 1' ]
}
check '--K, --beta (as printed) and --only' selects
selects_several() {
    plot small.db rate-beta --beta 0.1 --beta 1e-3 --K 4 --script >selected.gp &&
        [ "$(rows selected.gp points 0 | cut -d ' ' -f 1 | xargs)" = '0.001 0.1' ]
}
check 'several values of one key' selects_several
leaves_out_0() {
    sweep --db zero.db --set K=2 --set 'beta=[0, 0.1]' &&
        plot zero.db error-beta --script 2>err >zero.gp && cat err &&
        grep -q '1 job of beta or gamma = 0 left out' err &&
        [ "$(rows zero.gp points | cut -d ' ' -f 1 | sort -u)" = 0.1 ]
}
check 'beta = 0 is left out, with a note' leaves_out_0

# --- what goes wrong ---

# refuses STATUS PATTERN ARGUMENTS...: one line on stderr that matches, and no files.
refuses() {
    local status=$1 pattern=$2
    shift 2
    exits "$status" "$vib" plot "$@" >out 2>err || return 1
    cat err
    [ ! -s out ] && [ "$(wc -l <err)" = 1 ] && grep -qE -- "$pattern" err && no_temporary_files &&
        [ ! -e new.svg ]
}
check 'no such figure: all are named' refuses 64 "error-beta, plane, .*table1, not 'fig9'" \
    small.db --figure fig9 -o new.svg
check 'no figure' refuses 64 '--figure' small.db -o new.svg
check 'no file' refuses 64 '-o FILE' small.db --figure plane
check 'no database' refuses 64 'database' --figure plane -o new.svg
check 'two databases' refuses 64 "'b.db' is one argument too many" small.db b.db --figure plane -o new.svg
check 'another suffix' refuses 64 '\.svg, \.png or \.pdf' small.db --figure plane -o new.jpg
check 'an unknown option' refuses 64 "no option '--colour'" small.db --colour
check 'an unknown key, nearest named' refuses 64 "'betta'.*beta" \
    small.db --figure plane -o new.svg --only betta=1
check 'a wrong value' refuses 64 'K' small.db --figure plane -o new.svg --K two
check '--only without =' refuses 64 'KEY=VALUE' small.db --figure plane -o new.svg --only beta
check 'nothing selected' refuses 66 'no finished job with these values' \
    small.db --figure plane -o new.svg --K 3
check 'codes of K = 4' refuses 66 'K = 2' small.db --figure codes -o new.svg --K 4
check 'no codes kept: how to get them' refuses 66 'save\.codes' \
    lengths.db --figure codes -o new.svg
check 'a figure of VIB without VIB' refuses 66 'table1' \
    methods.db --figure plane -o new.svg --only method=dropout
check 'a missing database' refuses 66 'none.db' none.db --figure plane -o new.svg
check 'a missing folder' refuses 73 'none/new.svg' small.db --figure plane -o none/new.svg
mkdir folder.svg
check 'a folder' refuses 73 'folder' small.db --figure plane -o folder.svg
check 'the database itself' refuses 64 'database itself' \
    small.db --figure plane --script -o small.db

too_many_panels() {
    sweep --db many.db --set 'K=[1, 2, 3, 4, 5, 6, 7]' --set beta=0.1 --set train.epochs=1 &&
        refuses 66 'more than 6 panels.*--K' many.db --figure plane -o new.svg &&
        plot many.db plane -o many.svg --K 1 --K 7
}
check 'more than six panels' too_many_panels

# with_gnuplot TEXT ARGUMENTS...: the program, with a gnuplot that is this shell script.
with_gnuplot() {
    mkdir -p bin
    printf '#!%s\n%s\n' "$BASH" "$1" >bin/gnuplot
    chmod +x bin/gnuplot
    PATH=$PWD/bin "$vib" plot "${@:2}"
}
without_gnuplot() {
    mkdir -p empty
    PATH=$PWD/empty exits 74 "$vib" plot small.db --figure plane -o new.svg 2>err
}
missing_gnuplot() {
    without_gnuplot && cat err && grep -q 'gnuplot-nox.*--script' err && [ ! -e new.svg ] &&
        no_temporary_files
}
check 'a missing gnuplot: package and --script are named' missing_gnuplot
script_without_gnuplot() {
    PATH=$PWD/empty "$vib" plot small.db --figure plane --script | cmp - plane.gp
}
check 'a script needs no gnuplot' script_without_gnuplot
keeps_old() {
    echo old >old.svg
    exits 74 with_gnuplot "$1" small.db --figure plane -o old.svg 2>err || return 1
    cat err
    [ "$(wc -l <err)" = 1 ] && grep -q "$2" err && [ "$(cat old.svg)" = old ] && no_temporary_files
}
check 'a gnuplot that fails: its reason, the old file' keeps_old \
    'echo half; echo "  line 3: no such thing" >&2; echo >&2; exit 1' \
    'gnuplot failed: line 3: no such thing$'
check 'a gnuplot that is killed' keeps_old 'echo half; kill -KILL $$' 'signal 9'
check 'a gnuplot that draws nothing' keeps_old 'exit 0' 'drew nothing'
# It is not gnuplot that finds the disk full: it would not tell.
full_disk() {
    local suffix
    [ -w /dev/full ] || return 1
    for suffix in svg png pdf; do
        ln -s /dev/full "full.$suffix" &&
            exits 74 plot small.db plane -o "full.$suffix" 2>err && grep -q 'No space' err || return 1
    done
}
check 'a full disk' full_disk

without_streams() {
    plot small.db plane -o closed.svg <&- && cmp closed.svg plane.svg &&
        plot small.db plane -o closed.svg >&- 2>&- && cmp closed.svg plane.svg &&
        plot small.db plane -o closed.svg <&- >&- 2>&- && cmp closed.svg plane.svg
}
check 'closed standard streams' without_streams
own_settings() {
    mkdir -p home
    echo 'set label 99 "mine" at screen 0.5, 0.5' >home/.gnuplot
    GNUTERM=x11 HOME=$PWD/home plot small.db plane -o home.svg && cmp home.svg plane.svg
}
check 'the settings of the user are not read' own_settings
keeps_link() {
    : >target.svg
    ln -s target.svg link.svg
    plot small.db plane -o link.svg && [ -L link.svg ] && cmp target.svg plane.svg
}
check 'a symbolic link stays' keeps_link
odd_names() {
    local name=$'it'"'"$'s `touch pwned` $(touch pwned)\nset output "pwned"\\.db'
    cp small.db "$name" && plot "$name" plane -o odd.svg &&
        plot "$name" plane --script >odd.gp && gnuplot -d odd.gp && [ ! -e pwned ]
}
check 'the name of a database is nothing but a name' odd_names
closed_stdout() {
    exits 74 plot small.db plane --script >&- 2>err && grep -q 'standard output' err
}
check 'a closed standard output' closed_stdout
while_running() {
    sqlite3 small.db 'BEGIN IMMEDIATE; SELECT 1' '.shell '"'$vib'"' plot small.db --figure plane -o running.svg' \
        >/dev/null && cmp running.svg plane.svg
}
check 'a database that is being written' while_running
help_text() {
    "$vib" plot --help >help && grep -q 'trajectory' help && "$vib" --help | grep -q 'vib-sweep plot'
}
check 'help' help_text
done_testing
