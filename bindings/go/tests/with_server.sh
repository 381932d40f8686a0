#!/usr/bin/env bash
# Runs a command beside a server of its own, whose address is in SERVER: tests/with_server.sh COMMAND…
# The server is target/debug/tacos-server, without keys, with a new folder.
set -euo pipefail
target="${CARGO_TARGET_DIR:-$(cd "$(dirname "$0")/../../.." && pwd)/target}"
folder="$(mktemp -d)"
"$target/debug/tacos-server" serve --listen 127.0.0.1:0 --web-listen 127.0.0.1:0 --data-dir "$folder/data" > "$folder/log" 2>&1 &
server=$!
trap 'kill "$server" 2> /dev/null || true; wait "$server" 2> /dev/null || true; rm -rf "$folder"' EXIT
# The log names the port; a server that ends before it does has said why.
address() { sed -n 's/.*serving addresses=\[\([^]]*\)\].*/\1/p' "$folder/log"; }
until [ -n "$(address)" ]; do
    kill -0 "$server" 2> /dev/null || { cat "$folder/log" >&2; exit 1; }
    sleep 0.05
done
SERVER="$(address)" "$@"
