#!/usr/bin/env bash
# The main job, end to end, on real servers: fill an index from a database, change rows, watch the documents follow.
set -euo pipefail

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
root=$(dirname -- "$here")
# shellcheck source=scripts/lib/common.sh
. "$here/lib/common.sh"

usage() {
    cat <<'USAGE'
usage: scripts/demo.sh [--keep] [--no-install]
       scripts/demo.sh --stop DIR

Fills an OpenSearch index from a PostgreSQL database with examples/airbnb, keeps it in step, makes live changes one
by one, and shows after each the document as it now is and how long the change took to arrive.

Servers: by default private ones, in a temporary folder, on free ports of 127.0.0.1. Where PGHOST (or PGSERVICE) is
set, the PostgreSQL which libpq's variables name; where ELASTICSEARCH_URL is set, that cluster. There the demo works
in a database of its own, pgsync_demo, and an index of its own, reservations; it creates both and removes both, and
refuses to begin where one of them exists.

  --keep        leave everything running at the end, and say where it is and how to stop it
  --stop DIR    stop what an earlier --keep left running, and remove it
  --no-install  do not install missing packages (scripts/install.sh), take the machine as it is

Nothing else is left behind, but for build/demo (the build) and ${PGSYNC_CACHE:-~/.cache/pgsync} (downloaded jars).
USAGE
}

readonly database=pgsync_demo index=reservations
readonly patience=30 # seconds a change may take to arrive before the demo calls it lost

# What exists and therefore has to go again; `save_state` keeps it for --stop.
work='' program='' private_postgres=0 private_search=0 database_made=0 bootstrapped=0 maintenance_database=postgres

# --- talking to the servers ----------------------------------------------------------------------

sql() { psql -X -q -A -t -v ON_ERROR_STOP=1 "$@"; }

# search METHOD PATH [CURL OPTION...]: the address goes in by standard input: it may hold a password, and everybody
# can read a command line.
search() {
    local method=$1 path=$2
    shift 2
    curl -sS --max-time 60 -X "$method" -H 'Content-Type: application/json' "$@" -K - <<<"url = \"${search_url//\"/%22}$path\""
}
search_status() { search GET "$1" -o /dev/null -w '%{http_code}'; }
without_secrets() { sed -E 's#//[^/@]*@#//***@#' <<<"$1"; }

describe_postgres() {
    local host=${PGHOST-} port=${PGPORT:-5432}
    [[ -n $host ]] || host="service ${PGSERVICE-}"
    printf 'PostgreSQL %s at %s:%s' "$(sql -c 'show server_version' | cut -d' ' -f1)" "$host" "$port"
}
describe_search() {
    local answer
    answer=$(search GET / 2>/dev/null | jq -r '(.version.distribution // "elasticsearch") + " " + .version.number' 2>/dev/null) ||
        answer='search engine'
    answer=${answer/#opensearch/OpenSearch}
    printf '%s at %s' "${answer/#elasticsearch/Elasticsearch}" "$(without_secrets "$search_url")"
}

# --- making and removing -------------------------------------------------------------------------

# patiently COMMAND...: runs something long so that an interruption of the demo ends it at once, with all it started.
# Job control gives it a process group; a plain background job would ignore Ctrl-C, a foreground one delay our traps.
long_job=''
patiently() {
    local status=0
    set -m
    "$@" &
    long_job=$!
    set +m
    wait "$long_job" || status=$?
    long_job=''
    return "$status"
}
end_long_job() {
    local turn
    [[ -n $long_job ]] || return 0
    kill -TERM -- "-$long_job"
    for turn in {1..300}; do
        kill -0 "$long_job" || break
        ((turn < 300)) || kill -KILL -- "-$long_job"
        sleep 0.1
    done
    wait "$long_job"
} 2>/dev/null

heading() { printf '\n%s%s%s\n' "$bold" "$*" "$plain"; }

save_state() {
    local name
    (
        umask 077 # passwords
        for name in program private_postgres private_search database_made bootstrapped maintenance_database search_url; do
            printf '%s=%q\n' "$name" "${!name}"
        done >"$work/state"
        {
            for name in "${!PG@}"; do
                case $name in PGSYNC_*) ;; *) printf 'export %s=%q\n' "$name" "${!name}" ;; esac
            done
            printf 'export ELASTICSEARCH_URL=%q\n' "$search_url"
        } >"$work/env"
    )
}

