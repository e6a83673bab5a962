#!/usr/bin/env bash
# The tests, real servers included.
set -euo pipefail

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
root=$(cd -- "$here/.." && pwd)
# shellcheck source=scripts/lib/common.sh
. "$here/lib/common.sh"
# shellcheck source=scripts/lib/search.sh
. "$here/lib/search.sh"

usage() {
    cat <<'USAGE'
usage: scripts/test.sh [--all] [--fast] [--long SECONDS] [--only PART]... [--no-install] [--keep]

Installs what is missing, starts a private PostgreSQL, OpenSearch and Elasticsearch, builds pgsync with
g++ and clang and runs the tests. Says what it does, how long each part took, and at the end how many
passed and failed; the exit status is 0 when all passed.

  --all           also what takes long and seldom finds what the rest does not: packages, every header compiled by
                  itself, all server versions, faults of every kind, scenarios in each of their forms, whole programs
                  under the sanitizers, the fuzzers
  --fast          no servers, and none of the tests that need one
  --long SECONDS  the randomised test runs that long instead of less than a minute, and so do that of an operator who changes
                  tables, publication and servers meanwhile, and each fuzzer
  --only PART     only this part, and those named by further --only:
                    format       clang-format, shellcheck
                    gcc          g++, -O2 programs: structure; with --all unit and server tests, too
                    integration  whole programs against the servers
                    asan         clang, address and undefined behaviour sanitizers: unit and server tests; with --all
                                 the randomised test, too
                    tsan         clang, thread sanitizer: unit and server tests of what has threads; with --all all of
                                 them, through the single header, and the randomised test
                    fuzz         the fuzzers, a minute and a half for all of them; with --all only, or by name
  --no-install    install nothing
  --keep          leave the servers running; prints where

Builds in $PGSYNC_BUILD, build/test by default. PGSYNC_JOBS is the number of jobs, by default that of the cores.
USAGE
}

parts=(format gcc integration asan tsan fuzz)
all=0 fast=0 long='' install=1 keep=0 only=()
while (($#)); do
    case $1 in
        --all) all=1 ;;
        --fast) fast=1 ;;
        --long | --only)
            (($# >= 2)) || die "$1 needs a value"
            if [[ $1 == --long ]]; then long=$2; else only+=("$2"); fi
            shift
            ;;
        --long=*) long=${1#*=} ;;
        --only=*) only+=("${1#*=}") ;;
        --no-install) install=0 ;;
        --keep) keep=1 ;;
        -h | --help) usage && exit ;;
        *) usage >&2 && die "does not know $1" ;;
    esac
    shift
done
[[ -z $long || $long =~ ^[1-9][0-9]*$ ]] || die "--long needs a number of seconds, not $long"
for part in "${only[@]}"; do
    [[ " ${parts[*]} " == *" $part "* ]] || die "there is no part $part; the parts are ${parts[*]}"
done

cd -- "$root"
build=${PGSYNC_BUILD:-$root/build/test}
jobs=${PGSYNC_JOBS:-$(nproc)}
servers=$build/servers
logs=$build/logs
mkdir -p -- "$logs"
passed=0 failed=0 times=() running=0
reasons=$logs/reasons.txt
: >"$reasons"

