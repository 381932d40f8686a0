#!/usr/bin/env bash
# Everything of the Kotlin binding: the native library, the artifacts' tests, the conformance suite in this process and over
# a server, fresh projects, the sample. The tests of
# its Rust side are the workspace's. Prints what ran; fails if anything failed or did not run. Needs Rust, a JDK (17 or
# newer) and Maven; Maven fetches the rest. NATIVE_PROFILE=dev packs the library that the Rust tests have built.
set -euo pipefail
cd "$(dirname "$0")/.."
export MAVEN_OPTS="${MAVEN_OPTS:--Xmx1g}"
for tool in cargo java mvn; do
    command -v "$tool" >/dev/null || { echo "$tool is needed" >&2; exit 1; }
done
target=${CARGO_TARGET_DIR:-$(cd ../.. && pwd)/target}
# Where the table of the conformance suite looks for the results of all languages.
export TACOS_CONFORMANCE_RESULTS="${TACOS_CONFORMANCE_RESULTS:-$target/conformance}"
# An unoptimised library is slow: fewer calls, still enough that a hundred bytes lost at each would show.
leaks=
[ "${NATIVE_PROFILE:-release}" = release ] || leaks=-Dleak.calls=400000
log=$(mktemp)
trap 'rm -f "$log"' EXIT
ran=()

suite() {
    local name=$1 sign=$2
    shift 2
    printf '\n=== %s\n' "$name"
    if ! "$@" 2>&1 | tee "$log"; then
        echo "kotlin binding: $name FAILED" >&2
        exit 1
    fi
    local count
    count=$(grep -cE "$sign" "$log") || { echo "kotlin binding: $name DID NOT RUN" >&2; exit 1; }
    ran+=("$(printf '%4d  %s' "$count" "$name")")
}

conformance() {
    (cd ../.. && scripts/build-workspace.sh)
    mvn -B -ntp -q -pl conformance dependency:build-classpath -DincludeScope=runtime -Dmdep.outputFile=target/classpath
    local classes
    classes=conformance/target/classes:$(cat conformance/target/classpath)
    # Several start side by side, and each lives for a few seconds.
    "$target/debug/tacos-conformance" drive "$1" "$TACOS_CONFORMANCE_RESULTS" java -Xmx256m -XX:+UseSerialGC \
        -XX:TieredStopAtLevel=1 -cp "$classes" com.traffictacos.engine.conformance.DriverKt "${@:2}"
}

suite 'artifacts, Kotlin and Java (test classes)' 'Tests run: [1-9].* -- in ' mvn -B -ntp install $leaks
suite 'conformance suite' '^kotlin(, prepared)?: [1-9][0-9]* passed, 0 failed, 0 skipped$' conformance kotlin
suite 'conformance suite, over a server' '^kotlin-dial(, prepared)?: [1-9][0-9]* passed, 0 failed, [0-9]+ skipped$' \
    conformance kotlin-dial --dial "$target/debug/examples/conformance_server"
suite 'fresh project' '^fresh project: passed$' tests/fresh_project.sh
suite 'fresh project of a client' '^fresh project of a client: passed$' tests/fresh_remote.sh "$target/debug/tacos-server"
suite 'sample service' '^sample: passed$' sample/demo.sh

printf '\nkotlin binding: all passed\n'
printf '%s\n' "${ran[@]}"
