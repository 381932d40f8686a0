#!/usr/bin/env bash
# As a user: the wheel, installed in an empty environment outside the repository, runs the README's program twice.
# tests/fresh_wheel.sh STAGE OUT, where STAGE is what native/stage.sh put together and OUT has the tools.
set -euo pipefail
stage=$1 out=$2
readme=$(cd "$(dirname "$0")/.." && pwd)/README.md
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

rm -rf "$stage/dist" "$stage/build" "$stage"/src/*.egg-info
"$out/tools/bin/pip" wheel --quiet --no-deps --no-build-isolation --no-index --wheel-dir "$stage/dist" "$stage"
wheels=("$stage"/dist/*.whl)
[ "${#wheels[@]}" -eq 1 ] || { echo "not one wheel: ${wheels[*]}" >&2; exit 1; }
case "${wheels[0]}" in
    */tacos_engine-0.1.0-py3-none-*.whl) ;;
    *) echo "the wheel says that it fits otherwise than it does: ${wheels[0]}" >&2; exit 1 ;;
esac

"${PYTHON:-python3}" -m venv --without-pip "$work/environment"
"$out/tools/bin/pip" --python "$work/environment/bin/python" install --quiet --no-index "${wheels[0]}"
# The README's program.
awk -v mark='<!-- file: shop.py -->' '$0 == mark { found = 1; next }
    found && /^```/ { if (inside) exit; inside = 1; next }
    inside' "$readme" > "$work/shop.py"
[ -s "$work/shop.py" ] || { echo "the README has no shop.py" >&2; exit 1; }
awk -v mark='<!-- file: later.py -->' '$0 == mark { found = 1; next }
    found && /^```/ { if (inside) exit; inside = 1; next }
    inside' "$readme" > "$work/later.py"
[ -s "$work/later.py" ] || { echo "the README has no later.py" >&2; exit 1; }
cd "$work"
for run in first second; do
    environment/bin/python -X dev -W error shop.py | tee "$run.txt"
done
grep -qE '^sold: A-7, order ord_[0-9a-z]+$' first.txt || { echo "the seat was not sold" >&2; exit 1; }
grep -qx 'taken: A-7' second.txt || { echo "the second run did not find the seat taken" >&2; exit 1; }
environment/bin/python -W error later.py | tee later.txt
grep -qx 'sold: 100 seats, seen: 100 holds' later.txt || { echo "the program for asyncio did not sell" >&2; exit 1; }
# The types are in the wheel.
environment/bin/python -c 'import importlib.resources as r; assert (r.files("tacos_engine") / "py.typed").is_file()'
echo "fresh wheel: passed"