wanted() {
    if ((${#only[@]})); then [[ " ${only[*]} " == *" $1 "* ]]; else [[ $1 != fuzz ]] || ((all)); fi
}
needs_servers() { ((!fast)) && { wanted gcc || wanted integration || wanted asan || wanted tsan; }; }

# --- servers ---------------------------------------------------------------------------------------

starting=''
clean_up() {
    local status=$?
    trap - EXIT
    trap '' INT TERM HUP
    if [[ -n $starting ]]; then
        kill -- "$starting" 2>/dev/null || true
        wait "$starting" 2>/dev/null || true
    fi
    if ((!fast && !keep)) && [[ -d $servers ]]; then
        stop_servers >/dev/null 2>"$logs/stop.log" || cat -- "$logs/stop.log" >&2
    fi
    exit "$status"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
trap 'exit 129' HUP

# For minutes a server does best with what its quick compiler makes: the better one and a parallel collector took most
# of its time, and that of two cores. Servers that tests start get it from the environment, too.
export PGSYNC_SEARCH_JAVA_OPTIONS='-XX:TieredStopAtLevel=1 -XX:+UseSerialGC'

# Three sets: tests that would disturb each other run on different ones. What few tests need the first has alone.
sets=(first second third)
launch_servers() {
    local set ids='' engines=(--opensearch) others=(--elasticsearch7)
    if ((all)); then
        engines+=(--elasticsearch7)
        others+=(--elasticsearch6 --elasticsearch717 --elasticsearch8)
    fi
    for set in "${sets[@]}"; do
        "$here/servers.sh" start --dir "$servers/$set" --fast --postgres "${engines[@]}" "${others[@]}" || return
        others=()
        ids+="${ids:+, }{\"id\": \"$set\"}"
    done
    printf '{"version": {"major": 1, "minor": 0}, "local": [{"servers": [%s]}]}\n' "$ids" >"$servers/sets.json"
}

stop_servers() {
    local set
    for set in "${sets[@]}"; do
        [[ ! -d $servers/$set ]] || "$here/servers.sh" stop --dir "$servers/$set" --purge || return
    done
    rm -rf -- "$servers"
}

# They start while the first build runs.
start_servers() {
    say "servers: starting in the background, see ${logs#"$root"/}/servers.log"
    launch_servers >"$logs/servers.log" 2>&1 &
    starting=$!
}

# wait_for_servers: true when they answer and their addresses are in the environment.
wait_for_servers() {
    if [[ -n $starting ]]; then
        if ! wait "$starting"; then
            starting=''
            show_log_tail "$logs/servers.log"
            say "servers: FAILED to start; no test that needs one is run"
            failed=$((failed + 1))
            return 1
        fi
        starting='' running=1
        set -a
        # shellcheck source=/dev/null
        . "$servers/first/env"
        set +a
        export PGSYNC_TEST_SERVERS=1 PGSYNC_TEST_SERVER_SETS=$servers
        if ((keep)); then say "servers: see $servers/*/env; scripts/servers.sh stop --purge --dir ends those of a folder"; fi
    fi
    ((running))
}

# --- parts -----------------------------------------------------------------------------------------

# step NAME COMMAND...: one test of its own; its output is shown where it fails.
step() {
    local name=$1 begin=$SECONDS log="$logs/${1//[^a-z0-9]/_}.log"
    shift
    say "$name ..."
    if "$@" >"$log" 2>&1; then
        passed=$((passed + 1))
        times+=("$((SECONDS - begin)) $name")
        say "$name: passed, $((SECONDS - begin)) s"
    else
        failed=$((failed + 1))
        times+=("$((SECONDS - begin)) $name: failed")
        # A compiler's first words count, not its last.
        grep -E -m 20 '(error|FAILED|warning): ' -- "$log" | cut -c 1-400 >&2 || true
        echo "$name: FAILED" >>"$reasons"
        why "$log"
        show_log_tail "$log" 30
        say "$name: FAILED, $((SECONDS - begin)) s; all of it is in ${log#"$root"/}"
        return 1
    fi
}

# tests NAME BUILD CTEST-OPTION...: the tests of a build; each counts.
tests() {
    local name=$1 folder=$2 begin=$SECONDS log="$logs/${1//[^a-z0-9]/_}.log" summary
    shift 2
    say "$name ..."
    ctest --test-dir "$folder" -j "$jobs" --output-on-failure --no-tests=error "$@" >"$log" 2>&1 || true
    # Failures with all they said, and ctest's own summary.
    sed -E -e '/^ *Start +[0-9]+: /d' -e '/ Passed +[0-9.]+ sec$/d' -e '/^(Internal ctest|Test project|Label Time)/d' \
        -e '/^(unit|structure|server|integration) += .*sec\*proc/d' -e '/^$/d' -- "$log"
    summary=$(sed -nE 's/^[0-9]+% tests passed, ([0-9]+) tests failed out of ([0-9]+)$/\1 \2/p' "$log")
    if [[ -z $summary ]]; then
        failed=$((failed + 1))
    else
        failed=$((failed + ${summary% *}))
        passed=$((passed + ${summary#* } - ${summary% *}))
    fi
    why "$log"
    times+=("$((SECONDS - begin)) $name")
    say "$name: $((SECONDS - begin)) s"
}

# why LOG: the lines of a failure that say why, kept for the end, where they are found whatever came between.
why() {
    grep -E -A 3 '\*\*\*(Failed|Timeout|Exception|Not Run)|^problem: |FAILED:|[Ee]rror: |^different|^AssertionError' -- "$1" |
        cut -c 1-400 | head -n 60 >>"$reasons" || true
}

# configure_and_build FOLDER TARGET CMAKE-OPTION...
configure_and_build() {
    local folder=$1 target=$2
    shift 2
    cmake -S "$root" -B "$folder" -G Ninja -DPGSYNC_WERROR=ON "$@" &&
        cmake --build "$folder" -j "$jobs" --target "$target" -- -k 0
}

check_format() {
    local -a files
    mapfile -d '' -t files < <(git ls-files -z --cached --others --exclude-standard '*.hpp' '*.cpp' ':!single_include')
    clang-format-16 --dry-run -Werror "${files[@]}"
}

check_scripts() {
    local -a files
    mapfile -d '' -t files < <(git ls-files -z --cached --others --exclude-standard '*.sh' .ci/run)
    shellcheck -x "${files[@]}"
}

part_format() {
    step "format" check_format || true
    step "shellcheck" check_scripts || true
}

# The unit tests are built with clang and its sanitizers, see below: twice takes minutes and finds nothing new.
build_gcc() {
    local set=OFF
    ((!all)) || set=ON
    configure_and_build "$build/gcc" all -DCMAKE_CXX_COMPILER=g++ -DCMAKE_BUILD_TYPE=Release \
        '-DCMAKE_CXX_FLAGS_RELEASE=-O2 -DNDEBUG' "-DPGSYNC_ALL_TESTS=$set" "-DPGSYNC_UNIT_TESTS=$set" \
        ${long:+"-DPGSYNC_RANDOM_SECONDS=$long"}
}

part_gcc() {
    step "build with g++" build_gcc || return 0
    tests "unit and structure tests" "$build/gcc" -L 'unit|structure'
    if wait_for_servers; then tests "server tests" "$build/gcc" -L server; fi
}

part_integration() {
    ((!fast)) || return 0
    if ! wanted gcc; then step "build with g++" build_gcc || return 0; fi
    wait_for_servers || return 0
    # One for each set of servers, and one for what starts its own: most of their time is waiting.
    tests "integration tests" "$build/gcc" -L integration -j $((${#sets[@]} + 1)) \
        --resource-spec-file "$servers/sets.json"
    step "every shard was kept" check_shards || true
}

# A cluster that gives a shard up begins it again, a few times: documents alone would not tell for long.
check_shards() {
    local found=0
    lost_shards "$servers"/*/*/log || found=$?
    ((found == 1))
}

build_asan() {
    configure_and_build "$build/clang-asan" unit_tests -DCMAKE_CXX_COMPILER=clang++-16 -DCMAKE_BUILD_TYPE=Debug \
        '-DPGSYNC_SANITIZE=address;undefined' -DPGSYNC_BUILD_EXAMPLES=OFF "-DPGSYNC_ALL_TESTS=$((all))" \
        -DPGSYNC_RANDOM_SECONDS=15 || return
    ((!all)) || cmake --build "$build/clang-asan" -j "$jobs" --target random_program golden odr_shape odr_pgsync
}

part_asan() {
    local labels=unit
    step "build with clang and its address sanitizer" build_asan || return 0
    if wait_for_servers; then labels='unit|server'; fi
    tests "address sanitizer" "$build/clang-asan" -L "$labels"
    ((all)) || return 0
    tests "address sanitizer: golden, odr" "$build/clang-asan" -R '^(golden|odr)'
    if ((running)); then
        tests "address sanitizer: the whole program" "$build/clang-asan" -R '^integration\.random\.opensearch$'
    fi
}

# With all tests this build sees the library through the single header: the suite has to pass against it, too.
build_tsan() {
    local options=('-DPGSYNC_UNIT_FOLDERS=observe;pipeline;postgres;sink' -DPGSYNC_TEST_SINGLE_HEADER=OFF)
    ((!all)) || options=(-DPGSYNC_UNIT_FOLDERS= -DPGSYNC_TEST_SINGLE_HEADER=ON)
    configure_and_build "$build/clang-tsan" unit_tests -DCMAKE_CXX_COMPILER=clang++-16 -DCMAKE_BUILD_TYPE=Debug \
        -DPGSYNC_SANITIZE=thread -DPGSYNC_BUILD_EXAMPLES=OFF "${options[@]}" -DPGSYNC_RANDOM_SECONDS=15 || return
    ((!all)) || cmake --build "$build/clang-tsan" -j "$jobs" --target random_program
}

part_tsan() {
    local labels=unit
    step "build with clang and its thread sanitizer" build_tsan || return 0
    if wait_for_servers; then labels='unit|server'; fi
    tests "thread sanitizer" "$build/clang-tsan" -L "$labels"
    if ((all && running)); then
        tests "thread sanitizer: the whole program" "$build/clang-tsan" -R '^integration\.random\.opensearch$'
    fi
}

build_fuzzers() {
    configure_and_build "$build/clang-fuzz" all -DCMAKE_CXX_COMPILER=clang++-16 -DCMAKE_BUILD_TYPE=Debug \
        -DPGSYNC_BUILD_TESTS=OFF -DPGSYNC_BUILD_EXAMPLES=OFF -DPGSYNC_BUILD_FUZZERS=ON
}

fuzz() {
    mkdir -p -- "$build/corpus/$1"
    (cd -- "$build/corpus" && "$build/clang-fuzz/tests/fuzz/$1" -max_total_time="$2" -print_final_stats=1 "$1")
}

part_fuzz() {
    local source name seconds
    compgen -G "$root/tests/fuzz/*.cpp" >/dev/null || return 0
    step "build the fuzzers" build_fuzzers || return 0
    local -a sources=("$root"/tests/fuzz/*.cpp)
    seconds=${long:-$((90 / ${#sources[@]}))}
    for source in "${sources[@]}"; do
        name=$(basename -- "$source" .cpp)
        step "fuzz $name" fuzz "$name" "$seconds" || true
    done
}

# --- everything ------------------------------------------------------------------------------------

if ((install)); then
    begin=$SECONDS
    if ((fast)); then "$here/install.sh" --tests --no-postgres --no-search; else "$here/install.sh" --tests; fi
    times+=("$((SECONDS - begin)) install")
fi
if needs_servers; then start_servers; fi
for part in "${parts[@]}"; do
    if wanted "$part"; then "part_$part"; fi
done

say
say "seconds"
for line in "${times[@]}"; do printf '%7d  %s\n' "${line%% *}" "${line#* }"; done
printf '%7d  altogether\n' "$SECONDS"
if ((failed)); then
    say
    say "what failed says"
    sed 's/^/    /' -- "$reasons"
fi
say "$passed passed, $failed failed"
((failed == 0))
