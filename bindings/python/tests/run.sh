#!/usr/bin/env bash
# Everything of the Python binding: lints and types, the package's tests, the conformance suite, a wheel in an empty
# environment. Prints what ran; fails if anything failed or did not run. Needs Rust and Python 3.11 or newer; pip fetches
# ruff, mypy and setuptools once. NATIVE_PROFILE=dev packs the library that the Rust tests have built.
set -euo pipefail
cd "$(dirname "$0")/.."
python=${PYTHON:-python3}
for tool in cargo "$python"; do
    command -v "$tool" > /dev/null || { echo "$tool is needed" >&2; exit 1; }
done
target=${CARGO_TARGET_DIR:-$(cd ../.. && pwd)/target}
out=$target/python
stage=$out/stage
# Where the table of the conformance suite looks for the results of all languages.
export TACOS_CONFORMANCE_RESULTS="${TACOS_CONFORMANCE_RESULTS:-$target/conformance}"
# Compiled files of Python stand beside neither sources nor tests.
export PYTHONPYCACHEPREFIX="$out/pycache"
# A test makes the library panic on purpose.
export RUST_BACKTRACE=0
unset PYTHONPATH
ran=0

run() {
    echo "python: $1"
    shift
    "$@"
    ran=$((ran + 1))
}

tools() {
    local wanted="ruff==0.17.6 mypy==2.4.1 setuptools==80.9.0"
    if [ "$(cat "$out/tools/wanted" 2> /dev/null)" != "$wanted" ]; then
        rm -rf "$out/tools"
        "$python" -m venv "$out/tools"
        # shellcheck disable=SC2086 # several packages
        "$out/tools/bin/pip" install --quiet $wanted
        echo "$wanted" > "$out/tools/wanted"
    fi
}

lint() {
    "$out/tools/bin/ruff" check --quiet --no-cache .
    local mypy=("$out/tools/bin/mypy" --cache-dir "$out/mypy" --config-file pyproject.toml --no-error-summary)
    "${mypy[@]}" --package tacos_engine
    MYPYPATH=conformance "${mypy[@]}" conformance/*.py
    MYPYPATH=tests "${mypy[@]}" tests/*.py
}

unit_tests() {
    local log=$out/unit.log
    (cd tests && PYTHONPATH=$stage/src "$python" -W error::ResourceWarning -m unittest discover 2>&1) | tee "$log"
    grep -qE '^Ran [1-9][0-9]* tests' "$log"
}

conformance() {
    local drive=(env PYTHONPATH="$stage/src" "$python" -S conformance/driver.py)
    # Once, so that the drivers that start beside each other find everything compiled.
    "${drive[@]}" < /dev/null
    "$target/debug/tacos-conformance" drive python "$TACOS_CONFORMANCE_RESULTS" "${drive[@]}"
}

run "library and lower layer" native/stage.sh "$stage"
tools
run "lints and types" lint
run "tests" unit_tests
run "the conformance suite" conformance
run "a wheel in an empty environment" tests/fresh_wheel.sh "$stage" "$out"
[ "$ran" -eq 5 ] || { echo "python: only $ran of 5 suites ran" >&2; exit 1; }
echo "python: $ran passed, 0 failed"
