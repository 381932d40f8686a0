#!/usr/bin/env bash
# Counts the instructions of the hot operations under valgrind's callgrind and compares with baseline.tsv.
#
#   check.sh           fails if an operation needs over 5 % more than the baseline, unless accepted.tsv has a line for it
#   check.sh --renew   writes a new baseline (and empties accepted.tsv of what it then contains)
#   check.sh --shared  what the report on scaling says: atomic read-modify-writes and cache misses of each operation
#
# A count is of everything between two marks, the C library's share included. It does not depend on the machine's speed or
# load, but on compiler, C library and processor features: valgrind 3.x shows every program a processor without AVX-512, and the
# C library's choice of memcpy is pinned here. Runs differ by some thousandths, because hash tables of the standard kind are seeded at random.
set -euo pipefail
cd "$(dirname "$0")/../.."
here=benches/instructions
target="${CARGO_TARGET_DIR:-$PWD/target}"
export GLIBC_TUNABLES=glibc.cpu.hwcaps=-AVX2,-AVX2_Usable,-AVX_Fast_Unaligned_Load,-ERMS,-FSRM
limit_percent=5
mode="${1:-}"

if [ "$(uname -m)" != x86_64 ]; then
    echo "instructions: the baseline is one of x86_64, this is $(uname -m)" >&2
    exit 1
fi
scripts/need.sh valgrind
cargo build -q --release -p tacos-benches --bin tacos-instructions
program="$target/release/tacos-instructions"
out="$(mktemp -d)"
trap 'rm -rf "$out"' EXIT

# run OPERATION OPTIONS…: leaves the log in $out/log; the program itself checks its answers.
run() {
    local operation=$1
    shift
    valgrind --tool=callgrind --toggle-collect='*measured*' --callgrind-out-file="$out/callgrind" "$@" \
        "$program" "$operation" > "$out/said" 2> "$out/log" || { cat "$out/said" "$out/log" >&2; exit 1; }
    times="$(sed -nE 's/^.*: ([0-9]+) operations$/\1/p' "$out/said")"
}

if [ "$mode" = --shared ]; then
    # Instructions that lock a cache line: those with a lock prefix, and xchg with memory.
    objdump -d --no-show-raw-insn "$program" \
        | awk '/^[ ]+[0-9a-f]+:/ && (/\tlock / || (/\txchg / && /\(/)) { sub(":", "", $1); print $1 }' | sort > "$out/locked"
    printf 'operation\tinstructions\tatomic read-modify-writes\tdata reads and writes\tmisses of a 32 KiB L1\tmisses of a 32 MiB LL\n'
    for operation in $("$program"); do
        run "$operation" --dump-instr=yes --cache-sim=yes --D1=32768,8,64 --I1=32768,8,64 --LL=33554432,16,64
        locked="$(awk -v program="$program" -f "$here/locked.awk" "$out/locked" "$out/callgrind")"
        # The summary's numbers: Ir Dr Dw I1mr D1mr D1mw ILmr DLmr DLmw.
        read -r -a sums <<< "$(sed -nE 's/^.*Collected : //p' "$out/log")"
        awk -v name="$operation" -v n="$times" -v locked="$locked" -v ir="${sums[0]}" -v data="$((sums[1] + sums[2]))" \
            -v l1="$((sums[4] + sums[5]))" -v ll="$((sums[7] + sums[8]))" \
            'BEGIN { printf "%s\t%.0f\t%.1f\t%.0f\t%.1f\t%.2f\n", name, ir / n, locked / n, data / n, l1 / n, ll / n }'
    done
    exit 0
fi

for operation in $("$program"); do
    run "$operation"
    total="$(sed -nE 's/^.*Collected : ([0-9]+).*$/\1/p' "$out/log")"
    printf '%s\t%s\n' "$operation" "$((total / times))"
done > "$out/counts"

if [ "$mode" = --renew ]; then
    { echo "# operation, instructions; $(rustc --version | cut -d' ' -f1-2), by make instructions-baseline"; cat "$out/counts"; } > "$here/baseline.tsv"
    sed -n '/^#/p' "$here/accepted.tsv" > "$out/accepted"
    cp "$out/accepted" "$here/accepted.tsv"
    cat "$here/baseline.tsv"
    exit 0
fi
[ -z "$mode" ] || { sed -n '2,7p' "$0" >&2; exit 2; }
awk -F '\t' -v limit="$limit_percent" -f "$here/compare.awk" "$here/baseline.tsv" "$here/accepted.tsv" "$out/counts"
