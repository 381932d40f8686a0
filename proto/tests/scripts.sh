#!/bin/sh
# The checks can fail: breaking.sh and check-go-drift.sh are run on damaged copies. Works in a temporary folder only.

set -eu

proto=$(cd "$(dirname "$0")/.." && pwd)
root=$(dirname "$proto")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
BUF=$proto/node_modules/.bin/buf
GIT_CONFIG_GLOBAL=/dev/null GIT_AUTHOR_NAME=test GIT_AUTHOR_EMAIL=test@example.com
GIT_COMMITTER_NAME=test GIT_COMMITTER_EMAIL=test@example.com
export GIT_CONFIG_GLOBAL GIT_AUTHOR_NAME GIT_AUTHOR_EMAIL GIT_COMMITTER_NAME GIT_COMMITTER_EMAIL
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE BREAKING_AGAINST 2>/dev/null || true

cases=0

# expect <exit status> <words of the output> <what> <command...>
expect() {
    status=$1 words=$2 what=$3
    shift 3
    cases=$((cases + 1))
    code=0
    "$@" >"$work/output" 2>&1 || code=$?
    if [ "$code" -ne "$status" ] || ! grep -q -- "$words" "$work/output"; then
        cat "$work/output" >&2
        echo "scripts: $what: status $code, expected $status and the words '$words'" >&2
        exit 1
    fi
}

breaking() { (cd "$1" && BUF=$BUF sh proto/scripts/breaking.sh); }
commit() { git -C "$1" add -A && git -C "$1" commit -q -m "$2"; }
edit() { sed -i.bak "$2" "$1" && rm "$1.bak"; }

repo=$work/repo
mkdir -p "$repo/proto"
expect 2 "nothing was compared" "no repository" env GIT_CEILING_DIRECTORIES="$work" BUF="$BUF" sh -c \
    "cp -R '$proto/scripts' '$repo/proto/' && cd '$repo' && sh proto/scripts/breaking.sh"

git -C "$repo" init -q -b main
cp "$root/buf.yaml" "$repo/"
commit "$repo" "before the contract"
for package in command common engine gateway payment reservation; do cp -R "$proto/$package" "$repo/proto/"; done
commit "$repo" "the contract"
expect 0 "NOT COMPARED" "the contract is new" breaking "$repo"

types=$repo/proto/common/v1/types.proto
edit "$types" 's/^message Money {/message Money {\n  \/\/ Added.\n  string note = 3;/'
commit "$repo" "an addition"
expect 0 "compatible with" "an addition" breaking "$repo"

edit "$types" 's/string currency = 2/string currency_code = 2/'
expect 100 "Money" "a rename not yet committed" breaking "$repo"
commit "$repo" "a rename"
expect 100 "Money" "a committed rename" breaking "$repo"
edit "$types" 's/int64 amount = 1/int64 amount = 9/'
expect 100 "Money" "a new number" breaking "$repo"
commit "$repo" "a new number"
edit "$types" '/string number = 4;/d'
expect 100 "Seat" "a removal" breaking "$repo"
commit "$repo" "a removal"

git -C "$repo" worktree add -q "$work/linked" HEAD
expect 100 "Seat" "a linked worktree" breaking "$work/linked"

git clone -q --depth 1 "file://$repo" "$work/shallow"
expect 100 "asking for one more" "a shallow clone that can be deepened" breaking "$work/shallow"
git clone -q --depth 1 "file://$repo" "$work/alone"
git -C "$work/alone" remote set-url origin "file://$work/gone"
expect 2 "cannot be fetched" "a shallow clone that cannot be deepened" breaking "$work/alone"

first=$work/first
mkdir "$first" && git -C "$first" init -q -b main && cp -R "$root/buf.yaml" "$repo/proto" "$first/"
commit "$first" "all at once"
expect 0 "first commit" "a first commit" breaking "$first"
edit "$first/proto/common/v1/types.proto" 's/string country = 5/string land = 5/'
expect 100 "Address" "a change after the first commit" breaking "$first"
BREAKING_AGAINST=nowhere expect 2 "no commit here" "an unknown base" breaking "$first"

cp -R "$proto/gen/go" "$work/stubs"
echo "// touched" >>"$work/stubs/common/v1/types.pb.go"
expect 1 "not those of the contract" "a touched stub" "$proto/scripts/check-go-drift.sh" "$work/stubs"

echo "scripts: $cases cases, all as expected"
