#!/usr/bin/env bash
# Runs the engine HISTORIES times (10), with several threads each and with crashes in three of four, and checks what was
# written down with Porcupine; then plants each kind of violation and checks that it is found where it is.
# Violations leave the history and Porcupine's picture of it in target/linearizability. SEED=1 is the first seed.
set -euo pipefail
cd "$(dirname "$0")"
root="$(cd ../.. && pwd)"
target="${CARGO_TARGET_DIR:-$root/target}"
histories="${1:-10}"
seed="${SEED:-1}"
ops="${OPS:-1500}"
out="$target/linearizability"
rm -rf "$out"
mkdir -p "$out"

"$root/scripts/build-workspace.sh"
history="$target/debug/examples/history"
go vet ./...
go test ./...
go build -o "$out/check" .

for ((at = 0; at < histories; at++)); do
    one=$((seed + at))
    "$history" --seed "$one" --threads $((4 + one % 3 * 4)) --ops "$ops" --crashes $((one % 4)) --out "$out/$one.tsv" > "$out/$one.said"
done
said="$("$out/check" "$out"/*.tsv)" || { echo "$said"; echo "linearizability: VIOLATED, see $out" >&2; exit 1; }
echo "$said"
checked="$(tail -n 1 <<< "$said")"
[[ "$checked" =~ ^([0-9]+)\ histories,\ ([0-9]+)\ operations\ .*,\ ([0-9]+)\ partitions, ]] || { echo "not understood: $checked" >&2; exit 1; }
count="${BASH_REMATCH[1]}" operations="${BASH_REMATCH[2]}" partitions="${BASH_REMATCH[3]}"
[ "$count" -eq "$histories" ] || { echo "$count of $histories histories were checked" >&2; exit 1; }
[ "$operations" -ge $((1000 * histories)) ] || { echo "only $operations operations" >&2; exit 1; }

# Not every history has a place for every violation: it takes the first that has.
plant() {
    local kind=$1 crashes=$2 where=$3 file="$out/planted-$1.history" try
    for ((try = seed; try < seed + 200; try++)); do
        if "$history" --seed "$try" --ops "$ops" --crashes "$crashes" --plant "$kind" --out "$file" > "$out/planted-$kind.said"; then
            "$out/check" "${file%.history}.clean" > /dev/null || { echo "planted $kind: the history was no good before" >&2; return 1; }
            "$out/check" -expect "$where" "$file" > "$out/planted-$kind.found" || {
                cat "$out/planted-$kind.said" "$out/planted-$kind.found"
                echo "planted $kind: NOT FOUND" >&2
                return 1
            }
            sed "s/^/planted $kind: /" "$out/planted-$kind.said"
            return
        fi
    done
    echo "planted $kind: no history has a place for it" >&2
    return 1
}
plant oversell 0 seat
plant lost 2 reservation,seat
plant late 0 reservation,seat
plant overtake 0 line
echo "linearizability: $count histories, $operations operations, $partitions partitions, 4 planted violations found, nothing else"
