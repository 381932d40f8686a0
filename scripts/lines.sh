#!/usr/bin/env bash
# Counts the lines of each room at one commit or several: scripts/lines.sh [COMMIT…]; without any, of what is checked out.
# Lines of tests stand apart, as do files that programs have written (their banner says so in the first lines).
set -euo pipefail
cd "$(dirname "$0")/.."
commits=("$@")
[ ${#commits[@]} -gt 0 ] || commits=(HEAD)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# room NAME PATHS…: the lines of product, tests and written files below these paths, of one commit's tree.
count() {
    local tree=$1
    (cd "$tree" && find engine grpc-server bindings proto benches fuzz -type f \
        \( -name '*.rs' -o -name '*.go' -o -name '*.kt' -o -name '*.java' -o -name '*.py' -o -name '*.c' -o -name '*.h' \
        -o -name '*.proto' -o -name '*.sh' \) -print0) | (cd "$tree" && xargs -0 awk '
        FNR == 1 {
            path = FILENAME
            kind = "product"
            if (path ~ /(^|\/)(tests?|golden|conformance|fuzz_targets|sample|examples)\// || path ~ /(_tests?|_test|\/tests|loom[a-z_]*|shuttle[a-z_]*)\.(rs|go)$/ \
                || path ~ /^(benches|fuzz)\//) kind = "tests"
            n = split(path, part, "/")
            room = part[1]
            if (part[1] == "engine" && part[2] == "src") room = n > 3 ? "engine/src/" part[3] : "engine/src (files)"
            else if (part[1] == "engine") room = "engine (tests, examples)"
            else if (part[1] == "bindings") room = "bindings/" part[2]
            if (room == "engine/src/testing") kind = "tests"
        }
        FNR <= 8 && /[Gg]enerated by|DO NOT EDIT|do not edit|[Ww]ritten by .*(generator|program)/ { written[path] = 1 }
        { lines[path]++; rooms[path] = room; kinds[path] = kind }
        END {
            for (path in lines) {
                which = (path in written) ? "written" : kinds[path]
                printf "%s\t%s\t%d\n", rooms[path], which, lines[path]
            }
        }') | awk -F '\t' '{ sum[$1 "\t" $2] += $3 } END { for (key in sum) print key "\t" sum[key] }'
}

for commit in "${commits[@]}"; do
    name=$(git rev-parse --short "$commit")
    mkdir -p "$work/$name"
    git archive "$commit" | tar -x -C "$work/$name"
    count "$work/$name" | sed "s/^/$name\t/"
done | awk -F '\t' -v order="$(for c in "${commits[@]}"; do git rev-parse --short "$c"; done | tr '\n' ' ')" '
    { lines[$1, $2, $3] = $4; rooms[$2] = 1; sum[$1, $3] += $4 }
    END {
        n = split(order, commit, " ")
        printf "| room |"
        for (i = 1; i <= n; i++) printf " %s: product | tests | written by programs |", commit[i]
        printf "\n|---|"
        for (i = 1; i <= n; i++) printf "---|---|---|"
        printf "\n"
        count = 0
        for (room in rooms) name[++count] = room
        for (i = 2; i <= count; i++) for (j = i; j > 1 && name[j - 1] > name[j]; j--) { t = name[j]; name[j] = name[j - 1]; name[j - 1] = t }
        for (r = 1; r <= count; r++) row(name[r])
        printf "| **all** |"
        for (i = 1; i <= n; i++) printf " %d | %d | %d |", sum[commit[i], "product"], sum[commit[i], "tests"], sum[commit[i], "written"]
        printf "\n"
    }
    function row(room, i) {
        printf "| `%s` |", room
        for (i = 1; i <= n; i++)
            printf " %d | %d | %d |", lines[commit[i], room, "product"], lines[commit[i], room, "tests"], lines[commit[i], room, "written"]
        printf "\n"
    }'
