#!/usr/bin/env bash
# Counts the lines of each module at one commit or several: scripts/lines.sh [COMMIT…]; without any, at HEAD.
# Lines of tests stand apart, as do files that programs have written (their banner says so in the first lines).
set -euo pipefail
cd "$(dirname "$0")/.."
commits=("$@")
[ ${#commits[@]} -gt 0 ] || commits=(HEAD)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The lines of one commit's tree: module, kind, number.
count() {
    local tree=$1
    (cd "$tree" && find engine grpc-server bindings proto benches fuzz -type f \
        \( -name '*.rs' -o -name '*.go' -o -name '*.kt' -o -name '*.java' -o -name '*.py' -o -name '*.c' -o -name '*.h' \
        -o -name '*.proto' -o -name '*.sh' \) -print0) | (cd "$tree" && xargs -0 awk '
        FNR == 1 {
            path = FILENAME
            kind = "product"
            if (path ~ /(^|\/)(tests?|golden|conformance|fuzz_targets|sample|examples)\// || path ~ /^(benches|fuzz)\// \
                || path ~ /(_tests?|\/tests|loom[a-z_]*|shuttle[a-z_]*)\.(rs|go)$/) kind = "tests"
            n = split(path, part, "/")
            module = part[1]
            if (part[1] == "engine" && part[2] == "src") module = n > 3 ? "engine/src/" part[3] : "engine/src (files)"
            else if (part[1] == "engine" && part[2] == "testing") module = "engine/testing"
            else if (part[1] == "engine") module = "engine (tests, examples)"
            else if (part[1] == "bindings") module = "bindings/" part[2]
            if (module ~ /^engine\/(src\/)?testing$/ || module == "engine/src/hooks") kind = "tests"
        }
        FNR <= 8 && /[Gg]enerated by|DO NOT EDIT|do not edit|[Ww]ritten by .*(generator|program)/ { written[path] = 1 }
        { lines[path]++; modules[path] = module; kinds[path] = kind }
        END {
            for (path in lines) {
                which = (path in written) ? "written" : kinds[path]
                printf "%s\t%s\t%d\n", modules[path], which, lines[path]
            }
        }') | awk -F '\t' '{ sum[$1 "\t" $2] += $3 } END { for (key in sum) print key "\t" sum[key] }'
}

for commit in "${commits[@]}"; do
    name=$(git rev-parse --short "$commit")
    mkdir -p "$work/$name"
    git archive "$commit" | tar -x -C "$work/$name"
    count "$work/$name" | sed "s/^/$name\t/"
done | awk -F '\t' -v order="$(for c in "${commits[@]}"; do git rev-parse --short "$c"; done | tr '\n' ' ')" '
    { lines[$1, $2, $3] = $4; modules[$2] = 1; lines[$1, "", $3] += $4 }
    END {
        n = split(order, commit, " ")
        printf "| module |"
        for (i = 1; i <= n; i++) printf " %s: product | tests | written by programs |", commit[i]
        printf "\n|---|"
        for (i = 1; i <= n; i++) printf "---|---|---|"
        printf "\n"
        fflush()
        for (module in modules) print row("`" module "`", module) | "sort"
        close("sort")
        print row("**all**", "")
    }
    function row(title, module, i, text) {
        text = "| " title " |"
        for (i = 1; i <= n; i++)
            text = text sprintf(" %d | %d | %d |", lines[commit[i], module, "product"],
                lines[commit[i], module, "tests"], lines[commit[i], module, "written"])
        return text
    }'
