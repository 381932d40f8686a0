#!/usr/bin/env bash
# Builds the library and installs header, static library and pkg-config file: bindings/c/install.sh --prefix DIR [--shared]
# With --shared the shared library as well; then programs find that one first. `cargo cinstall -p tacos-engine-c` (from
# cargo-c) does the same for a system.
set -euo pipefail
prefix="" shared=0
while [ $# -gt 0 ]; do
    case "$1" in
        --prefix) prefix="$2"; shift 2 ;;
        --shared) shared=1; shift ;;
        *) echo "usage: $0 --prefix DIR [--shared]" >&2; exit 2 ;;
    esac
done
[ -n "$prefix" ] || { echo "usage: $0 --prefix DIR [--shared]" >&2; exit 2; }
mkdir -p "$prefix"
prefix="$(cd "$prefix" && pwd)"
cd "$(dirname "$0")/../.."
target="${CARGO_TARGET_DIR:-$PWD/target}"
cargo build -q --release -p tacos-engine-c
version="$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -1)"
mkdir -p "$prefix/include" "$prefix/lib/pkgconfig"
cp bindings/c/include/tacos_engine.h "$prefix/include/"
cp "$target/release/libtacos_engine.a" "$prefix/lib/"
if [ "$shared" = 1 ]; then cp "$target/release/libtacos_engine.so" "$prefix/lib/"; else rm -f "$prefix/lib/libtacos_engine.so"; fi
cat > "$prefix/lib/pkgconfig/tacos-engine.pc" << PC
prefix=\${pcfiledir}/../..
includedir=\${prefix}/include
libdir=\${prefix}/lib

Name: tacos-engine
Description: Embedded, in-memory engine for ticket sales
Version: $version
Cflags: -I\${includedir}
Libs: -L\${libdir} -ltacos_engine -lgcc_s -lutil -lrt -lpthread -lm -ldl
PC
echo "installed tacos-engine $version into $prefix"
echo "use it with: export PKG_CONFIG_PATH=$prefix/lib/pkgconfig"
