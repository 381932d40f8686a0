#!/usr/bin/env bash
# Which lines of the engine lock cache lines in one operation, and how often: where.sh OPERATION (hold, confirm, …).
# Needs valgrind, objdump and addr2line. For docs/benchmarks/scaling.md.
set -euo pipefail
cd "$(dirname "$0")/../.."
target="${CARGO_TARGET_DIR:-$PWD/target}"
program="$target/release/tacos-instructions"
cargo build -q --release -p tacos-benches --bin tacos-instructions
out="$(mktemp -d)"
trap 'rm -rf "$out"' EXIT
objdump -d --no-show-raw-insn "$program" \
    | awk '/^[ ]+[0-9a-f]+:/ && (/\tlock / || (/\txchg / && /\(/)) { sub(":", "", $1); print $1 }' > "$out/locked"
valgrind --tool=callgrind --toggle-collect='*measured*' --dump-instr=yes --callgrind-out-file="$out/callgrind" \
    "$program" "$1" > "$out/said" 2> "$out/log"
times="$(sed -nE 's/^.*: ([0-9]+) operations$/\1/p' "$out/said")"
awk -v program="$program" -v each=1 -f benches/instructions/locked.awk "$out/locked" "$out/callgrind" \
    | while read -r address count; do
        # The innermost line of the engine's own, with the one that calls it.
        at="$(addr2line -i -C -e "$program" "0x$address" | sed -nE 's|^.*engine/src/([^ ]*).*$|\1|p' | head -2 | paste -sd' ' | sed 's/ / < /')"
        awk -v count="$count" -v times="$times" -v at="${at:-outside of the engine}" 'BEGIN { printf "%6.2f  %s\n", count / times, at }'
    done | sort -rn
