#!/usr/bin/env bash
# Starts and stops private, real servers for the demo, the tests and the benchmarks.
set -euo pipefail

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=scripts/lib/common.sh
. "$here/lib/common.sh"
# shellcheck source=scripts/lib/maven.sh
. "$here/lib/maven.sh"
# shellcheck source=scripts/lib/postgres.sh
. "$here/lib/postgres.sh"
# shellcheck source=scripts/lib/search.sh
. "$here/lib/search.sh"

usage() {
    cat <<'USAGE'
usage: scripts/servers.sh start --dir DIR [--postgres] [--opensearch] [--elasticsearch7] [--elasticsearch6]
                                [--elasticsearch717] [--elasticsearch8] [--fast]
                                [--postgres-version 9.6|10|11|12|13|15|16|17|18]
       scripts/servers.sh stop  --dir DIR [--purge]

start  starts the named servers, the first three when none is named, with their data under DIR, on free
       ports of 127.0.0.1, and writes DIR/env (mode 600), to be sourced:
         PGHOST PGPORT PGUSER PGPASSWORD PGDATABASE   PostgreSQL, wal_level=logical, superuser pgsync
         OPENSEARCH_URL                               OpenSearch 2.19.1
         ELASTICSEARCH7_URL                           Elasticsearch 7.10.2
         ELASTICSEARCH6_URL                           Elasticsearch 6.6.2
         ELASTICSEARCH717_URL                         Elasticsearch 7.17.29
         ELASTICSEARCH8_URL                           Elasticsearch 8.17.0
       What runs already under DIR is left as it is; data of an earlier start is used again.
       --postgres-version   that one, downloaded once where it is not installed, instead of the newest
                installed; data of an earlier start is of its version. One version a DIR
       --fast   PostgreSQL without fsync: faster, and a crash of the machine may cost the data
stop   ends what start started under DIR, and nothing else. The data stays.
       --purge  removes the data, too, and DIR if it is then empty

OpenSearch, Elasticsearch and versions of PostgreSQL are downloaded once, with Maven, into ${PGSYNC_CACHE:-~/.cache/pgsync}.
USAGE
}

servers=(postgres "${search_engines[@]}")

take_lock() {
    exec 9>>"$dir/.lock"
    flock --wait 300 9 || die "another servers.sh has been busy in $dir for 5 minutes"
}

# write_environment: DIR/env from the parts of the servers that run; none, no file.
write_environment() {
    local name
    local -a parts=()
    for name in "${servers[@]}"; do
        if remembered_process "$dir/run/$name.pid" >/dev/null; then parts+=("$dir/run/$name.env"); fi
    done
    if ((${#parts[@]} == 0)); then
        rm -f -- "$dir/env"
    else
        (umask 077 && cat -- "${parts[@]}" >"$dir/env.new")
        mv -- "$dir/env.new" "$dir/env"
    fi
}

find_postgres() {
    local kept
    kept=$(kept_postgres_version "$dir")
    [[ -z $kept || -z $postgres_version || $kept == "$postgres_version" ]] ||
        die "the data in $dir/postgres is of PostgreSQL $kept, not $postgres_version; name another --dir, or stop --purge first"
    ensure_postgres "${postgres_version:-$kept}"
}

stop_server() {
    if [[ $1 == postgres ]]; then
        end_unrecorded_postgres "$dir"
        stop_postgres "$dir"
    else
        stop_search "$1" "$dir"
    fi
}

# A start that fails or is interrupted halfway leaves nothing running that it started.
abandon_start() {
    local status=$? name pid
    trap - EXIT INT TERM HUP
    if ((status != 0)); then
        for name in "${started[@]}"; do stop_server "$name" || true; done
        # One launched a moment ago, before its id was written down.
        for pid in $(jobs -p); do kill "$pid" 2>/dev/null || true; done
        write_environment || true
    fi
    exit "$status"
}

start() {
    local name
    umask 022
    mkdir -p -- "$dir"
    dir=$(cd -- "$dir" && pwd -P)
    take_lock
    (umask 077 && mkdir -p -- "$dir/run")
    # Downloads first: they take longest and fail most easily.
    for name in "${wanted[@]}"; do
        if [[ $name == postgres ]]; then find_postgres; else ensure_jars "$name"; fi
    done
    started=()
    trap abandon_start EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
    trap 'exit 129' HUP
    for name in "${wanted[@]}"; do
        remembered_process "$dir/run/$name.pid" >/dev/null || started+=("$name")
        if [[ $name == postgres ]]; then start_postgres "$dir" "$fast"; else start_search "$name" "$dir"; fi
    done
    write_environment
    trap - EXIT INT TERM HUP
}

stop() {
    local name failed=0 elsewhere
    [[ -d $dir ]] || return 0
    dir=$(cd -- "$dir" && pwd -P)
    # Somebody else's folder, or one already purged: nothing of ours to stop, nothing to remove.
    [[ -d $dir/run && -e $dir/.lock ]] || return 0
    take_lock
    for name in "${servers[@]}"; do
        stop_server "$name" || failed=1
    done
    write_environment
    ((!failed)) || die "something under $dir is still running; its data is left alone"
    ((purge)) || return 0
    elsewhere=$(readlink -- "$dir/postgres" || true)
    [[ $elsewhere != */pgsync-postgres.?????? ]] || rm -rf -- "$elsewhere"
    rm -rf -- "${servers[@]/#/$dir/}" "$dir/run" "$dir/env" "$dir/.lock"
    rmdir -- "$dir" 2>/dev/null || true
}

action=${1-} dir='' fast=0 purge=0 postgres_version='' wanted=()
case $action in
    start | stop) shift ;;
    -h | --help) usage && exit ;;
    *)
        usage >&2
        exit 2
        ;;
esac
while (($#)); do
    case $action:$1 in
        *:--dir)
            (($# >= 2)) || die "--dir needs a folder"
            dir=$2
            shift
            ;;
        *:--dir=*) dir=${1#--dir=} ;;
        start:--postgres-version)
            (($# >= 2)) || die "--postgres-version needs a version"
            postgres_version=$2
            shift
            ;;
        start:--postgres-version=*) postgres_version=${1#*=} ;;
        start:--fast) fast=1 ;;
        stop:--purge) purge=1 ;;
        *:-h | *:--help) usage && exit ;;
        *)
            [[ $action == start && $1 == --* && " ${servers[*]} " == *" ${1#--} "* ]] ||
                die "$action does not know $1; see scripts/servers.sh --help"
            wanted+=("${1#--}")
            ;;
    esac
    shift
done
[[ -n $dir ]] || die "say where with --dir DIR"
((${#wanted[@]})) || wanted=(postgres opensearch elasticsearch7)
forget_libpq_environment
"$action"
