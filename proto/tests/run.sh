#!/bin/sh
# Everything that can be checked about the contract, in one run. Prints each step and its time; fails at the end when any step
# failed or did not run. Needs cargo, go, node with npm, a JDK 17 or newer and Maven 3.8 or newer; fetches the rest by itself.

set -u

proto=$(cd "$(dirname "$0")/.." && pwd)
root=$(dirname "$proto")
log=$(mktemp)
trap 'rm -f "$log"' EXIT

steps="rust go-drift lint breaking go scripts maven"
passed=0 failed=""

rust() { cd "$root" && cargo test --workspace --test contract --quiet -- --nocapture; }
lint() { "$proto/scripts/lint.sh"; }
breaking() { "$proto/scripts/breaking.sh"; }
go_drift() { "$proto/scripts/check-go-drift.sh"; }
go_stubs() { cd "$proto" && go vet ./gen/... ./tests/... && go test ./gen/... ./tests/... | grep -v 'no test files'; }
scripts() { "$proto/tests/scripts.sh"; }
maven() { cd "$proto" && mvn --batch-mode --no-transfer-progress verify; }

# step <name> <function> <words that only a run that did its work prints>
step() {
    began=$(date +%s)
    if ("$2") >"$log" 2>&1 && grep -q -- "$3" "$log"; then
        passed=$((passed + 1))
        verdict=ok
    else
        tail -n 60 "$log"
        failed="$failed $1"
        verdict=FAILED
    fi
    printf '%-9s %-6s %3d s  %s\n' "$1" "$verdict" $(($(date +%s) - began)) "$(grep -e "$3" "$log" | tail -n 1)"
}

step lint lint '^lint: '
step breaking breaking '^breaking: '
step go-drift go_drift '^check-go-drift: '
step go go_stubs '^ok .*tests/go'
step scripts scripts '^scripts: '
step rust rust 'contract: .* rows compared'
step maven maven 'Tests run: [1-9].*Failures: 0, Errors: 0, Skipped: 0$'

expected=$(echo "$steps" | wc -w)
if [ -n "$failed" ] || [ "$passed" -ne "$expected" ]; then
    echo "contract: $passed of $expected steps passed; failed:${failed:- none, but not all ran}" >&2
    exit 1
fi
echo "contract: all $expected steps passed"
