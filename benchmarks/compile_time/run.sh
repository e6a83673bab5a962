#!/usr/bin/env bash
# How long the compilers need: for the includes alone, for a shape, for a whole program, header-only and with the
# run-time half in a library. Best of three.
set -euo pipefail

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
root=$(cd -- "$here/../.." && pwd)
folder=$(mktemp -d)
trap 'rm -rf -- "$folder"' EXIT

flags=(-std=c++20 "-I$root/include" -DSPDLOG_COMPILED_LIB -DSPDLOG_FMT_EXTERNAL)
read -ra found <<<"$(pkg-config --cflags libpq libpqxx libcurl 2>/dev/null || true)"
flags+=("${found[@]}")

# seconds COMPILER FLAGS... SOURCE
seconds() {
    local begin best='' took
    for _ in 1 2 3; do
        begin=${EPOCHREALTIME/[.,]/}
        "$@" || exit 1
        took=$((${EPOCHREALTIME/[.,]/} - begin))
        if [[ -z $best ]] || ((took < best)); then best=$took; fi
    done
    printf '%d.%02d' $((best / 1000000)) $((best / 10000 % 100))
}

printf '#include <pgsync/pgsync.hpp>\n' >"$folder/includes.cpp"
awk -f "$here/wide.awk" >"$folder/wide.cpp"

printf '%-44s' seconds
compilers=()
for compiler in g++ clang++-16; do
    if command -v "$compiler" >/dev/null; then
        compilers+=("$compiler")
        printf '%12s' "$compiler"
    fi
done
printf '\n'
row() {
    local title=$1 compiler
    shift
    printf '%-44s' "$title"
    for compiler in "${compilers[@]}"; do
        printf '%12s' "$(seconds "$compiler" "${flags[@]}" "$@" -c -o "$folder/out.o")"
    done
    printf '\n'
}
row '#include <pgsync/shape.hpp>' -O2 "$here/shape_includes.cpp"
row '… and the airbnb shape' -O2 "$here/airbnb.cpp"
row 'the largest example: book, two indices' -O2 "$here/largest.cpp"
row '100 tables of 30 columns, one index' -O2 "$folder/wide.cpp"
row 'airbnb/main.cpp, with pgsync::compiled' -O2 -DPGSYNC_COMPILED "$root/examples/airbnb/main.cpp"
row 'airbnb/main.cpp, header-only' -O2 "$root/examples/airbnb/main.cpp"
row 'airbnb/main.cpp, header-only, -O0' -O0 "$root/examples/airbnb/main.cpp"

# From nothing to the program, the library included, on all cores.
build_all() {
    rm -rf -- "$folder/build"
    cmake -S "$root" -B "$folder/build" -G Ninja "-DCMAKE_CXX_COMPILER=$1" -DPGSYNC_BUILD_TESTS=OFF \
        -DCMAKE_BUILD_TYPE=Release '-DCMAKE_CXX_FLAGS_RELEASE=-O2 -DNDEBUG' >/dev/null &&
        cmake --build "$folder/build" --target airbnb >/dev/null
}
printf '%-44s' "cmake, library and airbnb, $(nproc) cores"
for compiler in "${compilers[@]}"; do printf '%12s' "$(seconds build_all "$compiler")"; done
printf '\n'
