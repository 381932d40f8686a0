#!/usr/bin/env bash
# The Go suites: format, vet, tests with the examples, the race detector, garbage collection at the border, cgo's own pointer
# checks, a bug inside the library, the package without cgo, an example at a server, the conformance suite at a linked engine
# and at a server, the sample service, a module outside the repository. Fails if one did not run.
set -euo pipefail
cd "$(dirname "$0")/../../.."
target="${CARGO_TARGET_DIR:-$PWD/target}"
command -v go > /dev/null || { echo "go: install Go 1.26 or later" >&2; exit 1; }
scripts/need.sh pkg-config
out="$target/go-tests"
bindings/c/install.sh --prefix "$out/installed" > /dev/null
# The same installation with the library that has the bug on demand.
scripts/build-workspace.sh --features tacos-engine-c/testing
rm -rf "$out/testing"
cp -r "$out/installed" "$out/testing"
cp "$target/debug/libtacos_engine.a" "$out/testing/lib/"
ran=0
cd bindings/go
# shellcheck source=bindings/go/tests/library.sh
. tests/library.sh
use_library "$out/installed"
unformatted="$(gofmt -l .)"
[ -z "$unformatted" ] || { echo "go: not formatted: $unformatted" >&2; exit 1; }
ran=$((ran + 1))
go vet ./...
ran=$((ran + 1))
run() {
    echo "go: $1"
    shift
    "$@"
    ran=$((ran + 1))
}
run "tests and examples" go test -count=1 -timeout 5m ./...
run "race detector" go test -count=1 -timeout 10m -race .
run "garbage collection at the border" env GOGC=1 GODEBUG=cgocheck=1 go test -count=1 -timeout 10m -tags tacos_gc .
run "cgo pointer checks" env GOEXPERIMENT=cgocheck2 go test -count=1 -timeout 10m -run 'Customer|Reads|Batch|Updates|Example' .
use_library "$out/testing"
run "a bug inside the library" go test -count=1 -timeout 10m -tags tacos_testing -run 'Bug|Customer' .
use_library "$out/installed"
go build -o "$out/conformance" ./internal/conformance
run "the conformance suite" "$target/debug/tacos-conformance" drive go "$target/conformance" "$out/conformance"
run "the conformance suite at a server" "$target/debug/tacos-conformance" drive go-dial "$target/conformance" \
    "$out/conformance" --dial "$target/debug/examples/conformance_server"
run "the package without cgo" env CGO_ENABLED=0 go test -count=1 -timeout 5m .
run "an example at a server" tests/with_server.sh go test -count=1 -timeout 5m -tags tacos_server -run Example_dial .
run "sample service" go run ./examples/boxoffice -customers 300
run "a module outside the repository" tests/fresh_module.sh
[ "$ran" -eq 13 ] || { echo "go: only $ran of 13 suites ran" >&2; exit 1; }
echo "go: $ran passed, 0 failed"
