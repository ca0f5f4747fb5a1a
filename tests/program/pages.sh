#!/bin/bash
# What the pages of configs/ and results/ show works: their blocks, run in order in an empty folder.
# shellcheck disable=SC2317 # functions are called by name, through check
. tests/tap.sh
. tests/program/common.sh

# A block of Python is run by the first of these that has all that it imports. The last one is made
# by `make bench-peers`.
pythons=(${PAGES_PYTHON:+"$PAGES_PYTHON"} python3 /usr/bin/python3 "$root/build/peers/bin/python")

[ -n "$(python_with numpy)" ] || skip_all 'no numpy: install python3-numpy'
mkdir bin && ln -s "$vib" bin/vib-sweep
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

# run FILE LANGUAGE: a block whose first line is `# NAME` is saved by that name.
run() {
    local name
    name=$(sed -nE '1s/^# ([a-z0-9]+\.[a-z]+)$/\1/p' "$1")
    [ -z "$name" ] || cp "$1" "$name" || return
    case $2 in
    yaml) [ -n "$name" ] ;;
    sh) bash -eu "$1" ;;
    python) "$(python_for "$1")" "$1" ;;
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

page configs/README.md configs
check 'three betas were found in a configuration' sql_is results/first.db \
    'select count(*), count(distinct beta), count(distinct seed) from setting' '15|3|3'
check 'shapes were split and learned' sql_is results/shapes.db \
    "select count(*), sum(n = 720), sum(n = 180), sum(n = 300), min(error_mc) < 0.2 from result" '36|12|12|12|1'
check 'training ended early where it could' sql_is results/splits.db \
    'select count(*), min(epoch) < 100 from (select max(epoch) as epoch from epoch group by job)' '6|1'
check 'labels were damaged' sql_is results/damage.db \
    "select max(error_mc) < 0.2 from result join setting using (job)
     where split = 'train' and dataset_label_noise in (0, 0.5) group by dataset_label_noise" $'1\n0'
page results/README.md results_blocks
echo 'assert False' >wrong
check 'noticed: a block that fails' exits 1 run wrong python

cd "$root" && done_testing
