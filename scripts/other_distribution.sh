#!/usr/bin/env bash
# Builds and tests this tree on another release of Debian, with its compilers and libraries, in a chroot.
set -euo pipefail

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
root=$(dirname -- "$here")
# shellcheck source=scripts/lib/common.sh
. "$here/lib/common.sh"

usage() {
    cat <<'USAGE'
usage: scripts/other_distribution.sh --dir DIR [--suite SUITE] [--mirror URL] [--compiler CXX] [--only REGEX]
                                     [--servers]

Makes a chroot of that release of Debian in DIR/SUITE, installs there what scripts/install.sh does, builds everything
with warnings as errors, and runs the tests that need no servers. As root, on Debian or Ubuntu, with debootstrap. Some
1.5 GB; the next run goes on with what is there. Nothing is left mounted or running; `rm -r DIR` removes it all.

  --suite     trixie (Debian 13) by default
  --mirror    where Debian's packages come from; by default where this machine's apt has them from
  --compiler  g++ by default; a folder of its own is built for each
  --only      only the tests with such a name
  --servers   also the queries of every example on that release's PostgreSQL, and the program of examples/airbnb from
              there to an OpenSearch that runs outside of the chroot

$PGSYNC_JOBS is the number of jobs, by default that of the cores.
USAGE
}

dir='' suite=trixie mirror='' compiler=g++ only=. servers=0
while (($#)); do
    case $1 in
        --dir | --suite | --mirror | --compiler | --only)
            (($# >= 2)) || die "$1 needs a value"
            printf -v "${1#--}" '%s' "$2"
            shift
            ;;
        --servers) servers=1 ;;
        -h | --help) usage && exit ;;
        *) usage >&2 && die "does not know $1" ;;
    esac
    shift
done
[[ -n $dir ]] || die "say where with --dir DIR"
((EUID == 0)) || die "needs root, to make a chroot"
command -v debootstrap >/dev/null || die "needs debootstrap; apt-get install debootstrap"
mkdir -p -- "$dir"
dir=$(cd -- "$dir" && pwd -P)
chroot=$dir/$suite

if [[ ! -e $chroot.made ]]; then
    # Not the one of the security updates, which has no base system.
    # shellcheck disable=SC2016
    [[ -n $mirror ]] || mirror=$(apt-get indextargets --format '$(LABEL) $(REPO_URI)' 'Created-By: Packages' 2>/dev/null |
        sed -n 's/^Debian //p' | head -n 1)
    [[ -n $mirror ]] || die "this machine's apt knows no mirror of Debian; name one with --mirror"
    eval "$(apt-config shell proxy Acquire::http::Proxy)"
    say "making $chroot"
    rm -rf -- "${chroot:?}"
    http_proxy=${proxy:-${http_proxy-}} debootstrap --variant=minbase "$suite" "$chroot" "$mirror" >"$chroot.log" 2>&1 || {
        show_log_tail "$chroot.log"
        die "debootstrap failed"
    }
    [[ -z ${proxy-} ]] || printf 'Acquire::http::Proxy "%s";\n' "$proxy" >"$chroot/etc/apt/apt.conf.d/pgsync"
    : >"$chroot.made"
fi
mkdir -p -- "$chroot/pgsync"
cp -L -- /etc/resolv.conf "$chroot/etc/resolv.conf"

search='' inside_process=''
clean_up() {
    # It hears of no other signal; all that it started ends with it.
    [[ -z $inside_process ]] || kill -KILL "$inside_process" 2>/dev/null || true
    if ((servers)); then "$here/servers.sh" stop --dir "$dir/servers" --purge >/dev/null; fi
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
if ((servers)); then
    "$here/servers.sh" start --dir "$dir/servers" --opensearch
    # shellcheck source=/dev/null
    search=$(. "$dir/servers/env" && printf '%s' "$OPENSEARCH_URL")
fi

# Namespaces of its own: what is mounted and started there ends with this shell. The tree is read only, for it is this
# very one that is to build.
# shellcheck disable=SC2016
outside='
    set -e
    mount --rbind /dev "$1/dev"
    mount -t proc proc "$1/proc"
    mount --rbind "$2" "$1/pgsync"
    mount -o remount,bind,ro "$1/pgsync"
    exec chroot "$1" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 \
        PYTHONDONTWRITEBYTECODE=1 "${@:3}"'
# shellcheck disable=SC2016
inside='
    set -euo pipefail
    cd /pgsync
    scripts/install.sh --tests --no-search
    . /etc/os-release
    printf "%s\n" "$PRETTY_NAME" "$("$compiler" --version | head -n 1)"
    dpkg-query -W -f="\${Package} \${Version}\n" libboost-dev libpqxx-dev libcurl4-openssl-dev libspdlog-dev \
        libcli11-dev libmicrohttpd-dev libtomlplusplus-dev catch2 cmake | cat
    build=/build/$compiler
    cmake -S . -B "$build" -G Ninja -DPGSYNC_WERROR=ON -DPGSYNC_COMPILED=ON -DCMAKE_CXX_COMPILER="$compiler" \
        -DPGSYNC_TEST_COMPILERS="$compiler" -DCMAKE_BUILD_TYPE=Release "-DCMAKE_CXX_FLAGS_RELEASE=-O1 -DNDEBUG"
    cmake --build "$build" -j "$jobs" -- -k 0
    ctest --test-dir "$build" -j "$jobs" --output-on-failure --no-tests=error -L "unit|structure" -R "$only"
    [[ -n $search ]] || exit 0
    stop_servers() { scripts/servers.sh stop --dir /servers --purge; }
    trap stop_servers EXIT
    scripts/servers.sh start --dir /servers --postgres --fast
    set -a
    . /servers/env
    OPENSEARCH_URL=$search PGSYNC_TEST_SERVERS=1
    set +a
    psql -X -A -t -c "select version()"
    ctest --test-dir "$build" --output-on-failure --no-tests=error \
        -R "^(golden\.server|integration\.example\.airbnb\.opensearch)\$"'
unshare --mount --pid --fork --kill-child --propagation private \
    bash -c "$outside" "${0##*/}" "$chroot" "$root" \
    compiler="$compiler" jobs="${PGSYNC_JOBS:-$(nproc)}" only="$only" search="$search" bash -c "$inside" </dev/null &
inside_process=$!
status=0
wait "$inside_process" || status=$?
inside_process=''
(exit "$status")
