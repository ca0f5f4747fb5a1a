#!/bin/sh
# Checks that what building or testing needs is there and installs what is missing.
#
#   tests/deps.sh build      compiler and libraries
#   tests/deps.sh bench      these, and what the benchmarks use
#   tests/deps.sh test       compiler, libraries, and what make test uses
#   tests/deps.sh check      these, and what make check uses
#   tests/deps.sh cluster    compiler, libraries, and the Slurm of tests/slow/slurm.sh
#   tests/deps.sh optional   installs nothing: names what is of use beside the program
#
# CC (gcc) and BACKEND (xsmm, or openblas where the machine is no x86-64) say for which build.
# Missing Debian packages are installed with apt-get, as root or through sudo; where that is
# impossible their names are printed and the status is 1; what apt-get says is shown where it fails for
# another reason than the network. Silent when nothing is missing. The check
# looks for the headers and tools themselves, so it holds on any system and for software that no
# package manager knows of.
set -u

CC=${CC:-gcc}
if [ -z "${BACKEND-}" ]; then
    case $(uname -m) in
    x86_64) BACKEND=xsmm ;;
    *) BACKEND=openblas ;;
    esac
fi
compiler=${CC%% *}

# The package of the compiler, for the names that Debian gives compilers.
compiler_package() {
    case ${compiler##*/} in
    gcc-* | clang-*) echo "${compiler##*/}" ;;
    *clang*) echo clang ;;
    *) echo gcc ;;
    esac
}

# Whether what is asked for includes tests.
tests_too() {
    [ "$1" = test ] || [ "$1" = check ]
}

# HEADER PACKAGE, one a line.
headers() {
    cat <<'END'
stdlib.h libc6-dev
yaml.h libyaml-dev
sqlite3.h libsqlite3-dev
zlib.h zlib1g-dev
zip.h libzip-dev
openssl/sha.h libssl-dev
curl/curl.h libcurl4-openssl-dev
microhttpd.h libmicrohttpd-dev
END
    if [ "$BACKEND" = xsmm ]; then
        echo 'libxsmm.h libxsmm-dev'
    fi
    if tests_too "$1"; then
        echo 'cmocka.h libcmocka-dev'
    fi
}

# Prints the packages whose headers the compiler does not find; one run of it answers for all.
missing_headers() {
    headers "$1" | while read -r header package; do
        printf '#if !__has_include(<%s>)\n%s\n#endif\n' "$header" "$package"
    done | $CC -E -P -x c - 2>/dev/null
}

# Without the certificates that libcurl looks for there is no https.
missing_certificates() {
    certificates=$(curl-config --ca 2>/dev/null)
    [ -z "$certificates" ] || [ -e "$certificates" ] || echo ca-certificates
}

# Drawn by in a browser; the Makefile embeds it.
missing_scripts() {
    [ -e "${CHART_JS:-/usr/share/javascript/chart.js/chart.min.js}" ] || echo libjs-chart.js
}

# A module of Python; its package is for Debian's own python3, which need not be the first.
has_module() {
    python3 -c "import $1" 2>/dev/null || /usr/bin/python3 -c "import $1" 2>/dev/null
}

# Prints the names of the missing packages.
missing() {
    missing_scripts
    if command -v "$compiler" >/dev/null; then
        missing_headers "$1"
        missing_certificates
        # The program loads it by this name, so it has no header.
        [ -e "$($CC -print-file-name=libopenblas.so.0)" ] || echo libopenblas0
    else
        compiler_package
        headers "$1" | while read -r _ package; do
            echo "$package"
        done
        echo libopenblas0
    fi
    if [ "$1" = bench ]; then
        command -v python3 >/dev/null || echo python3
    fi
    if tests_too "$1"; then
        command -v sqlite3 >/dev/null || echo sqlite3
        command -v gnuplot >/dev/null || echo gnuplot-nox
        command -v mandoc >/dev/null || echo mandoc
        has_module numpy || echo python3-numpy
    fi
    if [ "$1" = cluster ]; then
        for program in slurmctld:slurmctld slurmd:slurmd sbatch:slurm-client munged:munge; do
            PATH=$PATH:/usr/sbin command -v "${program%:*}" >/dev/null || echo "${program#*:}"
        done
    fi
    if [ "$1" = check ]; then
        has_module sklearn || echo python3-sklearn
        command -v valgrind >/dev/null || echo valgrind
        has_module pandas || echo python3-pandas
        has_module matplotlib || echo python3-matplotlib
        has_module selenium || echo python3-selenium
        for program in chromium:chromium chromedriver:chromium-driver tsc:node-typescript; do
            command -v "${program%:*}" >/dev/null || echo "${program#*:}"
        done
        missing_sanitizers
    fi
}

