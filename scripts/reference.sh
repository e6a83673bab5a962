#!/usr/bin/env bash
# Writes the API reference as HTML.
set -euo pipefail

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=scripts/lib/common.sh
. "$root/scripts/lib/common.sh"

usage() {
    cat <<'USAGE'
usage: scripts/reference.sh [FOLDER]

Writes FOLDER/html/index.html (build/reference where no folder is said) with Doxygen: every type and
function that a program uses, each with what its comment says. Fails where one has no comment.
USAGE
}

case ${1-} in
    -h | --help) usage && exit ;;
esac
folder=${1-$root/build/reference}
command -v doxygen >/dev/null || die "needs doxygen; install that package, or run scripts/install.sh --tests"
mkdir -p -- "$folder"
cd -- "$root"
problems=$({
    cat docs/Doxyfile
    printf 'OUTPUT_DIRECTORY = "%s"\n' "$folder"
} | doxygen - 2>&1)
if [[ -n $problems ]]; then
    printf '%s\n' "${problems//$root\//}" | sort -u >&2
    die "not everything has a comment that can be read"
fi
say "$folder/html/index.html"
