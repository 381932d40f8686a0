#!/bin/sh
# Checks the contract's style (buf lint, rules and exceptions in buf.yaml) and that the files are formatted.

. "$(dirname "$0")/env.sh"

cd "$root"
"$buf" lint
"$buf" format --diff --exit-code
echo "lint: $("$buf" ls-files | wc -l) files, no findings"
