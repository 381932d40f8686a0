#!/usr/bin/env bash
# Schemathesis makes requests of the OpenAPI document and sends them to a server with a sale: no answer may be a failure of the
# server, have a status, a type or a shape that the document does not have. Bounded: EXAMPLES=12 requests an operation, SEED=1.
# Streams, which do not end, and what stops the server or its sale are left out. Needs Python 3 with venv and pip.
set -euo pipefail
cd "$(dirname "$0")"
out="$(mktemp -d)"
server=
trap '[ -z "$server" ] || kill "$server" 2> /dev/null || true; rm -rf "$out"' EXIT
python3 -m venv "$out/venv"
"$out/venv/bin/pip" install --quiet --disable-pip-version-check schemathesis==4.32.0
# SERVER names a server that is built already.
program="${SERVER:-}"
if [ -z "$program" ]; then
    cargo build --quiet -p tacos-server
    program="${CARGO_TARGET_DIR:-../../../target}/debug/tacos-server"
fi
# Colours would stand between the names and values of a log line.
NO_COLOR=1 "$program" serve --demo-sale --durability memory --listen 127.0.0.1:0 --web-listen 127.0.0.1:0 \
    --metrics-listen 127.0.0.1:0 --data-dir "$out/data" --log-format json > "$out/server.log" 2>&1 &
server=$!
address=
for _ in $(seq 300); do
    address="$(sed -nE 's/.*"web_addresses":"?\[([0-9.:]+)\].*/\1/p' "$out/server.log" | head -n 1)"
    [ -z "$address" ] || break
    kill -0 "$server" 2> /dev/null || break
    sleep 0.2
done
[ -n "$address" ] || { cat "$out/server.log" >&2; echo "schemathesis: the server did not start" >&2; exit 1; }
"$out/venv/bin/schemathesis" run "http://$address/openapi.json" --seed "${SEED:-1}" --max-examples "${EXAMPLES:-12}" \
    --phases fuzzing --mode all --request-timeout 30 --continue-on-failure \
    --checks not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance \
    --exclude-path-regex '(/streams?/|/stream$|/feed$|/admin/operations|/admin/emergencies)' > "$out/said" 2>&1 \
    || { tail -n 200 "$out/said" >&2; exit 1; }
kill -0 "$server" || { cat "$out/server.log" >&2; echo "schemathesis: the server has ended" >&2; exit 1; }
echo "schemathesis: $(sed -nE 's/^ *([0-9]+ generated, [0-9]+ passed).*/\1/p' "$out/said"), seed ${SEED:-1}"
