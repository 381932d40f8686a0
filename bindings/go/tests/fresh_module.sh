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

# One command gives the native library:
bindings/c/install.sh --prefix "$work/native" > /dev/null

# The module as a proxy serves it.
served="$work/proxy/$module/@v"
mkdir -p "$served" "$work/zip/$module@$version"
cp -r bindings/go/. "$work/zip/$module@$version/"
cp LICENSE "$work/zip/$module@$version/"
cp bindings/go/go.mod "$served/$version.mod"
echo "{\"Version\":\"$version\"}" > "$served/$version.info"
echo "$version" > "$served/list"
(cd "$work/zip" && python3 -c 'import os, sys, zipfile
with zipfile.ZipFile(sys.argv[1], "w") as out:
    for folder, _, files in os.walk("github.com"):
        for name in files:
            out.write(os.path.join(folder, name))' "$served/$version.zip")

# The consumer: nothing but these lines.
mkdir "$work/consumer"
cd "$work/consumer"
case "$PWD" in "$root"/*) echo "the consumer is inside the repository" >&2; exit 1 ;; esac
cp "$root/bindings/go/tests/consumer.go.txt" main.go
export PKG_CONFIG_PATH="$work/native/lib/pkgconfig"
export GOPROXY="file://$work/proxy" GOSUMDB=off GOMODCACHE="$work/modcache"
go mod init example.com/consumer
go get "$module@$version"
go build -o consumer .
./consumer "$work/data" first
./consumer "$work/data" second
# Statically linked: the program runs where the library is not.
if ldd consumer | grep -q tacos_engine; then echo "the library is not inside the program" >&2; exit 1; fi
echo "fresh module: passed"
