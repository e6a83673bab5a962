# shellcheck shell=bash
# Small pieces that the scripts share. Sourced, never run; defines functions only.

say() { printf '%s\n' "$*"; }
warn() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }
die() {
    warn "$*"
    exit 1
}

# The folder that keeps downloads from one run to the next.
cache_folder() { printf '%s\n' "${PGSYNC_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/pgsync}"; }

# Everything libpq would read from the environment, so that a private server is reached as we say and
# not as the caller's PGSERVICE or PGSSLMODE would have it. Our own PGSYNC_* stay.
forget_libpq_environment() {
    local name
    for name in "${!PG@}"; do
        case $name in PGSYNC_*) ;; *) unset "$name" ;; esac
    done
}

# --- processes -----------------------------------------------------------------------------------
# A process id alone is no proof: ids are reused. Id, start time and boot together are one.

# process_identity PID: "PID START BOOT", or failure where there is no such process (a zombie is none).
process_identity() {
    local stat boot
    local -a field
    { stat=$(<"/proc/$1/stat"); } 2>/dev/null || return 1
    # The command's name stands in brackets and may itself hold blanks and brackets.
    read -r -a field <<<"${stat##*) }"
    [[ ${field[0]} != Z && ${field[0]} != X ]] || return 1
    boot=$(</proc/sys/kernel/random/boot_id)
    printf '%s %s %s\n' "$1" "${field[19]}" "$boot"
}

# remember_process FILE PID
remember_process() { process_identity "$2" >"$1"; }

# remembered_process FILE: prints the id if that very process still runs.
remembered_process() {
    local known pid
    [[ -s $1 ]] || return 1
    known=$(<"$1")
    pid=${known%% *}
    [[ $(process_identity "$pid") == "$known" ]] || return 1
    printf '%s\n' "$pid"
}

# end_process FILE (SIGNAL SECONDS)...: sends each signal in turn until the process is gone, then
# forgets it. Does nothing where the process is not the remembered one any more.
end_process() {
    local file=$1 pid signal deadline
    shift
    while (($# >= 2)) && pid=$(remembered_process "$file"); do
        signal=$1 deadline=$((SECONDS + $2))
        shift 2
        kill -s "$signal" "$pid" 2>/dev/null || true
        while ((SECONDS <= deadline)) && remembered_process "$file" >/dev/null; do sleep 0.05; done
    done
    if remembered_process "$file" >/dev/null; then
        warn "process $(remembered_process "$file") does not end"
        return 1
    fi
    rm -f -- "$file"
}

# --- ports ---------------------------------------------------------------------------------------

port_is_free() { ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# pick_port LOW HIGH: a free port, chosen at random so that two runs at once seldom meet. Somebody may
# still take it before the server does: callers try again with another.
pick_port() {
    local attempt port
    for ((attempt = 0; attempt < 200; attempt++)); do
        port=$(($1 + (RANDOM * 32768 + RANDOM) % ($2 - $1 + 1)))
        if port_is_free "$port"; then
            printf '%s\n' "$port"
            return
        fi
    done
    die "found no free port between $1 and $2 on 127.0.0.1; stop something that listens there"
}

# random_word LENGTH: letters and digits, good enough for a password.
random_word() {
    local word=
    while ((${#word} < $1)); do
        word+=$(head -c 256 /dev/urandom | LC_ALL=C tr -dc 'A-Za-z0-9')
    done
    printf '%s\n' "${word:0:$1}"
}

# show_log_tail FILE [LINES]
show_log_tail() {
    [[ -s $1 ]] || return 0
    printf -- '--- the last lines of %s\n' "$1" >&2
    tail -n "${2:-30}" -- "$1" | cut -c 1-400 >&2
    printf -- '---\n' >&2
}
