#!/bin/sh
# Generates the Go stubs into <folder>/gen/go; without an argument into this module, replacing what is there. Plugins are pinned
# in go.mod and run through `go tool`.

. "$(dirname "$0")/env.sh"
need go

into=${1:-$proto}
cd "$root"
rm -rf "$into/gen/go"
"$buf" generate --template proto/buf.gen.yaml --output "$into"
echo "gen-go: $(find "$into/gen/go" -name '*.go' | wc -l) files"
