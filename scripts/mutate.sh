#!/usr/bin/env bash
set -euo pipefail

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
root=$(cd -- "$here/.." && pwd)
# shellcheck source=scripts/lib/common.sh
. "$here/lib/common.sh"

usage() {
    cat <<'USAGE'
Usage: scripts/mutate.sh [--list] [NAME...]

Breaks the product on purpose, in one place at a time, and runs the unit tests that are to notice. Says of each fault
whether they turned red; the exit status is 1 where one survived. Needs no server; without names all faults are tried,
which takes some minutes.
USAGE
}

list=0
names=()
while (($# > 0)); do
    case $1 in
        --help | -h)
            usage
            exit 0
            ;;
        --list) list=1 ;;
        -*) die "unknown option $1" ;;
        *) names+=("$1") ;;
    esac
    shift
done

copy=$(mktemp -d)
trap 'rm -rf -- "$copy"' EXIT
cp -r -- "$root/include" "$root/tests" "$copy/"

flags=(-std=c++20 -O0 -w -I"$copy/include" -I"$copy/tests" -I/usr/include/postgresql -DSPDLOG_COMPILED_LIB -DSPDLOG_FMT_EXTERNAL)
libraries=(-lboost_json -lspdlog -lfmt -lpqxx -lpq -lcurl -lcrypto -lz -pthread)
survivors=()
tried=0

# fault NAME HEADER TEST FROM TO: in the HEADER the one place FROM becomes TO; TEST.cpp is to notice.
fault() {
    local name=$1 header=$copy/include/pgsync/$2 test=$copy/tests/unit/$3.cpp from=$4 to=$5
    if ((list)); then
        printf '%-32s %s\n' "$name" "$2"
        return
    fi
    if ((${#names[@]})) && [[ " ${names[*]} " != *" $name "* ]]; then return; fi
    ((++tried))
    FROM=$from TO=$to python3 - "$header" <<'PYTHON' || die "$name: its place in $2 is not there, or not the only one"
import os, sys
path = sys.argv[1]
text = open(path, encoding="utf-8").read()
if text.count(os.environ["FROM"]) != 1:
    sys.exit(1)
open(path, "w", encoding="utf-8").write(text.replace(os.environ["FROM"], os.environ["TO"]))
PYTHON
    "${CXX:-g++}" "${flags[@]}" "$copy/tests/unit/main.cpp" "$test" -o "$copy/test" "${libraries[@]}" 2>"$copy/errors" ||
        { cat -- "$copy/errors" >&2; die "$name does not compile"; }
    if timeout 120 "$copy/test" '~[postgres]~[search]' >"$copy/output" 2>&1; then
        say "$name: SURVIVED ($3)"
        survivors+=("$name")
    else
        say "$name: red"
    fi
    cp -- "$root/include/pgsync/$2" "$header"
}

loader=pipeline/document_loader.hpp
line=pipeline/sync_pipeline.hpp

fault visibility-not-waited-for $loader pipeline/document_loader '{todo.xids, todo.committed}' '{}'
fault gone-row-not-deleted $loader pipeline/document_loader \
    'for (const auto id : missing) remove_gone(piece, id, version);' ';'
fault rescan-without-drain $loader pipeline/document_loader 'cluster_.drain();' ';'
fault rescan-before-fan-outs $loader pipeline/document_loader \
    'if (todo.indices[i].rescan_index) handler.settle();' ';'
fault orphans-of-any-age $loader pipeline/document_loader \
    'if (static_cast<std::uint64_t>(each.version) >= below) continue;' ';'
fault moved-document-deleted-too $loader pipeline/document_loader 'version - 1, document.routing' 'version, document.routing'
fault acknowledged-early queue/receipt.hpp queue/receipt 'if (--parts_ != 0 ||' 'if ('
fault given-up-counts-as-done pipeline/fan_out_loader.hpp pipeline/sync_pipeline \
    'next->part_of->give_up();' 'next->part_of->part_done();'
fault given-up-settles-as-done queue/receipt.hpp queue/receipt 'settle(state::given_up, std::nullopt);' 'settle(state::done, durable_);'
fault confirmed-before-recorded $line pipeline/sync_pipeline 'std::min(written_, checkpointer_.want(written_))' 'written_'
fault indices-not-claimed $line pipeline/sync_pipeline 'hooks_.started(target_);
        claim();' 'hooks_.started(target_);'
fault cluster-not-interrupted $line pipeline/sync_pipeline '            cluster_.interrupt();' '            ;'
fault confirmed-before-durable queue/commit_tracker.hpp queue/commit_tracker \
    'ticket < given_up_ && each.durable <= flushed' 'ticket < given_up_'
fault confirmed-past-given-up queue/commit_tracker.hpp queue/commit_tracker \
    'ticket < given_up_ && each.durable <= flushed' 'each.durable <= flushed'
fault page-lost-at-resume base/in_order_ledger.hpp pipeline/page_ledger '!entries_.empty() && entries_.front().done &&' '!entries_.empty() &&'
fault old-parent-forgotten pipeline/router.hpp pipeline/router \
    'if (row.old != postgres::old_row::none) visit(route, row.before, {});' ';'
fault truncate-ignored pipeline/router.hpp pipeline/router 'if (covers(indices_[i].routes[r], oid)) invalidate(i, r);' ';'
fault rest-of-transaction-unseen queue/memory_queue.hpp queue/memory_queue \
    '        xid_noted_ = false;
        changed_.notify_all();' '        changed_.notify_all();'
fault failed-bulk-acknowledged sink/elastic/batcher.hpp sink/batcher \
    'shared->failure.set_current();' 'shared->release(*belongs_to);'
fault overload-counts-as-done sink/elastic/bulk_response.hpp sink/bulk_response \
    'if (status == 429 || status >= 500' 'if (status == 429) return item_verdict::done;
    if (status >= 500'
fault equal-version-refused sink/elastic/bulk_body.hpp sink/bulk_body 'external_gte' 'external'
fault refused-item-not-sent-again sink/elastic/bulk_writer.hpp sink/bulk_writer \
    'if (again.empty()) return next_part(each);' 'return next_part(each);'
fault deletes-soon-forgotten store/index_state.hpp store/index_state '{{"gc_deletes", "1h"}}' '{{"number_of_shards", 1}}'

((list)) && exit 0
((tried)) || die "no fault has such a name; see --list"
((${#survivors[@]} == 0)) || die "${#survivors[@]} of $tried faults survived: ${survivors[*]}"
say "$tried faults, each of which turned a test red"
