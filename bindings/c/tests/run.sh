#!/usr/bin/env bash
# Builds the library and runs its tests: the header against the crate, the C programs under AddressSanitizer and under
# valgrind, the header as C99 and as C++, an installation as a consumer sees it. Fails if anything did not run.
set -euo pipefail
cd "$(dirname "$0")/../../.."
target="${CARGO_TARGET_DIR:-$PWD/target}"
out="$target/c-tests"
mkdir -p "$out"
scripts/need.sh gcc g++ valgrind pkg-config

echo "c: crate"
cargo test -q --workspace --features tacos-engine-c/testing --test header --test numbers_never_change
echo "c: library with the feature testing"
scripts/build-workspace.sh --features tacos-engine-c/testing
library="$target/debug/libtacos_engine.a"
libraries="$library -lgcc_s -lutil -lrt -lpthread -lm -ldl"
flags="-std=gnu11 -Wall -Wextra -Werror -g -Ibindings/c/include -DTACOS_TESTING"

ran=0
for program in flow misuse; do
    source="bindings/c/tests/$program.c"
    # shellcheck disable=SC2086
    gcc $flags -fsanitize=address,undefined -fno-sanitize-recover=all "$source" $libraries -o "$out/$program.asan"
    # shellcheck disable=SC2086
    gcc $flags -O1 "$source" $libraries -o "$out/$program.valgrind"
done
data="$(mktemp -d)"
trap 'rm -rf "$data"' EXIT
# The sanitizer keeps freed memory aside; that is not growth. Backtraces of the bug on demand help nobody.
export ASAN_OPTIONS=quarantine_size_mb=1 RUST_BACKTRACE=0
echo "c: AddressSanitizer, UndefinedBehaviorSanitizer, LeakSanitizer"
"$out/flow.asan" "$data/asan" && ran=$((ran + 1))
"$out/misuse.asan" 2> "$out/misuse.asan.log" || { cat "$out/misuse.asan.log" >&2; exit 1; }
ran=$((ran + 1))
echo "c: a million calls without instruments"
"$out/misuse.valgrind" 2> "$out/misuse.log" || { cat "$out/misuse.log" >&2; exit 1; }
ran=$((ran + 1))
echo "c: valgrind"
check="valgrind -q --error-exitcode=9 --leak-check=full --errors-for-leak-kinds=definite,indirect --show-leak-kinds=definite,indirect"
$check "$out/flow.valgrind" "$data/valgrind" && ran=$((ran + 1))
$check "$out/misuse.valgrind" 300 2> "$out/misuse.valgrind.log" || { cat "$out/misuse.valgrind.log" >&2; exit 1; }
ran=$((ran + 1))

echo "c: the conformance suite, its driver under AddressSanitizer"
# shellcheck disable=SC2086
gcc $flags -fsanitize=address,undefined -fno-sanitize-recover=all bindings/c/conformance/*.c $libraries -o "$out/conformance"
"$target/debug/tacos-conformance" drive c "$target/conformance" "$out/conformance" && ran=$((ran + 1))

echo "c: the header as C99 and as C++"
echo '#include "tacos_engine.h"' | gcc -std=c99 -pedantic -Wall -Wextra -Werror -Ibindings/c/include -x c -fsyntax-only - && ran=$((ran + 1))
echo '#include "tacos_engine.h"' | g++ -std=c++17 -Wall -Wextra -Werror -Ibindings/c/include -x c++ -fsyntax-only - && ran=$((ran + 1))

echo "c: as a consumer, in an empty folder"
bindings/c/tests/fresh_folder.sh && ran=$((ran + 1))

[ "$ran" -eq 9 ] || { echo "c: only $ran of 9 suites ran" >&2; exit 1; }
echo "c: $ran passed, 0 failed"
