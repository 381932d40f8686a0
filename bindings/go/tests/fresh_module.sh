#!/usr/bin/env bash
# As a consumer: a new module in an empty folder outside the repository depends on the published module (served from a
# folder as the module proxy would), finds the native library through pkg-config, sells a seat and survives a restart.
set -euo pipefail
cd "$(dirname "$0")/../../.."
root="$PWD"
module=github.com/traffic-tacos/engine/bindings/go
version=v0.1.0
work="$(mktemp -d)"
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT

# The README's own lines; those that begin with bindings/ are for the checkout, the others for the module.
bindings/tests/readme_lines.sh bindings/go/README.md | sed "s|/opt/tacos|$work/native|" > "$work/lines"
grep '^bindings/' "$work/lines" | bash -euo pipefail > /dev/null

# The module as a proxy serves it.
served="$work/proxy/$module/@v"
mkdir -p "$served" "$work/zip/$module@$version"
cp -r bindings/go/. "$work/zip/$module@$version/"
cp LICENSE "$work/zip/$module@$version/"
cp bindings/go/go.mod "$served/$version.mod"
echo "{\"Version\":\"$version\"}" > "$served/$version.info"
echo "$version" > "$served/list"
(cd bindings/go && go run ./internal/modzip "$work/zip" "$served/$version.zip")

# The consumer: nothing but these lines.
mkdir "$work/consumer"
cd "$work/consumer"
case "$PWD" in "$root"/*) echo "the consumer is inside the repository" >&2; exit 1 ;; esac
cp "$root/bindings/go/tests/consumer.go.txt" main.go
export GOPROXY="file://$work/proxy" GOSUMDB=off GOMODCACHE="$work/modcache"
unset PKG_CONFIG_PATH CGO_LDFLAGS
# As on a machine that has never seen the library: Go's build cache must not know it.
export CGO_CFLAGS="-O2 -g -DTACOS_FRESH=$$$(date +%s)"
go mod init example.com/consumer
grep -v '^bindings/' "$work/lines" > "$work/module.lines"
bash -euo pipefail "$work/module.lines" | tee "$work/first"
./program data | tee "$work/second"
grep -q '^sold A-7' "$work/first" || { echo "the seat was not sold" >&2; exit 1; }
grep -q 'taken: A-7$' "$work/second" || { echo "the seat was sold twice" >&2; exit 1; }
# Statically linked: the program runs where the library is not.
if ldd program | grep -q tacos_engine; then echo "the library is not inside the program" >&2; exit 1; fi
echo "fresh module: passed"
