#!/usr/bin/env bash
# lost_shards tells a shard that a cluster gave up from a search that came before the shard had started.
set -euo pipefail

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)
# shellcheck source=scripts/lib/search.sh
. "$root/scripts/lib/search.sh"
folder=$(mktemp -d)
trap 'rm -rf -- "$folder"' EXIT

says() { printf '%s\n' "$2" >"$folder/$1"; }
# As Elasticsearch 7.10 wrote them.
says early '[2026-11-29T10:00:00,022][WARN ][r.suppressed] path: /products-dead-letters/_count, params: {index=products-dead-letters}
org.elasticsearch.action.search.SearchPhaseExecutionException: all shards failed'
says node '[2026-11-30T18:57:34,588][WARN ][o.e.i.c.IndicesClusterStateService] [lost][0] marking and sending shard failed due to [failed to update index (mapping update failed)]'
says master '[2026-11-30T18:57:34,592][WARN ][o.e.c.r.a.AllocationService] failing shard [failed shard, shard [lost][0], node[YROZybADR8m9BFRbjdQkzw], [P], s[STARTED]'
says health '[2026-11-30T18:57:34,605][INFO ][o.e.c.r.a.AllocationService] Cluster health status changed from [GREEN] to [RED] (reason: [shards failed [[lost][0]]]).'

if lost_shards "$folder/early"; then
    echo "a search that came too early counts as a lost shard"
    exit 1
fi
for each in node master health; do
    lost_shards "$folder/early" "$folder/$each" >/dev/null || {
        echo "$each: a lost shard is not seen"
        exit 1
    }
done
