#!/usr/bin/env bash
# Builds every fuzz target with coverage instrumentation (no nightly, no cargo-fuzz: libFuzzer comes with its crate), the
# C ABI with AddressSanitizer too, and runs each for SECONDS_EACH seconds, or RUNS inputs, from its committed corpus. What
# fails is left in fuzz/artifacts.
#   fuzz/run.sh                    smoke: every target but `wire`, whose instrumented server takes minutes to build;
#                                  3,000 inputs each (of the slow ones fewer), always the same ones
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
# Built quickly for the smoke, run quickly for minutes.
profile=smoke
[ -z "${SECONDS_EACH:-}" ] || profile=release
targets=("$@")
if [ ${#targets[@]} -eq 0 ]; then
    mapfile -t targets < <(sed -n '/^\[\[bin\]\]$/,$s/^name = "\([a-z_]*\)"$/\1/p' Cargo.toml)
    [ -n "${SECONDS_EACH:-}" ] || mapfile -t targets < <(printf '%s\n' "${targets[@]}" | grep -vx wire)
fi

# Builds one target; sets `program`. With a named host the flags do not reach build scripts.
build() {
    case $1 in
        wire)
            RUSTFLAGS="$flags" CARGO_TARGET_DIR="$target" cargo build --quiet --profile smoke --target "$host" --features server --bin wire
            program="$target/$host/smoke/wire"
            ;;
        json_codec)
            RUSTFLAGS="$flags" CARGO_TARGET_DIR="$target" \
                cargo build --quiet --profile "$profile" --target "$host" --features contract --bin json_codec
            program="$target/$host/$profile/json_codec"
            ;;
        c_abi)
            # The sanitizer's runtime comes with stable Rust; its flag does not count as stable yet.
            RUSTC_BOOTSTRAP=1 RUSTFLAGS="$flags -Zsanitizer=address" CARGO_TARGET_DIR="$target/asan" \
                cargo build --quiet --profile "$profile" --target "$host" --features c-abi --bin c_abi
            program="$target/asan/$host/$profile/c_abi"
            ;;
        *)
            RUSTFLAGS="$flags" CARGO_TARGET_DIR="$target" cargo build --quiet --profile "$profile" --target "$host" --bin "$1"
            program="$target/$host/$profile/$1"
            ;;
    esac
}

# Runs one target and prints how many inputs it took.
run() {
    local name=$1 program=$2 grown="$target/corpus/$1" runs="$RUNS" log
    mkdir -p "$grown" artifacts
    # Each of these opens engines, and does much with them.
    case $name in c_abi | wire | operations) runs=$((runs / 4)) ;; esac
    local bound=(-runs="$runs" -seed=1)
    [ -z "${SECONDS_EACH:-}" ] || bound=(-max_total_time="$SECONDS_EACH")
    log="$(mktemp)"
    if ! "$program" "${bound[@]}" -max_len=4096 -timeout=30 -rss_limit_mb=4096 -print_final_stats=1 -verbosity=0 \
        -artifact_prefix="artifacts/$name-" "$grown" "corpus/$name" > "$log" 2>&1; then
        tail -n 60 "$log"
        echo "fuzz: $name FAILED" >&2
        return 1
    fi
    echo "fuzz: $name: $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") inputs"
    rm -f "$log"
}
export -f run
export target SECONDS_EACH="${SECONDS_EACH:-}" RUNS="${RUNS:-3000}"

# All are built before any runs, so that the targets run side by side, one a processor.
programs=()
for name in "${targets[@]}"; do
    build "$name"
    programs+=("$name" "$program")
done
said="$(mktemp)"
trap 'rm -f "$said"' EXIT
printf '%s\n' "${programs[@]}" | xargs -n 2 -P "$(nproc)" bash -euo pipefail -c 'run "$@"' run | tee "$said"
ran="$(grep -c '^fuzz: [a-z_]*: [1-9][0-9]* inputs$' "$said")"
[ "$ran" -eq ${#targets[@]} ] || { echo "fuzz: only $ran of ${#targets[@]} targets ran" >&2; exit 1; }
executions="$(awk '{ sum += $3 } END { print sum }' "$said")"
echo "fuzz: $ran targets, $executions inputs, nothing found"
