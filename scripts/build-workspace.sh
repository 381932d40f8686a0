#!/usr/bin/env bash
# Builds the workspace as `cargo test --workspace` does, so that what that command has built is not built again: a
# selection of packages (`-p`) or of targets may select other features of dependencies, and then everything is built anew.
# Options are added to cargo's. Libraries and programs are in target/debug, examples in target/debug/examples.
set -euo pipefail
cd "$(dirname "$0")/.."
cargo build --quiet --workspace --lib --bins --tests --examples "$@"
