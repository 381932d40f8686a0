#!/usr/bin/env bash
# As a consumer: a new module in an empty folder outside the repository takes ours from a checkout, as the README says, and from
# a folder that serves it as a module proxy would; finds the native library through pkg-config, sells a seat, and finds it
# sold after a restart. Then the same as the client of a server, without cgo and without the library.
set -euo pipefail
cd "$(dirname "$0")/../../.."
root="$PWD"
module=github.com/traffic-tacos/engine/bindings/go
version=v0.1.0
work="$(mktemp -d)"
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT

# The README's own program and lines; those that begin with bindings/ are for the checkout, the others for the module.
take() {
    awk -v mark="<!-- file: $1 -->" '$0 == mark { found = 1; next }
        found && /^```/ { if (inside) exit; inside = 1; next }
        inside' bindings/go/README.md
}
take main.go > "$work/main.go"
take client.go > "$work/client.go"
[ -s "$work/main.go" ] && [ -s "$work/client.go" ] || { echo "the README has no main.go, or no client.go" >&2; exit 1; }
# The top README shows the same program.
awk '/^```go$/ { inside = 1; next } inside && /^```/ { exit } inside' README.md | diff - "$work/main.go" ||
    { echo "README.md and bindings/go/README.md show two programs" >&2; exit 1; }
bindings/tests/readme_lines.sh bindings/go/README.md |
    sed "s|/opt/tacos|$work/native|; s|/path/to/engine|$root|" > "$work/lines"
grep '^bindings/' "$work/lines" | bash -euo pipefail > /dev/null
grep -v '^bindings/' "$work/lines" > "$work/module.lines"

sells_once() {
    grep -q '^sold: A-7, order ord_' "$1" || { echo "the seat was not sold" >&2; exit 1; }
    grep -qx 'taken: A-7' "$1" || { echo "the second run did not find the seat taken" >&2; exit 1; }
}
unset PKG_CONFIG_PATH CGO_LDFLAGS
# As on a machine that has never seen the library: Go's build cache must not know it.
export CGO_CFLAGS="-O2 -g -DTACOS_FRESH=$$$(date +%s)"

# As the page says today: from a checkout.
mkdir "$work/shop"
(cd "$work/shop" && cp ../main.go . && bash -euo pipefail "$work/module.lines" | tee "$work/shop.out")
sells_once "$work/shop.out"

# As the client of a server, for which Go is enough.
mkdir "$work/client"
cd "$work/client"
cp ../client.go main.go
grep '^go mod' "$work/module.lines" > lines
PKG_CONFIG=/nowhere CC=/nowhere CGO_ENABLED=0 bash -euo pipefail lines
cat > twice.sh << 'TWICE'
sed "s/localhost:8080/$SERVER/" main.go > here.go && mv here.go main.go
CGO_ENABLED=0 CC=/nowhere go build -o program .
./program | tee out
./program | tee -a out
TWICE
"$root/bindings/go/tests/with_server.sh" bash -euo pipefail twice.sh
sells_once out
cd "$root"

# The modules as a proxy serves them: this one, and the contract's, whose stubs it needs. All others come from where they
# came from before.
serve() {
    local module="$1" served="$work/proxy/$1/@v" packed="$work/zip-${1##*/}"
    shift
    mkdir -p "$served" "$packed/$module@$version"
    (cd "$1" && shift && cp -r --parents "$@" "$packed/$module@$version/")
    cp LICENSE "$packed/$module@$version/"
    cp "$packed/$module@$version/go.mod" "$served/$version.mod"
    echo "{\"Version\":\"$version\"}" > "$served/$version.info"
    echo "$version" > "$served/list"
    (cd bindings/go && go run ./internal/modzip "$packed" "$served/$version.zip")
}
serve "$module" bindings/go .
serve github.com/traffic-tacos/proto-contracts proto go.mod go.sum gen/go

# The consumer: nothing but these lines.
mkdir "$work/consumer"
cd "$work/consumer"
case "$PWD" in "$root"/*) echo "the consumer is inside the repository" >&2; exit 1 ;; esac
cp "$work/main.go" .
GOPROXY="file://$work/proxy,file://$(go env GOMODCACHE)/cache/download,$(go env GOPROXY)"
export GOPROXY GOSUMDB=off GOMODCACHE="$work/modcache"
grep -v '^go mod edit' "$work/module.lines" | sed "s|^go mod tidy|go get $module|" | bash -euo pipefail | tee "$work/consumer.out"
sells_once "$work/consumer.out"
# Statically linked: the program runs where the library is not.
if ldd program | grep -q tacos_engine; then echo "the library is not inside the program" >&2; exit 1; fi
echo "fresh module: passed"
