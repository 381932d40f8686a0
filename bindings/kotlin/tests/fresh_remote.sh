#!/usr/bin/env bash
# A project of somebody else that needs a server and no library: in an empty folder, with the README's files and
# `engine-remote` in place of `engine`, it sells a seat of a server that it does not link; a second run, with the same keys,
# gets the same answers. Takes the server's program.
set -euo pipefail
server=$(realpath "${1:?usage: fresh_remote.sh SERVER}")
readme=$(cd "$(dirname "$0")/.." && pwd)/README.md
folder=$(mktemp -d)
serving=
cleanup() {
    [ -z "$serving" ] || kill "$serving" 2> /dev/null || true
    rm -rf "$folder"
}
trap cleanup EXIT
cd "$folder"

take() {
    mkdir -p "$(dirname "$1")"
    awk -v mark="<!-- file: $1 -->" '$0 == mark { found = 1; next }
        found && /^```/ { if (inside) exit; inside = 1; next }
        inside' "$readme" > "$1"
    [ -s "$1" ] || { echo "the README has no $1" >&2; exit 1; }
}
take pom.xml
sed -i 's#<artifactId>engine</artifactId>#<artifactId>engine-remote</artifactId>#' pom.xml
take src/main/kotlin/Stand.kt
mvn -q -B -ntp package dependency:build-classpath -Dmdep.outputFile=classpath.txt
if grep -q 'jna\|/engine/' classpath.txt; then
    echo 'a client has the native library on its class path' >&2
    exit 1
fi

"$server" --data-dir "$folder/data" --listen 127.0.0.1:0 --web-listen 127.0.0.1:0 > server.log 2>&1 &
serving=$!
address() { sed -n 's/.* serving addresses=\[\([^]]*\)\].*/\1/p' server.log | sed 's/\x1b\[[0-9;]*m//g'; }
for _ in $(seq 600); do
    [ -z "$(address)" ] || break
    kill -0 "$serving" || { cat server.log >&2; exit 1; }
    sleep 0.1
done
for run in first second; do
    java -cp "target/classes:$(cat classpath.txt)" StandKt "$(address)" | tee "$run.txt"
done
grep -qx 'sold A-7: ord_[0-9a-z]*' first.txt
grep -qx '1 sold' first.txt
# The second run repeats the first with the same key: it acts once, and its answers are the first ones.
diff first.txt second.txt
echo 'fresh project of a client: passed'
