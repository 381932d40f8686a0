#!/usr/bin/env bash
# The conformance suite, scenario × language: runs it against Rust and prints the results of all languages that have run it
# (their suites leave them in target/conformance). The faces that are named must be among them: bindings/tests/table.sh c go.
set -euo pipefail
cd "$(dirname "$0")/../.."
target="${CARGO_TARGET_DIR:-$PWD/target}"
scripts/build-workspace.sh
"$target/debug/tacos-conformance" run "$target/conformance" > /dev/null
"$target/debug/tacos-conformance" table "$target/conformance" rust "$@"
echo "conformance table: printed"
