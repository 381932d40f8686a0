#!/usr/bin/env bash
# What the border costs: the same work from Rust (no border), C and Go, in memory, side by side, in ns per command.
set -euo pipefail
cd "$(dirname "$0")/../.."
target="${CARGO_TARGET_DIR:-$PWD/target}"
out="$target/bindings-bench"
mkdir -p "$out"
bindings/c/install.sh --prefix "$out/installed" > /dev/null
export PKG_CONFIG_PATH="$out/installed/lib/pkgconfig"
cargo build -q --release -p tacos-engine-c --example border
# shellcheck disable=SC2046
gcc -O2 -std=gnu11 bindings/c/bench/border.c $(pkg-config --cflags --libs tacos-engine) -o "$out/border"
{
    "$target/release/examples/border"
    "$out/border"
    (cd bindings/go && go test -run '^$' -bench . -benchtime 1s .) | awk '
        /^BenchmarkEmptyCall/ { print "go\tempty call\t" $3 " ns" }
        /^BenchmarkAvailability/ { print "go\tavailability\t" $3 " ns" }
        /^BenchmarkHoldAndRelease/ { print "go\thold and release, each\t" $3 / 2 " ns" }
        /^BenchmarkBatch64/ { print "go\tbatch of 64, each\t" $5 " ns" }'
} | column -t -s "$(printf '\t')"
