#!/bin/bash
# What the READMEs show works: their blocks, run in order in an empty folder, and what those print.
# shellcheck disable=SC2317 # functions are called by name, through check
. tests/tap.sh
. tests/program/common.sh

# A block of Python is run by the first of these that has all that it imports. The last one is made
# by `make bench-peers`.
pythons=(${PAGES_PYTHON:+"$PAGES_PYTHON"} python3 /usr/bin/python3 "$root/build/peers/bin/python")

[ -n "$(python_with numpy)" ] || skip_all 'no numpy: install python3-numpy'
set -o pipefail
mkdir bin && ln -s "$vib" bin/vib-sweep
ln -s "$root/configs" configs
export PATH=$PWD/bin:$PATH PYTHONPATH=$PWD PYTHONDONTWRITEBYTECODE=1

# blocks PAGE FOLDER: its blocks as files FOLDER/N.LANGUAGE and, a line each, `N LANGUAGE SECTION`.
blocks() {
    mkdir "$2" && awk -v folder="$2" '
        /^```/ && inside { close(file); inside = 0; next }
        /^```/ { inside = 1; n++; language = substr($0, 4); file = folder "/" n "." language
                 print n, language, section; next }
        inside { print > file }
        !inside && /^## / { section = substr($0, 4) }' "$1"
}

# The modules that a block imports, from the folder or elsewhere.
imports() {
    sed -nE 's/^(import|from) ([A-Za-z0-9_]+).*/\2/p' "$1" | sort -u
}

# python_for BLOCK: prints a python3 that has what the block imports.
python_for() {
    local python modules
    mapfile -t modules < <(imports "$1")
    for python in "${pythons[@]}"; do
        if "$python" -c 'import sys; from importlib.util import find_spec
sys.exit(None in map(find_spec, sys.argv[1:]))' "${modules[@]}" 2>/dev/null; then
            echo "$python"
            return
        fi
    done
}

# near FILE FILE: the same, but for numbers that another CPU or compiler rounds otherwise: 2 %, or 0.2.
near() {
    paste -d '\n' "$1" "$2" | awk '
        function number(word) { return word ~ /^-?[0-9]+(\.[0-9]+)?$/ }
        function size(x) { return x < 0 ? -x : x }
        function differ(a, b) {
            if (number(a) && number(b)) return size(a - b) > 0.2 && size(a - b) > 0.02 * size(b)
            return a != b && a !~ /^[─┌┬┐├┼┤└┴┘]+$/
        }
        NR % 2 { n = split($0, left); next }
        {
            wrong = split($0, right) != n
            for (i = 1; i <= n; i++) if (differ(left[i], right[i])) wrong = 1
            if (wrong) { print; bad = 1 }
        }
        END { exit bad || NR < 2 }'
}

# run FILE LANGUAGE: a block whose first line is `# NAME` is saved by that name; one of text is what
# the one before printed.
run() {
    local name
    name=$(sed -nE '1s/^# ([a-z0-9]+\.[a-z]+)$/\1/p' "$1")
    [ -z "$name" ] || cp "$1" "$name" || return
    case $2 in
    yaml) [ -n "$name" ] ;;
    text) near printed "$1" ;;
    sh) bash -eu "$1" | tee printed ;;
    python) "$(python_for "$1")" "$1" | tee printed ;;
    *) return 1 ;;
    esac
}

# page NAME FOLDER: the other blocks of a section need what was skipped.
page() {
    local n language section skipped='' file
    while read -r n language section; do
        file=$2/$n.$language
        if [ "$language" = python ] && [ -z "$(python_for "$file")" ]; then
            skipped=$section
            skip "$1, $section, block $n" "no python3 with $(imports "$file" | paste -sd' ')"
        elif [ "$section" = "$skipped" ]; then
            skip "$1, $section, block $n" 'it needs the block that was skipped'
        else
            check "$1, $section, block $n" run "$file" "$language"
        fi
    done < <(blocks "$root/$1" "$2")
}

