#!/usr/bin/env bash
# Builds the native library and puts it where the jar wants it. Called by Maven: native/build.sh <folder for libraries>.
# NATIVE_PROFILE=dev takes the library that
# the Rust tests have built instead of an optimised one, which takes minutes. (The server reads TACOS_…; so it has another
# name.)
set -euo pipefail
libraries=$1
cd "$(dirname "$0")/../../../.."
target=${CARGO_TARGET_DIR:-target}

case "${NATIVE_PROFILE:-release}" in
    release)
        built=$target/release
        cargo build --quiet --release --package tacos-engine-uniffi --lib
        ;;
    dev)
        built=$target/debug
        scripts/build-workspace.sh
        ;;
    *) echo "NATIVE_PROFILE is release or dev, not $NATIVE_PROFILE" >&2 && exit 1 ;;
esac

# The names by which JNA looks inside a jar.
case "$(uname -s)" in
    Linux) system=linux name=libtacos_engine_uniffi.so ;;
    Darwin) system=darwin name=libtacos_engine_uniffi.dylib ;;
    MINGW* | MSYS* | CYGWIN*) system=win32 name=tacos_engine_uniffi.dll ;;
    *) echo "no name is known for libraries on $(uname -s)" >&2 && exit 1 ;;
esac
case "$(uname -m)" in
    x86_64 | amd64) machine=x86-64 ;;
    aarch64 | arm64) machine=aarch64 ;;
    *) machine=$(uname -m) ;;
esac

library=$built/$name
mkdir -p "$libraries/$system-$machine"
install -m 644 "$library" "$libraries/$system-$machine/$name"
# Line tables of the engine are for profilers, not for every jar.
if command -v strip >/dev/null; then
    if [ "$system" = darwin ]; then strip -x "$libraries/$system-$machine/$name"
    else strip --strip-unneeded "$libraries/$system-$machine/$name"; fi
fi
