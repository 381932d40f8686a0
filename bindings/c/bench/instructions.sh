#!/usr/bin/env bash
# Instructions a command that C's border takes, and the engine's part of them: holds and their releases in memory. They
# do not depend on what else the machine does. Needs valgrind. bindings/c/bench/instructions.sh [INSTALLATION]
set -euo pipefail
cd "$(dirname "$0")/../../.."
target="${CARGO_TARGET_DIR:-$PWD/target}"
out="$target/c-instructions"
mkdir -p "$out"
installed="${1:-$out/installed}"
[ $# -gt 0 ] || bindings/c/install.sh --prefix "$installed" > /dev/null
export PKG_CONFIG_PATH="$installed/lib/pkgconfig"
# shellcheck disable=SC2046
gcc -O2 -g -std=gnu11 bindings/c/bench/instructions.c $(pkg-config --cflags --libs tacos-engine) -o "$out/program"
rounds=5000
printf '%-10s%12s%12s%12s\n' '' all engine border
for what in one texts prepared; do
    valgrind -q --tool=callgrind --callgrind-out-file="$out/$what" --toggle-collect=tacos_try "$out/program" "$what" "$rounds"
    # It warns of lines of source that it does not find.
    callgrind_annotate --inclusive=yes "$out/$what" 2> /dev/null | tr -d , | awk -v name="$what" -v commands=$((2 * rounds)) '
        /PROGRAM TOTALS/ { all = $1 }
        /engine::Engine>::(reserve|release) \[/ { engine += $1 }
        END {
            if (!all || !engine) exit 1
            printf "%-10s%12d%12d%12d\n", name, all / commands, engine / commands, (all - engine) / commands
        }'
done
