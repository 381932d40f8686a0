#!/usr/bin/env bash
# One sale against the real server, with three registered endpoints, one for each format; what they are posted is held to
# the verifiers of the Standard Webhooks project for Python and JavaScript. That of Rust is in the server's own tests.
# Needs cargo, python3 with venv, node and npm; fetches the verifiers in pinned versions.
set -euo pipefail
cd "$(dirname "$0")"
for tool in cargo python3 node npm; do
    command -v "$tool" > /dev/null || { echo "$tool is needed" >&2; exit 1; }
done
target=${CARGO_TARGET_DIR:-$(cd ../../.. && pwd)/target}
tools=$target/verifiers
if ! cmp -s <(cat package-lock.json requirements.txt) "$tools/wanted"; then
    rm -rf "$tools"
    mkdir -p "$tools"
    cp package.json package-lock.json "$tools"
    (cd "$tools" && npm ci --ignore-scripts --no-fund --no-audit --loglevel=error)
    python3 -m venv "$tools/python"
    "$tools/python/bin/pip" install --quiet -r requirements.txt
    cat package-lock.json requirements.txt > "$tools/wanted"
fi
cargo build --quiet -p tacos-server
server=$target/debug/tacos-server

folder=$(mktemp -d)
trap 'kill $(jobs -p) 2> /dev/null; wait; rm -rf "$folder"' EXIT
key=whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=

# Waits until a command succeeds, for a minute at most.
until_it() {
    local left=600
    until "$@"; do
        left=$((left - 1))
        [ "$left" -gt 0 ] || { echo "in a minute it did not come to: $*" >&2; cat "$folder"/*.log >&2; exit 1; }
        sleep 0.1
    done
}

# Held, paid, sold: three facts in three formats.
python3 receive.py "$folder" 9 > "$folder/endpoint.log" 2>&1 &
endpoint=$!
until_it test -e "$folder/port"
port=$(cat "$folder/port")
printf 'a webhook secret of its own' > "$folder/secret"
cat > "$folder/server.toml" << TOML
[webhooks]
allow_hosts = ["127.0.0.1:$port"]
secret_file = "$folder/secret"
TOML
"$server" serve --demo-sale --config "$folder/server.toml" --data-dir "$folder/data" --listen 127.0.0.1:0 \
    --web-listen 127.0.0.1:0 --metrics-listen 127.0.0.1:0 > "$folder/server.log" 2>&1 &
until_it grep -q '^Serving on' "$folder/server.log"
address=$(sed -n 's/^Serving on \([^:]*:[0-9]*\).*/\1/p' "$folder/server.log")
for format in CONTRACT STANDARD CLOUDEVENTS; do
    "$server" call --target "http://$address" gateway.v1.WebhookService/RegisterWebhook '{
        "service_name": "'$format'", "endpoint_url": "http://127.0.0.1:'"$port"'/hook", "secret": "'$key'",
        "event_types": ["WEBHOOK_EVENT_TYPE_RESERVATION_HELD", "WEBHOOK_EVENT_TYPE_PAYMENT_APPROVED",
                        "WEBHOOK_EVENT_TYPE_RESERVATION_CONFIRMED"],
        "config": { "verify_ssl": true, "body_format": "WEBHOOK_BODY_FORMAT_'$format'" }
    }' --get registered
done
"$server" try --target "$address" > "$folder/try.log" 2>&1 || { cat "$folder/try.log" >&2; exit 1; }
gone() { ! kill -0 "$endpoint" 2> /dev/null; }
until_it gone

cp verify.js "$tools/verify.js"
"$tools/python/bin/python" verify.py "$folder/deliveries" "$key"
node "$tools/verify.js" "$folder/deliveries" "$key"
echo "verifiers: 2 languages agree"
