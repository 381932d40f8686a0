#!/usr/bin/env bash
# What the border costs: the same work from every language, in ns per command, side by side, in one run.
#
# In memory: the best of five hundred rounds of a tenth of a millisecond, so that other work on the machine does not
# count. "Hold in memory" is a hold of one standing place, by its section, and its release; "two seats, with a key" a hold of two named
# seats under a fresh key of text, and its release; "the same, prepared" has prepared ids and a key of sixteen bytes,
# which is made each time; "batch of 64" is holds and releases of standing places, 64 in one call. Rust's empty call
# is a function that is not inlined. Durable, each language with a folder of its own on the disk of TMPDIR,
# acknowledged once synced: the median of fifteen rounds; in flight are answers awaited at once, by goroutines or
# coroutines where the language has them. Every language calls from a thread that is not the process's first, as
# services do: memory is dearer there.
#
# Names languages to leave the others out: bindings/tests/bench.sh rust c go. On a busy machine the durable rows tell of the
# scheduler and of the disk, not of the border.
#
# A language joins by an executable bindings/<language>/bench/run.sh, which takes the folder for durable engines as its argument
# and prints lines of language, row and nanoseconds, parted by tabs.
set -euo pipefail
cd "$(dirname "$0")/../.."
target="${CARGO_TARGET_DIR:-$PWD/target}"
out="$target/bindings-bench"
wanted() { [ "$named" = 0 ] || [[ " $languages " == *" $1 "* ]]; }
named=$# languages="rust $*"
data="$(mktemp -d)"
trap 'rm -rf "$data"' EXIT
mkdir -p "$out"
bindings/c/install.sh --prefix "$out/installed" > /dev/null
# shellcheck source=bindings/go/tests/library.sh
. bindings/go/tests/library.sh
use_library "$out/installed"
cargo build -q --release -p tacos-engine-c --example border
# shellcheck disable=SC2046
gcc -O2 -std=gnu11 bindings/c/bench/border.c $(pkg-config --cflags --libs tacos-engine) -o "$out/border"
(cd bindings/go && go test -c -o "$out/border-go" .)
{
    "$target/release/examples/border" "$data"
    if wanted c; then "$out/border" "$data"; fi
    if wanted go; then
        (cd bindings/go && TACOS_BENCH_FOLDER="$data" "$out/border-go" -test.run TestWhatTheBorderCosts | grep '^go')
    fi
    for more in bindings/*/bench/run.sh; do
        language="$(basename "$(dirname "$(dirname "$more")")")"
        if [ -x "$more" ] && wanted "$language"; then "$more" "$data"; fi
    done
} > "$out/figures.tsv"
echo "ns per command, $(uname -m), $(nproc) cores, $(git rev-parse --short HEAD), $(date -u +%Y-%m-%d)"
awk -F '\t' '
    !($1 in seen) { seen[$1] = 1; languages[++count] = $1 }
    !($2 in known) { known[$2] = 1; rows[++lines] = $2 }
    { at[$1, $2] = $3 }
    END {
        printf "%-28s", ""
        for (i = 1; i <= count; i++) printf "%12s", languages[i]
        for (i = 2; i <= count; i++) printf "%16s", languages[i] " - rust"
        print ""
        for (row = 1; row <= lines; row++) {
            name = rows[row]
            printf "%-28s", name
            for (i = 1; i <= count; i++) printf "%12s", ((languages[i], name) in at) ? at[languages[i], name] : "missing"
            for (i = 2; i <= count; i++) printf "%16.1f", at[languages[i], name] - at["rust", name]
            print ""
        }
    }' "$out/figures.tsv"
