#!/usr/bin/env bash
# Builds and starts the comparison with what users would pick instead. All arguments are handed on; see --help.
# Results: a table on stdout, lines in target/bench-results/rivals.jsonl. BUILT=1 builds nothing.
set -euo pipefail
cd "$(dirname "$0")/../.."
# One build folder for both workspaces: most dependencies are the same, and the comparison finds our server beside itself.
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$PWD/target}"
if [ "${BUILT:-0}" = 0 ]; then
    cargo build --release --quiet --locked --package tacos-server --bin tacos-server
    cargo build --release --quiet --locked --manifest-path benches/rivals/Cargo.toml
fi
exec "$CARGO_TARGET_DIR/release/tacos-rivals" "$@"
