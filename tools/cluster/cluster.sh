#!/usr/bin/env bash
# A real OpenSearch cluster of separate processes on loopback, without containers: jars by Maven (about 70 MB, once).
#   cluster.sh start FOLDER [NODES=1] · node FOLDER I · kill FOLDER I · end FOLDER I · hang FOLDER I · wake FOLDER I · stop FOLDER
#   cluster.sh run NODES COMMAND…: start one, run the command with SEARCHSVC_TEST_CLUSTER set to its nodes, stop it
#   cluster.sh able: exit 0 if Java 21 or later and Maven are here
# HTTP of node I is on port OPENSEARCH_PORT + I (default 9250, at most 9290). Jars and the compiled launcher are kept in OPENSEARCH_WORK.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
verb=${1:?verb}
work=${OPENSEARCH_WORK:-${XDG_CACHE_HOME:-$HOME/.cache}/searchsvc-test-cluster}
port=${OPENSEARCH_PORT:-9250}
heap=${OPENSEARCH_HEAP:-512m}

java_home() {  # Of Java 21 or later: the one named, the one on PATH, or a neighbour of that.
  local own home version
  own=$(dirname "$(dirname "$(readlink -f "$(command -v java || echo /usr/bin/java)")")")
  for home in "${OPENSEARCH_JAVA_HOME:-}" "${JAVA_HOME:-}" "$own" "$(dirname "$own")"/* /usr/lib/jvm/*; do
    [ -x "$home/bin/javac" ] || continue
    version=$("$home/bin/java" -XshowSettings:properties -version 2>&1 | sed -n 's/.*java.specification.version = //p')
    [ "${version%%.*}" -ge 21 ] 2>/dev/null && { echo "$home"; return; }
  done
  echo "no Java 21 or later found: set OPENSEARCH_JAVA_HOME" >&2; return 1
}
if [ "$verb" = able ]; then java_home >/dev/null && command -v mvn >/dev/null; exit; fi

if [ "$verb" = run ]; then
  n=${2:?nodes}; shift 2
  SEARCHSVC_TEST_CLUSTER_FOLDER=$(mktemp -d); export SEARCHSVC_TEST_CLUSTER_FOLDER
  trap '"$0" stop "$SEARCHSVC_TEST_CLUSTER_FOLDER"; rm -rf "$SEARCHSVC_TEST_CLUSTER_FOLDER" 2>/dev/null || true' EXIT
  trap 'exit 130' INT TERM
  "$0" start "$SEARCHSVC_TEST_CLUSTER_FOLDER" "$n"
  hosts=$(for i in $(seq 1 "$n"); do printf '%s127.0.0.1:%s' "${comma:-}" $((port + i)); comma=,; done)
  SEARCHSVC_TEST_CLUSTER=$hosts "$@"
  exit
fi

folder=${2:?folder of the cluster}; mkdir -p "$folder"; folder=$(cd "$folder" && pwd)

prepare() {
  local home; home=$(java_home)
  mkdir -p "$work/classes"
  if [ ! -e "$work/complete" ]; then
    mvn -q -B -f "$here/pom.xml" dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory="$work/lib"
    touch "$work/complete"
  fi
  "$home/bin/javac" -cp "$work/lib/*" -d "$work/classes" "$here/OpenSearchNode.java"
}
node() {
  local i=$1 count home; count=$(cat "$folder/count"); home=$(java_home)
  nohup "$home/bin/java" "-Xms$heap" "-Xmx$heap" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:MaxDirectMemorySize=256m \
    --add-modules=jdk.incubator.vector --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow \
    -Djava.awt.headless=true -Dfile.encoding=UTF-8 -Dio.netty.noUnsafe=true -Dio.netty.noKeySetOptimization=true \
    -Dio.netty.recycler.maxCapacityPerThread=0 -Dlog4j2.disable.jmx=true -Dlog4j.shutdownHookEnabled=false \
    -Dorg.apache.lucene.store.MMapDirectory.sharedArenaMaxPermits=1 -Djava.io.tmpdir="$folder" \
    -cp "$work/classes:$work/lib/*" OpenSearchNode "$i" "$folder" "$count" "$port" >"$folder/n$i.out" 2>&1 </dev/null &
  echo $! >"$folder/n$i.pid"
}
await() {  # Until the nodes have joined.
  local n=$1 t
  for t in $(seq 1 180); do
    sleep 1
    for pid in "$folder"/n*.pid; do kill -0 "$(cat "$pid")" 2>/dev/null || { tail -n 20 "${pid%.pid}.out" >&2; return 1; }; done
    curl -fsS "http://127.0.0.1:$((port + 1))/_cluster/health?wait_for_nodes=$n&timeout=2s" 2>/dev/null | grep -q '"timed_out":false' \
      && { echo "cluster of $n up after ${t} s"; return; }
  done
  tail -n 40 "$folder"/n*.out >&2; return 1
}
signal() { kill "-$1" "$(cat "$folder/n$2.pid")"; }

case $verb in
  start) n=${3:-1}; rm -rf "$folder"/n*; echo "$n" >"$folder/count"; prepare; for i in $(seq 1 "$n"); do node "$i"; done; await "$n" ;;
  node)  node "${3:?node}" ;;
  kill)  signal KILL "${3:?node}" ;;
  end)   signal TERM "${3:?node}"; while kill -0 "$(cat "$folder/n$3.pid")" 2>/dev/null; do sleep 0.2; done ;;
  hang)  signal STOP "${3:?node}" ;;
  wake)  signal CONT "${3:?node}" ;;
  stop)  for pid in "$folder"/n*.pid; do kill -CONT "$(cat "$pid")" 2>/dev/null || true; kill "$(cat "$pid")" 2>/dev/null || true; done ;;
  *) echo "unknown verb: $verb" >&2; exit 2 ;;
esac