# The names are ours: the demo refuses to begin where they are taken.
indices() { search GET "/_cat/indices/$index-*?h=index" | tr -d ' '; }

# Removes all that exists; safe to call at any moment and more than once.
clean_up() {
    local name
    end_long_job || true
    if [[ -e $work/sync.pid ]]; then end_process "$work/sync.pid" TERM 20 KILL 5 || true; fi
    # Private servers vanish with all they hold.
    if ((bootstrapped && !(private_postgres && private_search))); then
        bootstrapped=0
        "$program" teardown --yes >>"$work/teardown.log" 2>&1 || warn "airbnb teardown failed; removing its traces without it"
        if ((!private_search)); then
            for name in $(indices) $index; do
                [[ $(search_status "/$name") == 404 ]] || search DELETE "/$name" -o /dev/null || true
            done
        fi
    fi
    if ((database_made && !private_postgres)); then
        database_made=0
        # A slot holds its database; and nobody else uses this one.
        PGDATABASE=$maintenance_database sql >/dev/null <<-SQL || warn "could not drop database $database; drop it yourself"
	select pg_terminate_backend(pid) from pg_stat_activity where datname = '$database';
	select pg_sleep(0.5) where exists (select from pg_replication_slots where database = '$database' and active);
	select pg_drop_replication_slot(slot_name) from pg_replication_slots where database = '$database';
	drop database if exists $database;
	SQL
    fi
    if [[ -d $work/servers ]]; then "$here/servers.sh" stop --dir "$work/servers" --purge || true; fi
    if [[ -n $work ]]; then rm -rf -- "$work"; fi
}

at_exit() {
    local status=$?
    trap - EXIT
    trap '' INT TERM HUP PIPE
    set +e
    ((status < 128)) || say "interrupted; removing everything"
    clean_up
    exit "$status"
}

stop_kept() {
    [[ -n $1 && -e $1/.pgsync-demo ]] || die "$1 holds no demo left running by --keep"
    work=$(cd -- "$1" && pwd -P)
    # shellcheck source=/dev/null
    . "$work/state"
    # shellcheck source=/dev/null
    . "$work/env"
    clean_up
    say "stopped and removed"
}

# --- the changes ---------------------------------------------------------------------------------

# change TITLE SQL: makes one change, in a transaction of its own, and starts the clock at its commit.
change() {
    title=$1
    number=$((number + 1))
    heading "$number. $title"
    printf '   %s%s%s\n' "$dim" "$2" "$plain"
    answer=$(sql -c "$2")
    committed=${EPOCHREALTIME/[.,]/}
}

lost() {
    warn "$1 did not show the change within $patience s. As it is now:"
    printf '%s\n' "$2" | cut -c 1-2000 >&2
    show_log_tail "$work/sync.log" 40
    exit 1
}

# still_waiting WHAT ANSWER: stops the demo where waiting on is in vain.
still_waiting() {
    if ! kill -0 "$sync_pid" 2>/dev/null; then
        show_log_tail "$work/sync.log" 40
        die "airbnb sync has ended"
    fi
    (((${EPOCHREALTIME/[.,]/} - committed) / 1000000 < patience)) || lost "$1" "$2"
}

# await ID TEST: reads the document again and again, without a pause, until the answer passes the jq test; sets
# `response` and `elapsed`, the milliseconds since the commit. The cost of looking, mostly starting curl, is part of
# that. A read by id sees a write at once, before any refresh.
await() {
    local previous='' now arrived
    while :; do
        now=$(search GET "/$index/_doc/$1?realtime=true" 2>/dev/null) || true
        arrived=$(((${EPOCHREALTIME/[.,]/} - committed) / 1000))
        if [[ -n $now && $now != "$previous" ]]; then
            if jq -e "$2" <<<"$now" >/dev/null 2>&1; then
                response=$now elapsed=$arrived
                return
            fi
            previous=$now
        fi
        still_waiting "$index/_doc/$1" "$now"
    done
}

