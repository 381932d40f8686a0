#!/usr/bin/env bash
# Histories of the real server: services over gRPC, killed by SIGKILL again and again, checked as those of the engine are.
#   tests/linearizability/server.sh 5     five histories of six kills each; SEED=1 KILLS=6
set -euo pipefail
cd "$(dirname "$0")/../.."
out="${CARGO_TARGET_DIR:-$PWD/target}/linearizability"
mkdir -p "$out"
seed="${SEED:-1}"
files=()
for number in $(seq "$seed" $((seed + ${1:-5} - 1))); do
    file="$out/server-$number.tsv"
    cargo test --quiet -p tacos-server --test kill_loop -- --history "$file" --kills "${KILLS:-6}" --seed "$number"
    files+=("$file")
done
go build -C tests/linearizability -o "$out/check" .
"$out/check" "${files[@]}"
