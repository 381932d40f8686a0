#!/usr/bin/env bash
# Counts the instructions of an order (hold and confirm of two named seats, one thread, in memory) that our engine and
# the maps need, under valgrind's callgrind: a ratio that no load of the machine changes. A table on stdout.
set -euo pipefail
cd "$(dirname "$0")/../.."
# As in benches/instructions/check.sh: the C library's choice of memcpy is pinned.
export GLIBC_TUNABLES=glibc.cpu.hwcaps=-AVX2,-AVX2_Usable,-AVX_Fast_Unaligned_Load,-ERMS,-FSRM
scripts/need.sh valgrind
target="$PWD/benches/rivals/target"
CARGO_TARGET_DIR="$target" cargo build --release --quiet --locked --manifest-path benches/rivals/Cargo.toml \
    --example instructions
program="$target/release/examples/instructions"
out="$(mktemp -d)"
trap 'rm -rf "$out"' EXIT
printf 'contestant\tinstructions an order\t× ours\n'
ours=
for contestant in $("$program"); do
    valgrind --tool=callgrind --toggle-collect='*measured*' --callgrind-out-file="$out/callgrind" \
        "$program" "$contestant" > "$out/said" 2> "$out/log" || { cat "$out/said" "$out/log" >&2; exit 1; }
    orders="$(sed -nE 's/^.*: ([0-9]+) orders$/\1/p' "$out/said")"
    total="$(sed -nE 's/^.*Collected : ([0-9]+).*$/\1/p' "$out/log")"
    each=$((total / orders))
    ours="${ours:-$each}"
    printf '%s\t%s\t%s\n' "$contestant" "$each" "$(awk -v a="$each" -v b="$ours" 'BEGIN { printf "%.2f", a / b }')"
done
