#!/usr/bin/env bash
# Builds every fuzz target with coverage instrumentation (no nightly, no cargo-fuzz: libFuzzer comes with its crate), the C ABI
# with AddressSanitizer too, and runs each for SECONDS_EACH seconds, or RUNS inputs, from its committed corpus. What fails is
# left in fuzz/artifacts.
#   fuzz/run.sh                    smoke: every target but `wire`, whose instrumented server takes minutes to build; 3,000 inputs
#                                  each (of the slow ones fewer), always the same ones
#   SECONDS_EACH=600 fuzz/run.sh   ten minutes each; new inputs are kept in fuzz/target/corpus
#   fuzz/run.sh wheel ids          only these
set -euo pipefail
cd "$(dirname "$0")"
target="${CARGO_TARGET_DIR:-$PWD/target}"
host="$(rustc -vV | sed -n 's/^host: //p')"
flags='--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table
    -Cllvm-args=-sanitizer-coverage-trace-compares'
flags="${flags//$'\n'/ }"
targets=("$@")
if [ ${#targets[@]} -eq 0 ]; then
    mapfile -t targets < <(sed -n '/^\[\[bin\]\]$/,$s/^name = "\([a-z_]*\)"$/\1/p' Cargo.toml)
    [ -n "${SECONDS_EACH:-}" ] || mapfile -t targets < <(printf '%s\n' "${targets[@]}" | grep -vx wire)
fi

# Builds one target; sets `program`. With a named host the flags do not reach build scripts.
build() {
    case $1 in
        wire)
            RUSTFLAGS="$flags" CARGO_TARGET_DIR="$target" cargo build --quiet --profile server --target "$host" --features server --bin wire
            program="$target/$host/server/wire"
            ;;
        c_abi)
            # The sanitizer's runtime comes with stable Rust; its flag does not count as stable yet.
            RUSTC_BOOTSTRAP=1 RUSTFLAGS="$flags -Zsanitizer=address" CARGO_TARGET_DIR="$target/asan" \
                cargo build --quiet --release --target "$host" --features c-abi --bin c_abi
            program="$target/asan/$host/release/c_abi"
            ;;
        *)
            RUSTFLAGS="$flags" CARGO_TARGET_DIR="$target" cargo build --quiet --release --target "$host" --bin "$1"
            program="$target/$host/release/$1"
            ;;
    esac
}

ran=0
executions=0
for name in "${targets[@]}"; do
    build "$name"
    grown="$target/corpus/$name"
    mkdir -p "$grown" artifacts
    runs="${RUNS:-3000}"
    # Each of these opens engines, and does much with them.
    case $name in c_abi | wire) runs=$((runs / 4)) ;; esac
    bound=(-runs="$runs" -seed=1)
    [ -z "${SECONDS_EACH:-}" ] || bound=(-max_total_time="$SECONDS_EACH")
    log="$(mktemp)"
    if ! "$program" "${bound[@]}" -max_len=4096 -timeout=30 -rss_limit_mb=4096 -print_final_stats=1 -verbosity=0 \
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
