#!/usr/bin/env bash
# Builds and starts the comparison with what users would pick instead. All arguments are handed on; see --help.
# Results: a table on stdout, lines in target/bench-results/rivals.jsonl of the main target folder.
set -euo pipefail
cd "$(dirname "$0")/../.."
CARGO_TARGET_DIR="$PWD/benches/rivals/target" cargo build --release --quiet --locked --manifest-path benches/rivals/Cargo.toml
exec benches/rivals/target/release/tacos-rivals "$@"
