#!/usr/bin/env bash
# Measures the airbnb example on real servers of its own, beside what these servers do without it.
set -euo pipefail

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=scripts/lib/common.sh
. "$root/scripts/lib/common.sh"

usage() {
    cat <<'USAGE'
usage: benchmarks/run.sh [BOOKINGS] [OPTION]...

Starts a private PostgreSQL and OpenSearch in a temporary folder, fills the tables with BOOKINGS bookings (200,000
where it is not said) of about 1.4 KB each as a document, and prints one table: each figure of pgsync, beside it the
same work done by the servers alone, and the ratio. Everything is measured in this run, in turns, and each figure is
the median of three.

  --program FILE        this airbnb program, instead of one built now in build/benchmarks
  --only FIGURES        scaling, load, latency, rising, burst, fan-out, transaction or database; may be repeated
  --repeat N            rounds, of which the median counts (3)
  --changes N           single changes of each kind (300)
  --transactions N      in the burst (100000)
  --rows N              in the one large transaction (1000000)
  --seconds N           of each run of pgbench, which updates/s and rising load are measured by (10)
  --pgsync              beside it PGSync 7.3.0, installed from PyPI into a virtual environment; needs redis-server
  --json FILE           also writes what was measured there
  --no-install          do not install missing packages (scripts/install.sh), take the machine as it is

How long the compilers need is measured by benchmarks/compile_time/run.sh. benchmarks/report.py makes docs/performance.md
of what --json wrote.
USAGE
}

bookings=200000 program='' install=1 incumbent=0
declare -a passed_on=()
while (($#)); do
    case $1 in
        -h | --help)
            usage
            exit 0
            ;;
        --no-install) install=0 ;;
        --pgsync) incumbent=1 ;;
        --program)
            (($# > 1)) || die "--program needs a file"
            program=$2
            shift
            ;;
        --only | --repeat | --changes | --transactions | --rows | --seconds | --json)
            (($# > 1)) || die "$1 needs a value"
            passed_on+=("$1" "$2")
            shift
            ;;
        *)
            [[ $1 =~ ^[1-9][0-9]*$ ]] || {
                usage >&2
                exit 2
            }
            bookings=$1
            ;;
    esac
    shift
done

work=$(mktemp -d "${TMPDIR:-/tmp}/pgsync_benchmark.XXXXXX")
finish() {
    if [[ -d $work/servers ]]; then "$root/scripts/servers.sh" stop --dir "$work/servers" --purge || true; fi
    rm -rf -- "$work"
}
trap finish EXIT

((!install)) || "$root/scripts/install.sh" --tests >"$work/install.log" 2>&1 || {
    tail -n 20 -- "$work/install.log" >&2
    die "packages are missing"
}
if [[ -z $program ]]; then
    say "building the airbnb example ..."
    { cmake -S "$root" -B "$root/build/benchmarks" -G Ninja -DCMAKE_BUILD_TYPE=Release -DPGSYNC_BUILD_TESTS=OFF &&
        cmake --build "$root/build/benchmarks" --target airbnb; } >"$work/build.log" 2>&1 || {
        tail -n 20 -- "$work/build.log" >&2
        die "the example does not build"
    }
    program=$root/build/benchmarks/examples/airbnb/airbnb
fi
[[ -x $program ]] || die "there is no program $program"

if ((incumbent)); then
    command -v redis-server >/dev/null || die "--pgsync needs redis-server (package redis-server)"
    say "installing PGSync ..."
    { python3 -m venv "$work/pgsync" && "$work/pgsync/bin/pip" install -q pgsync==7.3.0; } >"$work/pip.log" 2>&1 || {
        tail -n 20 -- "$work/pip.log" >&2
        die "PGSync does not install"
    }
    passed_on+=(--pgsync "$work/pgsync")
fi
say "starting servers ..."
forget_libpq_environment
"$root/scripts/servers.sh" start --dir "$work/servers" --postgres --opensearch >"$work/servers.log" 2>&1 || {
    tail -n 20 -- "$work/servers.log" >&2
    die "the servers did not start"
}
set -a
# shellcheck source=/dev/null
. "$work/servers/env"
set +a
export no_proxy="127.0.0.1${no_proxy:+,$no_proxy}" NO_PROXY="127.0.0.1${NO_PROXY:+,$NO_PROXY}"
PATH=$PATH:$(find /usr/lib/postgresql -maxdepth 2 -name bin 2>/dev/null | sort -V | tail -n 1)
export PATH
# One of another origin may come first in the path and lack what install.sh installed.
python=python3
python3 -c 'import psycopg2' 2>/dev/null || python=/usr/bin/python3
"$python" "$root/benchmarks/figures/measure.py" "$program" "$bookings" "${passed_on[@]}"