# await_all WHAT MEMBER TEST ID...: until each of the documents has passed a test that looks at that member only.
await_all() {
    local what=$1 member=$2 test=$3 count=$(($# - 3)) now late
    local -a remaining
    shift 3
    while (($#)); do
        # By a file: thousands of ids are too long for a command line.
        printf '%s\n' "$@" | jq -Rn '{ids: [inputs]}' >"$work/ids.json"
        now=$(search POST "/$index/_mget?realtime=true&_source_includes=$member" --data-binary "@$work/ids.json" 2>/dev/null) || true
        elapsed=$(((${EPOCHREALTIME/[.,]/} - committed) / 1000))
        # Next time only those which have not arrived; an answer that is none leaves them all.
        if [[ -n $now ]] && late=$(jq -r ".docs[] | select(($test) | not) | ._id" <<<"$now" 2>/dev/null); then
            mapfile -t remaining < <(printf '%s' "$late")
            set -- "${remaining[@]}"
        fi
        (($# == 0)) || still_waiting "$# of the $count $what" "$now"
    done
    printf '   all %d %s: %s%d ms%s\n' "$count" "$what" "$bold" "$elapsed" "$plain"
    results+=("$(printf '%6d ms  all %d %s' "$elapsed" "$count" "$what")")
}

# show ID FILTER: the document, trimmed to what the jq filter takes of it.
show() {
    printf '   %s/_doc/%s after %s%d ms%s\n' "$index" "$1" "$bold" "$elapsed" "$plain"
    jq --indent 2 "${colour[@]}" "$2" <<<"$response" | sed 's/^/   /'
}
record() { results+=("$(printf '%6d ms  %s' "$elapsed" "$title")"); }

make_changes() {
    local booking country country_bookings place host place_bookings review from to guest guest_bookings reviewed most
    number=0 results=()

    change 'A new booking' \
        "insert into booking (start_date, end_date, guest_id, place_id) values ('2026-07-04', '2026-07-18', 7, 42) returning id"
    booking=$answer
    await "$booking" '.found and ._source.start_date == "2026-07-04"'
    record
    show "$booking" ._source

    country=$(sql -c "select id from country where country_code = 'TR'")
    mapfile -t country_bookings < <(sql -c "select b.id from booking b join place p on p.id = b.place_id
        join city c on c.id = p.city_id where c.country_id = $country order by b.id")
    change 'A country renamed' "update country set name = 'Türkiye' where id = $country"
    await "${country_bookings[0]}" '._source.place.city.country.name == "Türkiye"'
    record
    show "${country_bookings[0]}" '._source | {id, place: (.place | {id, address, city})}'
    await_all 'bookings in that country' place '._source.place.city.country.name == "Türkiye"' "${country_bookings[@]}"

    place=$(sql -c "select place_id from booking where id = $booking")
    host=$(sql -c "select 1 + host_id % (select max(id) from host) from place where id = $place")
    mapfile -t place_bookings < <(sql -c "select id from booking where place_id = $place order by id")
    change 'A place moved to another host' "update place set host_id = $host where id = $place"
    await "$booking" "._source.place.host.id == $host"
    record
    show "$booking" '._source | {id, place: (.place | {id, address, host})}'
    await_all 'bookings of that place' place "._source.place.host.id == $host" "${place_bookings[@]}"

    from=$(sql -c "select booking_id from review group by booking_id having count(*) = 2 order by booking_id limit 1")
    review=$(sql -c "select min(id) from review where booking_id = $from")
    to=$booking
    change 'A review moved between bookings' "update review set booking_id = $to where id = $review"
    await "$to" "any(._source.reviews[]?; .id == $review)"
    record
    show "$to" '._source | {id, reviews}'
    await "$from" ".found and all(._source.reviews[]?; .id != $review)"
    show "$from" '._source | {id, reviews}'

    guest=$(sql -c "select guest_id from booking group by guest_id order by count(*) desc, guest_id limit 1")
    mapfile -t guest_bookings < <(sql -c "select id from booking where guest_id = $guest order by id")
    change 'A guest deleted, and so all bookings of that guest' "delete from guest where id = $guest"
    await "${guest_bookings[0]}" '.found == false'
    record
    show "${guest_bookings[0]}" '{_id, found}'
    await_all 'bookings of that guest gone' id '.found == false' "${guest_bookings[@]}"

    mapfile -t reviewed < <(sql -c "select booking_id from review group by booking_id order by count(*) desc, booking_id")
    most=${reviewed[0]}
    change 'All reviews truncated' 'truncate review'
    await "$most" '.found and (._source.reviews // [] | length) == 0'
    record
    show "$most" '._source | {id, guest: .guest.name, reviews}'
    await_all 'reviewed bookings now without' reviews '.found and (._source.reviews // [] | length) == 0' "${reviewed[@]}"

    heading "From commit to readable, the cost of looking included ($(cost_of_looking "$booking") ms a look)"
    printf '%s\n' "${results[@]}"
}

# The milliseconds one request takes here, most of them for starting curl.
cost_of_looking() {
    local turn begun=${EPOCHREALTIME/[.,]/} answer
    for turn in {1..10}; do answer=$(search GET "/$index/_doc/$1?realtime=true"); done
    : "$turn" "$answer"
    printf '%d' $(((${EPOCHREALTIME/[.,]/} - begun) / 10000))
}

check_counts() {
    local documents rows
    rows=$(sql -c 'select count(*) from booking')
    search POST "/$index/_refresh" -o /dev/null
    documents=$(search GET "/$index/_count" | jq .count)
    [[ $documents == "$rows" ]] || die "the index holds $documents documents, the table booking $rows rows"
    printf '\nThe index holds %d documents, the table booking %d rows.\n' "$documents" "$rows"
}

# --- the parts in order --------------------------------------------------------------------------

choose_servers() {
    local -a wanted=() install=()
    if [[ -z ${PGHOST-}${PGSERVICE-} ]]; then private_postgres=1 wanted+=(--postgres); else install+=(--no-postgres); fi
    if [[ -z ${ELASTICSEARCH_URL-} ]]; then private_search=1 wanted+=(--opensearch); else install+=(--no-search); fi
    ((!install_missing)) || "$here/install.sh" "${install[@]}"

    heading 'Servers'
    if ((${#wanted[@]})); then
        ((!private_postgres)) || forget_libpq_environment
        # Where they are is said below; of the rest only a download is worth a line.
        patiently "$here/servers.sh" start --dir "$work/servers" "${wanted[@]}" \
            > >(trap '' INT && exec sed -un '/downloading/p') 2>"$work/servers.err" || {
            cat -- "$work/servers.err" >&2
            die "the servers did not start"
        }
        # shellcheck source=/dev/null
        . "$work/servers/env"
    fi
    ((!private_search)) || export ELASTICSEARCH_URL=$OPENSEARCH_URL
    # A proxy is for elsewhere.
    ((!private_search)) || export no_proxy="127.0.0.1${no_proxy:+,$no_proxy}" NO_PROXY="127.0.0.1${NO_PROXY:+,$NO_PROXY}"
    search_url=${ELASTICSEARCH_URL%/}
    export PGCONNECT_TIMEOUT=${PGCONNECT_TIMEOUT:-10} PGCLIENTENCODING=UTF8
    maintenance_database=${PGDATABASE:-postgres}
    export PGDATABASE=$maintenance_database
}

check_servers() {
    local status wal_level
    sql -c 'select 1' >/dev/null || die "cannot reach PostgreSQL; PGHOST, PGPORT, PGUSER, PGPASSWORD and PGDATABASE say where it is"
    wal_level=$(sql -c 'show wal_level')
    [[ $wal_level == logical ]] ||
        die "this PostgreSQL has wal_level = $wal_level; set wal_level = logical in postgresql.conf and restart it, or unset PGHOST"
    [[ -z $(sql -c "select 1 from pg_database where datname = '$database'") ]] ||
        die "there is a database $database on this server already; the demo makes one of that name and drops it: drop or rename yours first"
    status=$(search_status "/$index") || die "cannot reach $(without_secrets "$search_url"); ELASTICSEARCH_URL says where it is"
    case $status in
        404) ;;
        200) die "there is an index $index on $(without_secrets "$search_url") already; the demo makes one of that name and deletes it: delete or rename yours first" ;;
        *) die "$(without_secrets "$search_url") answers $status to GET /$index; check address, user and password in ELASTICSEARCH_URL" ;;
    esac
    [[ -z $(indices) ]] || die "there are indices named $index-* on $(without_secrets "$search_url") already: delete or rename them first"

    local whose=("yours, as the environment names it" "private, in $work/servers")
    say "$(describe_postgres), ${whose[private_postgres]}; database $database"
    say "$(describe_search), ${whose[private_search]}; index $index"
}

create_tables() {
    sql -c "create database $database template template0 encoding 'UTF8'" || die "could not create the database $database"
    database_made=1
    export PGDATABASE=$database
    sql -f "$root/examples/airbnb/schema.sql"
    sql -f "$root/examples/airbnb/data.sql"
    say "$(sql -F ', ' -c "select format('%s bookings', (select count(*) from booking)), format('%s reviews', (select count(*) from review)),
        format('%s guests', (select count(*) from guest)), format('%s places', (select count(*) from place)),
        format('%s cities', (select count(*) from city)), format('%s countries', (select count(*) from country))")"
}

build_program() {
    local begun=$SECONDS
    heading 'Building examples/airbnb'
    if ! patiently cmake -S "$root" -B "$root/build/demo" -G Ninja -DCMAKE_BUILD_TYPE=Release \
        -DPGSYNC_BUILD_TESTS=OFF -DPGSYNC_BUILD_EXAMPLES=ON >"$work/build.log" 2>&1 ||
        ! patiently cmake --build "$root/build/demo" --target airbnb >>"$work/build.log" 2>&1; then
        show_log_tail "$work/build.log" 60
        die "the build failed"
    fi
    program=$root/build/demo/examples/airbnb/airbnb
    say "build/demo/examples/airbnb/airbnb, $((SECONDS - begun)) s"
}

start_sync() {
    local deadline=$((SECONDS + patience))
    heading 'airbnb sync, in the background'
    # A session of its own, so that Ctrl-C ends the demo first, which then ends it in order.
    setsid "$program" sync </dev/null >"$work/sync.log" 2>&1 &
    sync_pid=$!
    remember_process "$work/sync.pid" "$sync_pid" || true
    until [[ $(sql -c "select count(*) from pg_replication_slots where database = '$database' and active") != 0 ]]; do
        if ! remembered_process "$work/sync.pid" >/dev/null || ((SECONDS >= deadline)); then
            show_log_tail "$work/sync.log" 40
            die "airbnb sync does not follow the log"
        fi
        sleep 0.05
    done
    say "following the write-ahead log"
}

stop_sync() {
    local status=0
    heading 'The end'
    end_process "$work/sync.pid" TERM "$patience" KILL 5
    wait "$sync_pid" || status=$?
    if ((status != 0)); then
        show_log_tail "$work/sync.log" 40
        die "airbnb sync ended with status $status on SIGTERM, not 0"
    fi
    say "airbnb sync ended with status 0 on SIGTERM"
    "$program" teardown --yes
    [[ $(sql -c "select count(*) from pg_replication_slots where database = '$database'") == 0 ]] ||
        die "airbnb teardown left a replication slot behind"
    [[ $(search_status "/$index") == 404 && -z $(indices) ]] || die "airbnb teardown left an index behind"
    bootstrapped=0
    ((private_postgres)) || say "removing database $database"
}

explain_kept() {
    local address
    address=$(without_secrets "$search_url")
    [[ $address == "$search_url" ]] || address="\$ELASTICSEARCH_URL"
    trap - EXIT INT TERM HUP
    cat <<-KEPT

	${bold}Everything keeps running${plain}
	$(describe_postgres), database $database
	$(describe_search), index $index
	airbnb sync, process $sync_pid, log $work/sync.log

	its environment:    . $work/env
	a look:             curl -s "$address/$index/_search?q=place.city.name:Porto&pretty"
	a change:           (. $work/env && psql -c "update city set name = 'Oporto' where name = 'Porto'")
	to stop it all:     scripts/demo.sh --stop $work
	KEPT
}

keep=0 install_missing=1
while (($#)); do
    case $1 in
        --keep) keep=1 ;;
        --no-install) install_missing=0 ;;
        --stop)
            (($# == 2)) || die "--stop needs the folder that --keep named"
            stop_kept "$2"
            exit
            ;;
        -h | --help) usage && exit ;;
        *) die "does not know $1; see scripts/demo.sh --help" ;;
    esac
    shift
done

bold='' dim='' plain='' colour=(-M)
if [[ -t 1 && -z ${NO_COLOR-} ]]; then bold=$'\e[1m' dim=$'\e[2m' plain=$'\e[0m' colour=(-C); fi

trap at_exit EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
trap 'exit 129' HUP
trap 'exit 141' PIPE
work=$(mktemp -d "${TMPDIR:-/tmp}/pgsync-demo.XXXXXX")
chmod 711 "$work" # PostgreSQL, started by root, runs as somebody else, who must be able to pass
touch "$work/.pgsync-demo"

choose_servers
check_servers
create_tables
build_program
save_state
heading 'airbnb bootstrap'
bootstrapped=1
patiently "$program" bootstrap
start_sync
save_state
make_changes
check_counts
if ((keep)); then
    explain_kept
else
    stop_sync
fi
