#!/bin/sh
# Fails when the committed Go stubs are not what the contract and the pinned plugins give. An argument names other stubs to check.

. "$(dirname "$0")/env.sh"

stubs=${1:-$proto/gen/go}
fresh=$(mktemp -d)
trap 'rm -rf "$fresh"' EXIT
"$proto/scripts/gen-go.sh" "$fresh" >/dev/null

if ! diff -r -u "$stubs" "$fresh/gen/go" >"$fresh/diff"; then
    head -n 40 "$fresh/diff" >&2
    echo "check-go-drift: the Go stubs are not those of the contract: run 'make -C proto gen-go' and commit" >&2
    exit 1
fi
echo "check-go-drift: $(find "$stubs" -name '*.go' | wc -l) files, as generated"
