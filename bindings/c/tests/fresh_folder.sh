#!/usr/bin/env bash
# As a consumer: in an empty folder outside the repository, the README's own lines build a program that sells a seat and
# finds it sold after a restart.
set -euo pipefail
cd "$(dirname "$0")/../../.."
root="$PWD"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
case "$work" in "$root"/*) echo "the folder is inside the repository" >&2; exit 1 ;; esac
bindings/tests/readme_lines.sh bindings/c/README.md | sed "s|/opt/tacos|$work/native|" > "$work/lines"
grep '^bindings/' "$work/lines" | bash -euo pipefail
mkdir "$work/program"
cp bindings/c/examples/quick_start.c "$work/program/program.c"
cd "$work/program"
grep -v '^bindings/' "$work/lines" > lines
bash -euo pipefail lines | tee first
./program data | tee second
grep -q '^kim has A-7 for 5000$' first && grep -q '^lee: .*taken: A-7$' first || { echo "the seat was not sold" >&2; exit 1; }
if grep -q ' has A-7 ' second; then echo "the seat was sold twice" >&2; exit 1; fi
grep -q '^kim: .*taken: A-7$' second
echo "fresh folder: passed"
