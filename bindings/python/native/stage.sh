#!/usr/bin/env bash
# Builds the native library, and puts together what a wheel is made of: native/stage.sh FOLDER. With NATIVE_PROFILE=dev the
# library is the one that the Rust tests have built instead of an optimised one, which takes minutes.
set -euo pipefail
mkdir -p "$1"
stage=$(cd "$1" && pwd)
cd "$(dirname "$0")/../../.."
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

case "$(uname -s)" in
    Linux) name=libtacos_engine_uniffi.so ;;
    Darwin) name=libtacos_engine_uniffi.dylib ;;
    MINGW* | MSYS* | CYGWIN*) name=tacos_engine_uniffi.dll ;;
    *) echo "no name is known for libraries on $(uname -s)" >&2 && exit 1 ;;
esac

rm -rf "$stage/src"
mkdir -p "$stage/src"
cp -r bindings/python/src/tacos_engine "$stage/src/"
rm -rf "$stage/src/tacos_engine/__pycache__"
cp bindings/python/{pyproject.toml,setup.py,README.md} LICENSE "$stage/"
# The lower layer looks for the library beside itself.
install -m 644 "$built/$name" "$stage/src/tacos_engine/$name"
# Line tables of the engine are for profilers, not for every wheel.
if command -v strip > /dev/null; then
    if [ "$(uname -s)" = Darwin ]; then strip -x "$stage/src/tacos_engine/$name"
    else strip --strip-unneeded "$stage/src/tacos_engine/$name"; fi
fi
