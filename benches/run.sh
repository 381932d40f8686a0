#!/usr/bin/env bash
# All benchmarks and the report: criterion, curves, the border of the bindings, the server's processor time beside a bare echo,
# rivals, and docs/benchmarks out of it. QUICK=1 takes a quarter of the time and measures accordingly.
#
# Every step starts from nothing, so that the report never mixes runs. A step that fails is said loudly, left out of the report,
# and makes the whole run fail at its end. Durable figures are of the disk under TACOS_BENCH_DIR, else of the build folder.
set -uo pipefail
cd "$(dirname "$0")/.."
target="${CARGO_TARGET_DIR:-$PWD/target}"
results="$target/bench-results"
quick="${QUICK:-0}"
[ "$quick" = 0 ] && flag=() || flag=(--quick)
export CRITERION_HOME="$results/criterion"
failed=()

step() {
    local name=$1 started
    shift
    started=$(date +%s)
    printf '\n=== %s\n' "$name"
    if "$@"; then
        printf '=== %s: %d s\n' "$name" "$(($(date +%s) - started))"
    else
        printf '=== %s: FAILED\n' "$name" >&2
        failed+=("$name")
    fi
}

criterion() { cargo bench -q -p tacos-benches; }
# Up to ten million seats, holds and waiting people takes minutes and about 4 GB.
curves() { "$target/release/tacos-bench" curves "$([ "$quick" = 0 ] && echo --full || echo --quick)"; }
border() {
    rm -f "$target/bindings-bench/figures.tsv"
    TMPDIR="$data" bindings/tests/bench.sh
}
# At a rate at which calls share syncs; the two cores are shared with the load generator.
echo_beside() {
    (cd "$data" && TMPDIR="$data" "$target/release/tacos-server" load --against-echo --rate 8000 --seconds "$([ "$quick" = 0 ] && echo 4 || echo 2)") \
        | tee "$results/echo.txt"
}
# Client and server share the two cores here too; the ratio is to the best of the same run.
overload() {
    (cd "$data" && TMPDIR="$data" "$target/release/tacos-server" load --overload 2 --seconds "$([ "$quick" = 0 ] && echo 10 || echo 3)") \
        | tee "$results/overload.txt"
}
rivals() {
    if [ -x benches/rivals/run.sh ]; then
        benches/rivals/run.sh "${flag[@]}" --out "$results/rivals.jsonl"
    else
        echo "SKIPPED rivals: benches/rivals is not in this checkout" >&2
    fi
}

rm -rf "$results"
mkdir -p "$results"
# On the disk of the benches, not where temporary files may be memory.
data="$(mktemp -d "${TACOS_BENCH_DIR:-$target}/bench-XXXXXX")"
trap 'rm -rf "$data"' EXIT
cargo build -q --release -p tacos-benches -p tacos-server --bin tacos-bench --bin tacos-server || exit 1
step 'criterion benches' criterion
step 'curves and histograms' curves
step 'border of the bindings' border
step 'processor time beside a bare echo' echo_beside
step 'overload' overload
step 'rivals' rivals
commands='make bench'
[ "$quick" = 0 ] || commands='QUICK=1 make bench'
step 'report' "$target/release/tacos-bench" report --commands "$commands"
if [ ${#failed[@]} -gt 0 ]; then
    printf '\nbenchmarks: failed: %s\n' "${failed[*]}" >&2
    exit 1
fi