page README.md top_blocks
check 'the best beta is chosen by validation' sql_is results/mine.db \
    'select count(*), chosen_by, n_betas from best_beta' '1|validation|4'
check 'a figure is drawn' grep -q '<svg' plane.svg
page configs/README.md configs_blocks
check 'three betas were found in a configuration' sql_is results/first.db \
    'select count(*), count(distinct beta), count(distinct seed) from setting' '15|3|3'
check 'each system was trained once' sql_is results/methods.db \
    'select method, count(*) from setting group by 1 order by 1' $'deterministic|1\ndropout|1\nvib|2'
check 'five systems had a grid of their own each' sql_is results/family.db \
    'select count(*), count(distinct point_identity) from job' '20|10'
check 'shapes were split and learned' sql_is results/shapes.db \
    "select count(*), sum(n = 720), sum(n = 180), sum(n = 300), min(error_mc) < 0.2 from result" '36|12|12|12|1'
check 'training ended early where it could' sql_is results/splits.db \
    'select count(*), min(epoch) < 100 from (select max(epoch) as epoch from epoch group by job)' '6|1'
check 'labels were damaged' sql_is results/damage.db \
    "select max(error_mc) < 0.2 from result join setting using (job)
     where split = 'train' and dataset_label_noise in (0, 0.5) group by dataset_label_noise" $'1\n0'
page results/README.md results_blocks
has_points() {
    [ "$(grep -c 'beta = ' shapes.svg)" -ge 4 ]
}
if [ -e shapes.svg ]; then
    check "matplotlib's figure has every point" has_points
fi

# The loop of a night, with a program that ends with the codes that a file names, one after the other.
results_of() {
    sql results/shapes.db 'select * from result order by job, split'
}
results_of >results_before
page runner/README.md runner_blocks
check 'jobs that ran again have the results that they had' diff results_before <(results_of)
check 'those forgotten are gone' sql_is results/methods.db \
    'select method, count(*) from setting group by 1 order by 1' $'deterministic|1\nvib|2'
mkdir night
cat >night/vib-sweep <<'END'
#!/bin/bash
code=$(head -n 1 codes)
sed -i 1d codes
echo "ran $*"
exit "$code"
END
chmod +x night/vib-sweep
# night_is CODES STATUS LOG: of two configurations; LOG has the words of night.log that tell of an end.
night_is() {
    local got
    rm -f night.log && tr ' ' '\n' <<<"$1" >codes
    PATH=$PWD/night:$PATH exits "$2" bash night.sh a.yaml b.yaml || return 1
    got=$(sed -nE 's/^(.*): ended with ([0-9]+) at try ([0-9])$/\1 \2 \3/p' night.log | paste -sd,)
    [ "$got" = "$3" ] || {
        echo "got: $got"
        return 1
    }
}
check 'a night: failed jobs are tried again' night_is '1 0 0' 0 'a.yaml 0 2,b.yaml 0 1'
check 'twice, and then the next one has its turn' night_is '1 1 1 0' 0 'a.yaml 1 3,b.yaml 0 1'
check 'diverged ones are not, nor is a mistake' night_is '2 78' 0 'a.yaml 2 1,b.yaml 78 1'
check 'a signal ends it' night_is 130 130 'a.yaml 130 1'
echo 'assert False' >wrong
check 'noticed: a block that fails' exits 1 run wrong python
printf '│ 0.1 │ 20.1 │ a\n' >printed
printf '│ 0.1 │ 20.3 │ a\n' >shown
check 'another rounding passes' run shown text
sed 's/20.3/21/' shown >other
check 'noticed: another number' exits 1 run other text
sed 's/a$/b/' shown >other
check 'noticed: another word' exits 1 run other text
sed p shown >other
check 'noticed: another line' exits 1 run other text

cd "$root" && done_testing
