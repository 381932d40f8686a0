#!/usr/bin/env bash
# Installs Debian's packages of this name for programs that are missing: scripts/need.sh valgrind pkg-config. One
# installation at a time, because suites run side by side.
set -euo pipefail
packages=()
for program in "$@"; do
    command -v "$program" > /dev/null || packages+=("$program")
done
[ ${#packages[@]} -gt 0 ] || exit 0
[ "$(id -u)" = 0 ] && command -v apt-get > /dev/null || { echo "install ${packages[*]}" >&2; exit 1; }
exec 9> "${TMPDIR:-/tmp}/need.lock"
flock 9
{ apt-get update -qq && apt-get install -y -qq "${packages[@]}"; } > /dev/null