# gcc's sanitizers come with it, clang's do not.
missing_sanitizers() {
    case ${compiler##*/} in
    clang-*) package=libclang-rt-${compiler##*clang-}-dev ;;
    clang) package=libclang-rt-dev ;;
    *) return ;;
    esac
    if command -v "$compiler" >/dev/null && [ -d "$($CC -print-runtime-dir)" ]; then
        return
    fi
    echo "$package"
}

give_up() {
    echo "tests/deps.sh: $1; please install what these Debian packages hold: $packages" >&2
    exit 1
}

# apt-get as root: brief, non-interactive, patient with another apt-get that is at work. Without a
# terminal of its own dpkg does not ask for /dev/pts, which a container may lack. In a hurry, $hurry,
# it gives up in seconds where no name server and no host answers.
apt() {
    set -- -qq -y -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300 "$@"
    if [ "$hurry" = yes ]; then
        set -- -o Acquire::Retries=0 -o Acquire::EnableSrvRecords=false \
            -o Acquire::http::Timeout=3 -o Acquire::https::Timeout=3 "$@"
    fi
    set -- DEBIAN_FRONTEND=noninteractive LC_ALL=C ${hurry:+RES_OPTIONS='timeout:1 attempts:1'} \
        apt-get "$@"
    if [ "$(id -u)" -eq 0 ]; then
        env "$@"
    else
        sudo env "$@"
    fi
}

# Why apt-get could not fetch something, by its own words on standard input.
fetch_failure() {
    sed -n -e 's/^[EW]: Failed to fetch [^ ]* *//p' \
        -e "s/^E: \(The repository .* Release' .* Release file\)\.$/\1/p" | sed -n 1p
}

# One of several sources may be down: the installation decides, which is in a hurry then.
install_logged() {
    hurry=yes
    apt update >"$log" 2>&1
    [ -n "$(fetch_failure <"$log")" ] || hurry=''
    # shellcheck disable=SC2086 # a list of words
    apt install --no-install-recommends $packages >>"$log" 2>&1
}

install_packages() {
    command -v apt-get >/dev/null || give_up "there is no apt-get here"
    if [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null; then
        give_up "neither root nor sudo"
    fi
    log=$(mktemp) || exit 1
    trap 'rm -f "$log"' EXIT
    echo "tests/deps.sh: installing $packages" >&2
    install_logged && return
    reason=$(fetch_failure <"$log")
    [ -z "$reason" ] || give_up "apt-get cannot reach its archive ($reason)"
    cat "$log" >&2
    give_up "apt-get install failed"
}

# What the program uses where it is there, or people with it.
name_optional() {
    tools=''
    command -v sqlite3 >/dev/null || tools="$tools, sqlite3 (SQL on the results)"
    command -v gnuplot >/dev/null || tools="$tools, gnuplot-nox (vib-sweep plot)"
    [ -z "$tools" ] || echo "of use, and not here: the Debian packages ${tools#, }"
}

case $BACKEND in
xsmm | openblas) ;;
*)
    echo "tests/deps.sh: BACKEND is '$BACKEND', expected xsmm or openblas" >&2
    exit 2
    ;;
esac
case ${1-} in
build | bench | test | check | cluster) ;;
optional)
    name_optional
    exit
    ;;
*)
    echo "usage: tests/deps.sh build|bench|test|check|cluster|optional" >&2
    exit 2
    ;;
esac

# Twice: only with a compiler there can everything be looked for.
for round in first second last; do
    packages=$(missing "$1" | sort -u | tr '\n' ' ')
    packages=${packages% }
    [ -n "$packages" ] || exit 0
    [ "$round" = last ] || install_packages
done
give_up "installed, but not found by '$CC'"
