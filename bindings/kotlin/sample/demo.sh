#!/usr/bin/env bash
# Builds the sample service against the locally installed artifact and lets it serve simulated customers.
set -euo pipefail
cd "$(dirname "$0")"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mvn -q -B -ntp package
mvn -q -B -ntp exec:java -Dexec.args="--demo $folder/data"
