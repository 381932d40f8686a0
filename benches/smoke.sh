#!/usr/bin/env bash
# Every benchmark once, unoptimised: each checks its own answers, so it shows that they measure what they say. And the report
# out of made-up figures is tested with the crate's own tests.
set -euo pipefail
cd "$(dirname "$0")/.."
log="$(mktemp)"
trap 'rm -f "$log"' EXIT
# `--workspace`: the features of dependencies as the other suites select them, so that nothing is built twice.
cargo test --workspace --bench engine --bench grpc 2>&1 | tee "$log"
ran="$(grep -c '^Success' "$log")"
[ "$ran" -ge 60 ] || { echo "only $ran benchmarks ran" >&2; exit 1; }
echo "benches: $ran ran once"
