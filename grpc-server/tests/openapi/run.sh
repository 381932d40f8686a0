#!/usr/bin/env bash
# The server's OpenAPI document before tools that are not ours: Redocly's linter, and openapi-typescript with the TypeScript
# compiler over a program that uses its types. Needs node with npm; fetches the tools in the versions of package-lock.json.
set -euo pipefail
cd "$(dirname "$0")"
for tool in node npm; do
    command -v "$tool" > /dev/null || { echo "openapi: '$tool' is needed and not on the PATH" >&2; exit 2; }
done
npm ci --ignore-scripts --no-fund --no-audit --loglevel=error > /dev/null
out="$(mktemp -d)"
trap 'rm -rf "$out"' EXIT
# SERVER names a server that is built already.
if [ -n "${SERVER:-}" ]; then
    "$SERVER" openapi > "$out/openapi.json"
else
    cargo run --quiet -p tacos-server -- openapi > "$out/openapi.json"
fi
export REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true
node_modules/.bin/redocly lint --config redocly.yaml --format=stylish "$out/openapi.json" > "$out/said" 2>&1 || { cat "$out/said" >&2; exit 1; }
# A warning is as bad as an error.
if grep -qiE '[1-9][0-9]* (warning|error)' "$out/said"; then
    cat "$out/said" >&2
    exit 1
fi
node_modules/.bin/openapi-typescript "$out/openapi.json" -o "$out/schema.d.ts" > "$out/said" 2>&1 || { cat "$out/said" >&2; exit 1; }
cp uses.ts "$out/"
node_modules/.bin/tsc --noEmit --strict "$out/uses.ts"
operations="$(grep -o '"operationId"' "$out/openapi.json" | wc -l)"
echo "openapi: $operations operations linted, generated and compiled"
