#!/usr/bin/env bash
# Compares the engine's public API with that of a revision by cargo-semver-checks: semver.sh [REVISION], by default the
# newest tag that begins with v. Ends with 1 if users of that revision would have to change their programs although the
# version number says that they need not, with 2 if there is nothing to compare with.
set -euo pipefail
cd "$(dirname "$0")/.."
base="${1:-$(git describe --tags --abbrev=0 --match 'v*' 2>/dev/null || true)}"
if [ -z "$base" ]; then
    echo "semver: there is no release yet (no tag v*); name a revision: make semver BASE=<revision>" >&2
    exit 2
fi
git rev-parse --verify --quiet "$base^{commit}" > /dev/null || { echo "semver: $base is no revision" >&2; exit 2; }
exec cargo semver-checks --package tacos-engine --baseline-rev "$base"
