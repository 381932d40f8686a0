#!/usr/bin/env bash
# The conformance suite, scenario × language: runs it against Rust and prints the results of all languages that have run it
# (their suites leave them in target/conformance). The faces that are named must be among them: bindings/tests/table.sh c go.
set -euo pipefail
cd "$(dirname "$0")/../.."
results="${CARGO_TARGET_DIR:-$PWD/target}/conformance"
cargo run -q -p tacos-conformance -- run "$results" > /dev/null
cargo run -q -p tacos-conformance -- table "$results" rust "$@"
echo "conformance table: printed"
