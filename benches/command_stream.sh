#!/usr/bin/env bash
# Durable holds a second through a server of its own: unary calls beside streams of commands, in one run.
set -euo pipefail
cd "$(dirname "$0")/.."
target="${CARGO_TARGET_DIR:-$PWD/target}"
cargo build -q --release -p tacos-server
cargo build -q --release -p tacos-benches --example command_stream
data="$(mktemp -d)"
server=
cleanup() {
    if [ -n "$server" ]; then
        kill "$server" 2> /dev/null || true
        wait "$server" 2> /dev/null || true
    fi
    rm -rf "$data"
}
trap cleanup EXIT
port="${PORT:-18080}"
cat > "$data/server.toml" << EOF
[server]
listen = ["127.0.0.1:$port"]
[web]
listen = []
[engine]
data_dir = "$data/data"
reservations_max = 16000000
idempotency_keys_max = 16000000
[limits]
user_per_second = 0
[log]
level = "warn"
EOF
"$target/release/tacos-server" --config "$data/server.toml" serve > "$data/log" 2>&1 &
server=$!
for _ in $(seq 200); do
    if "$target/release/tacos-server" call --target "http://127.0.0.1:$port" gateway.v1.GatewayService/HealthCheck > /dev/null 2>&1; then
        break
    fi
    kill -0 "$server" 2> /dev/null || { cat "$data/log" >&2; exit 1; }
    sleep 0.05
done
echo "$(uname -m), $(nproc) cores, $(git rev-parse --short HEAD), $(date -u +%Y-%m-%d); server and client share the cores"
"$target/release/examples/command_stream" --target "http://127.0.0.1:$port" --pid "$server" "$@"
