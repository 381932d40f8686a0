#!/usr/bin/env bash
# The shell lines of a README's section "Install", so that tests run what people are told to: bindings/tests/readme_lines.sh FILE
set -euo pipefail
awk '/^## /{ inside = ($0 == "## Install"); next } inside && /^```sh/{ block = 1; next } /^```/{ block = 0 } block' "$1"
