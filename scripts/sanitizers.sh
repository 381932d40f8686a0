#!/usr/bin/env bash
# The engine's tests with many threads, under AddressSanitizer and ThreadSanitizer, with the stable toolchain. Needs Linux on
# x86-64. The standard library comes compiled and is not instrumented: see docs/testing.md for what that means.
set -euo pipefail
cd "$(dirname "$0")/.."
target=x86_64-unknown-linux-gnu
tests=(no_seat_is_sold_twice every_race_has_one_winner snapshots_stop_nobody nothing_acknowledged_is_lost
    a_slow_reader_misses_nothing waiting_works_three_ways what_was_seen_expired_stays_so)

for sanitizer in "$@"; do
    echo "=== $sanitizer"
    flags="-Zsanitizer=$sanitizer -Cunsafe-allow-abi-mismatch=sanitizer"
    suppressions=scripts/thread-sanitizer.txt
    promises=("${tests[@]/%/::}")
    under=(env RUSTC_BOOTSTRAP=1 RUSTFLAGS="$flags" CARGO_TARGET_DIR="target/sanitizer-$sanitizer" CARGO_INCREMENTAL=0
        CARGO_PROFILE_DEV_DEBUG=line-tables-only TSAN_OPTIONS="suppressions=$PWD/$suppressions"
        LSAN_OPTIONS="suppressions=$PWD/scripts/leak-sanitizer.txt" cargo test --target "$target" -p tacos-engine)
    # These look at plain memory after `thread::scope`, whose end ThreadSanitizer does not see: they would be reported.
    if [ "$sanitizer" != thread ]; then
        promises+=(counts_always_add_up:: the_line_is_strictly_in_order::)
        "${under[@]}" --lib -- --nocapture
    fi
    "${under[@]}" --test promises -- --nocapture "${promises[@]}"
    echo "$sanitizer: nothing found"
done
