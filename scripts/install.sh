#!/usr/bin/env bash
# Installs what building and trying pgsync needs and the machine lacks.
set -euo pipefail

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=scripts/lib/common.sh
. "$here/lib/common.sh"
# shellcheck source=scripts/lib/postgres.sh
. "$here/lib/postgres.sh"
# shellcheck source=scripts/lib/search.sh
. "$here/lib/search.sh"

usage() {
    cat <<'USAGE'
usage: scripts/install.sh [--tests] [--no-postgres] [--no-search]

Installs, on Debian 12 and 13 and Ubuntu 24.04, as root or with sudo, those packages that are missing:
compiler and libraries to build pgsync; a PostgreSQL server; Java and Maven to run OpenSearch and
Elasticsearch. Says what it installs, and nothing when there is nothing to do.

  --tests        also what the tests need
  --no-postgres  no PostgreSQL server (psql alone), for those who bring their own
  --no-search    no Java and no Maven, likewise
USAGE
}

tests=0 postgres=1 search=1
while (($#)); do
    case $1 in
        --tests) tests=1 ;;
        --no-postgres) postgres=0 ;;
        --no-search) search=0 ;;
        -h | --help) usage && exit ;;
        *) die "does not know $1; see scripts/install.sh --help" ;;
    esac
    shift
done

system=$(. /etc/os-release 2>/dev/null && printf '%s %s' "${ID-}" "${VERSION_ID-}") || system=
case $system in
    'debian 12')
        # The default there, 1.74, has neither Boost.JSON nor Boost.PFR.
        boost=(libboost1.81-dev libboost-json1.81-dev)
        postgres_server=postgresql-15 java=17
        tools=(clang-16 libclang-rt-16-dev clang-format-16)
        ;;
    'debian 13')
        boost=(libboost-dev libboost-json-dev)
        postgres_server=postgresql-17 java=21
        # Neither clang 16 is there nor its clang-format, whose layout the sources have.
        tools=(clang-19 libclang-rt-19-dev)
        ;;
    'ubuntu 24.04')
        boost=(libboost-dev libboost-json-dev)
        postgres_server=postgresql-16 java=17
        tools=(clang-16 libclang-rt-16-dev clang-format-16)
        ;;
    *)
        die "can install packages on Debian 12 and 13 and Ubuntu 24.04 only, and this is ${system:-neither}. Please install yourself:
  to build    a C++20 compiler (g++ 12, clang 16 or newer), cmake, ninja, pkg-config, Boost 1.81 or newer with
              Boost.JSON, libpqxx, libpq, libcurl, libmicrohttpd, OpenSSL, zlib,
              CLI11, spdlog, toml++
  to run      a PostgreSQL server with psql, Java 17, Maven, curl, jq, unzip
  for tests   Catch2, clang 16 with its compiler-rt, clang-format 16, python3 with psycopg2 and yaml
then run the other scripts; scripts/demo.sh takes --no-install."
        ;;
esac

wanted=(g++ cmake ninja-build pkg-config "${boost[@]}" libpqxx-dev libpq-dev libcurl4-openssl-dev
    libmicrohttpd-dev libssl-dev zlib1g-dev libcli11-dev libspdlog-dev libtomlplusplus-dev ca-certificates curl jq unzip xz-utils)
if ((postgres)) && ! postgres_programs >/dev/null; then wanted+=("$postgres_server"); fi
if ! command -v psql >/dev/null; then wanted+=(postgresql-client); fi
if ((search)); then
    find_java >/dev/null || wanted+=("openjdk-$java-jre-headless")
    # The launchers of scripts/lib/launchers are sources, which some of the tests run.
    if ((tests)) && ! java_compiles; then wanted+=("openjdk-$java-jdk-headless"); fi
    command -v mvn >/dev/null || wanted+=(maven)
fi
if ((tests)); then
    wanted+=(catch2 "${tools[@]}" doxygen shellcheck faketime git python3 python3-psycopg2 python3-yaml)
fi

missing=()
for package in "${wanted[@]}"; do
    # "installed", and not merely known or removed with its settings kept.
    [[ $(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null) == installed ]] || missing+=("$package")
done
((${#missing[@]})) || {
    say "nothing to install"
    exit 0
}

say "installing ${missing[*]}"
as_root=()
if ((EUID != 0)); then
    command -v sudo >/dev/null ||
        die "needs root or sudo to install packages; as root: apt-get install --no-install-recommends ${missing[*]}"
    as_root=(sudo)
fi

# The server package would create and start a cluster of its own, on port 5432 and with every boot. Nobody asked for
# that: all servers here are private ones. The file goes away again, so that the machine's own rules stay its own.
no_cluster=/etc/postgresql-common/createcluster.d/pgsync-install.conf
remove_no_cluster() { "${as_root[@]}" rm -f "$no_cluster"; }
if [[ " ${missing[*]} " == *" $postgres_server "* ]]; then
    trap remove_no_cluster EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
    "${as_root[@]}" mkdir -p "${no_cluster%/*}"
    printf 'create_main_cluster = false\n' | "${as_root[@]}" tee "$no_cluster" >/dev/null
fi

log=$(mktemp)
run_apt() {
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 "$@" </dev/null >"$log" 2>&1 && return
    show_log_tail "$log" 40
    rm -f -- "$log"
    die "apt-get $1 failed; see above"
}
run_apt update
run_apt install --no-install-recommends "${missing[@]}"
rm -f -- "$log"
