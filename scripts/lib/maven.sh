# shellcheck shell=bash
# Servers as files from Maven Central, downloaded once into a folder of the cache. Sourced after common.sh.

# The marker is written last and says how many files there are.
download_is_complete() {
    local -a files=("$1"/lib/*)
    [[ -s $1/complete && $(<"$1/complete") == "${#files[@]}" ]]
}

# maven_download FOLDER TITLE SIZE UNPACK GROUP:ARTIFACT:VERSION...: the jars, and those they need, in
# FOLDER/lib. Once: later starts need neither Maven nor the network. UNPACK is empty, or a function that is
# called with the folder while nobody else looks into it, to make something else of the jars.
maven_download() {
    local folder=$1 title=$2 size=$3 unpack=$4 dependencies='' each group artifact version
    shift 4
    ! download_is_complete "$folder" || return 0
    command -v mvn >/dev/null || die "Maven (mvn) is needed once, to download $title; run scripts/install.sh"
    for each in "$@"; do
        IFS=: read -r group artifact version <<<"$each"
        dependencies+="<dependency><groupId>$group</groupId><artifactId>$artifact</artifactId>"
        dependencies+="<version>$version</version></dependency>"
    done
    mkdir -p -- "$(cache_folder)"
    (
        flock 8 # two first starts at once: one downloads, the other waits and finds it done
        ! download_is_complete "$folder" || exit 0
        say "$title: downloading it once from Maven Central ($size) into $folder"
        partial=$(mktemp -d "$folder.partial.XXXXXX")
        trap 'rm -rf -- "$partial"' EXIT
        trap 'exit 130' INT
        trap 'exit 143' TERM
        cat >"$partial/pom.xml" <<-POM
	<project xmlns="http://maven.apache.org/POM/4.0.0">
	  <modelVersion>4.0.0</modelVersion>
	  <groupId>pgsync</groupId><artifactId>server</artifactId><version>1</version><packaging>pom</packaging>
	  <dependencies>$dependencies</dependencies>
	</project>
	POM
        for attempt in 1 2 3; do
            # -C: a jar whose checksum is wrong is refused. What arrived stays for the next attempt.
            if mvn -q -B -C -Dstyle.color=never -f "$partial/pom.xml" -DincludeScope=runtime \
                -DoutputDirectory="$partial/lib" \
                org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies \
                </dev/null >"$partial/log" 2>&1; then
                [[ -z $unpack ]] || "$unpack" "$partial"
                files=("$partial"/lib/*)
                printf '%s\n' "${#files[@]}" >"$partial/complete"
                rm -rf -- "$folder"
                chmod 755 -- "$partial"
                mv -- "$partial" "$folder"
                exit 0
            fi
            ((attempt == 3)) || sleep 5
        done
        show_log_tail "$partial/log"
        die "could not download $title with Maven; see above (a proxy goes into ~/.m2/settings.xml)"
    ) 8>>"$(cache_folder)/.lock" 9>&-
}
