# Sourced by the scripts beside it: where things are, and the pinned buf. Sets `proto` (this module's folder), `root` (the folder
# above it, from which imports are written) and `buf`. Installs buf from the lock file when it is missing or of another version.

set -eu

proto=$(cd "$(dirname "$0")/.." && pwd)
root=$(dirname "$proto")

need() {
    for tool in "$@"; do
        command -v "$tool" >/dev/null 2>&1 || { echo "$0: '$tool' is needed and not on the PATH" >&2; exit 2; }
    done
}

# BUF names another buf; the tests of these scripts use it.
buf=${BUF:-$proto/node_modules/.bin/buf}
if [ -z "${BUF:-}" ]; then
    need node npm
    wanted=$(node -p "require('$proto/package.json').devDependencies['@bufbuild/buf']")
    if [ "$("$buf" --version 2>/dev/null || true)" != "$wanted" ]; then
        # The package ships its binary as an optional dependency; its install script only looks for it.
        (cd "$proto" && npm ci --ignore-scripts --no-fund --no-audit --loglevel=error >&2)
    fi
fi
