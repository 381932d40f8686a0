#!/usr/bin/env bash
# Asks the RustSec database whether a dependency of ours has a known weakness, for both lock files. A database that cannot be
# reached is no pass: it is said loudly, and the script ends with 2. No part of `make test`, which must not depend on it.
set -uo pipefail
cd "$(dirname "$0")/.."
command -v cargo-deny > /dev/null || cargo install --locked cargo-deny || exit 1
log="$(mktemp)"
trap 'rm -f "$log"' EXIT
checked=0
for manifest in Cargo.toml fuzz/Cargo.toml; do
    if cargo deny --manifest-path "$manifest" check advisories > "$log" 2>&1; then
        checked=$((checked + 1))
        echo "advisories: $manifest: nothing known"
    elif grep -q 'failed to fetch advisory database' "$log"; then
        grep -iE 'fatal:|failed to fetch' "$log" >&2
        echo 'advisories: UNREACHABLE: the RustSec database could not be fetched, so NOTHING WAS CHECKED' >&2
        exit 2
    else
        cat "$log"
        echo "advisories: $manifest: FAILED" >&2
        exit 1
    fi
done
echo "advisories: $checked lock files checked, nothing known"
