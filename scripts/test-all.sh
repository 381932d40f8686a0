#!/usr/bin/env bash
# Runs every suite, prints what ran and how long it took, and fails if one failed or did not run. Suites that build in
# folders of their own run beside the others, with lower priority, and take the time in which those do not use every
# processor; what they print comes at the end.
set -u
cd "$(dirname "$0")/.."
# One line for each suite that has run.
ran=$(mktemp)
said=$(mktemp)
# Two runs of Maven at a time would write the same files of its repository.
maven=$(mktemp)
trap '[ -z "${group:-}" ] || kill -- "-$group" 2> /dev/null; rm -f "$ran" "$said" "$said.too" "$maven"' EXIT

suite() {
    local name=$1 needle=$2
    shift 2
    local log started took verdict
    log=$(mktemp)
    started=$(date +%s)
    printf '\n=== %s\n' "$name"
    if "$@" 2>&1 | tee "$log" | grep -vE '^\s*(Compiling|Downloaded|Downloading) ' ; [ "${PIPESTATUS[0]}" -eq 0 ]; then
        verdict=passed
    else
        verdict=FAILED
    fi
    # A suite that printed no sign of its tests has not run them. Several signs stand on lines of their own.
    local sign
    while read -r sign; do
        [ "$verdict" = passed ] && ! grep -qE "$sign" "$log" && verdict='DID NOT RUN'
    done <<< "$needle"
    took=$(($(date +%s) - started))
    printf '%-12s %5d s  %s\n' "$verdict" "$took" "$name" >> "$ran"
    rm -f "$log"
}

# The Kotlin artifact is made of the library that the Rust tests have built; `make test-kotlin` alone makes the optimised.
export NATIVE_PROFILE=dev
# Only what runs now shall be in the table of the conformance suite.
export TACOS_CONFORMANCE_RESULTS="${CARGO_TARGET_DIR:-$PWD/target}/conformance"
rm -rf "$TACOS_CONFORMANCE_RESULTS"
mkdir -p "$TACOS_CONFORMANCE_RESULTS"

# They build in folders of their own. Two at a time: what is left of them when all others have ended takes both
# processors.
beside() {
    renice -n 10 -p "$BASHPID" > /dev/null
    suite 'loom' 'test result: ok\. [1-9]' make --no-print-directory test-loom
    suite 'contract' 'passed' flock "$maven" make --no-print-directory test-contract
    suite 'shuttle' 'test result: ok\. 10 passed' make --no-print-directory test-shuttle
}
beside_too() {
    renice -n 10 -p "$BASHPID" > /dev/null
    suite 'fuzzing, smoke' '^fuzz: 9 targets, [1-9][0-9]* inputs, nothing found$' fuzz/run.sh
    suite 'instruction counts' '^instructions: 15 operations, 0 failed$' make --no-print-directory instructions
}
# A process group of their own, which ends with this script.
set -m
(
    beside_too > "$said.too" 2>&1 &
    beside
    wait
) > "$said" 2>&1 &
set +m
group=$!

suite 'formatting' '^formatted$' bash -c 'cargo fmt --all --check && echo formatted'
suite 'clippy' '^no warnings$' bash -c 'cargo clippy --workspace --all-targets --quiet -- -D warnings && echo no warnings'
suite 'documentation' '^documented$' bash -c 'RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --quiet && echo documented'
# One command, because two selections of packages would build the dependencies and the server twice.
suite 'rust tests, server' '^test the_engine_depends_on_no_runtime_network_or_serialization \.\.\. ok$
^test generated_files_are_up_to_date \.\.\. ok$
^grpc: [1-9][0-9]* passed, 0 failed' cargo test --workspace --no-fail-fast
suite 'openapi tools' '^openapi: [1-9][0-9]* operations linted, generated and compiled$' make --no-print-directory test-openapi
suite 'schemathesis' '^schemathesis: ([0-9]+) generated, [1-9][0-9]* passed, seed' make --no-print-directory schemathesis
suite 'deploy files' '^deploy: [1-9][0-9]* passed, 0 failed' make --no-print-directory check-deploy
suite 'webhook verifiers' '^verifiers: 2 languages agree$' make --no-print-directory test-verifiers
suite 'rivals' 'test result: ok\. [1-9]' make --no-print-directory test-rivals
suite 'kotlin binding' '^kotlin binding: all passed$' flock "$maven" make --no-print-directory test-kotlin
suite 'python' '^python: [0-9]+ passed, 0 failed$' make --no-print-directory test-python
suite 'c' '^c: [0-9]+ passed, 0 failed$' make --no-print-directory test-c
suite 'go' '^go: [0-9]+ passed, 0 failed$' make --no-print-directory test-go
suite 'linearizability' '^linearizability: 10 histories, [1-9][0-9]* operations, [1-9][0-9]* partitions, 4 planted violations found, nothing else$' \
    tests/linearizability/run.sh 10
suite 'benchmarks, once each' '^benches: [6-9][0-9] ran once$' make --no-print-directory bench-smoke
suite 'conformance table' '^conformance table: printed$' bindings/tests/table.sh c go go-dial kotlin kotlin-dial python grpc
printf '\n=== waiting for the suites beside\n'
wait "$group"
cat "$said" "$said.too"

printf '\n'
cat "$ran"
passed=$(grep -c '^passed ' "$ran")
failed=$(($(grep -cE "^ *suite '" scripts/test-all.sh) - passed))
printf '%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
