#!/usr/bin/env bash
# Builds every fuzz target with coverage instrumentation (no nightly, no cargo-fuzz: libFuzzer comes with its crate) and runs
# each for SECONDS_EACH seconds, or RUNS inputs, from its committed corpus. What fails is left in fuzz/artifacts.
#   fuzz/run.sh                    smoke: every target, 3,000 inputs each, always the same ones
#   SECONDS_EACH=600 fuzz/run.sh   ten minutes each; new inputs are kept in fuzz/target/corpus
#   fuzz/run.sh wheel ids          only these
set -euo pipefail
cd "$(dirname "$0")"
target="${CARGO_TARGET_DIR:-$PWD/target}"
host="$(rustc -vV | sed -n 's/^host: //p')"
flags='--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table
    -Cllvm-args=-sanitizer-coverage-trace-compares'
# With a named target the flags do not reach build scripts.
RUSTFLAGS="${flags//$'\n'/ }" CARGO_TARGET_DIR="$target" cargo build --quiet --release --target "$host"
targets=("$@")
[ ${#targets[@]} -gt 0 ] || mapfile -t targets < <(sed -n 's/^name = "\([a-z_]*\)"$/\1/p' Cargo.toml)
ran=0
executions=0
for name in "${targets[@]}"; do
    [ "$name" != tacos-fuzz ] || continue
    grown="$target/corpus/$name"
    mkdir -p "$grown" artifacts
    bound=(-runs="${RUNS:-3000}" -seed=1)
    [ -z "${SECONDS_EACH:-}" ] || bound=(-max_total_time="$SECONDS_EACH")
    log="$(mktemp)"
    if ! "$target/$host/release/$name" "${bound[@]}" -max_len=4096 -timeout=30 -rss_limit_mb=4096 -print_final_stats=1 -verbosity=0 \
        -artifact_prefix="artifacts/$name-" "$grown" "corpus/$name" > "$log" 2>&1; then
        tail -n 60 "$log"
        echo "fuzz: $name FAILED" >&2
        exit 1
    fi
    count="$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")"
    rm -f "$log"
    echo "fuzz: $name: $count inputs"
    executions=$((executions + count))
    ran=$((ran + 1))
done
echo "fuzz: $ran targets, $executions inputs, nothing found"
