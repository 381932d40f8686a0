#!/bin/sh
# Compares the contract in the working tree with an earlier commit: the previous one, or the one named by BREAKING_AGAINST (any
# commit or branch). Says what was compared. Where there is nothing to compare with it says so; where there should be something
# and it cannot be had, it fails.

. "$(dirname "$0")/env.sh"
need git

cd "$root"
fail() { echo "breaking: $*" >&2; exit 2; }

git rev-parse --verify --quiet 'HEAD^{commit}' >/dev/null || fail "not a git repository with a commit: nothing was compared"

wanted=${BREAKING_AGAINST:-HEAD~1}
if ! base=$(git rev-parse --verify --quiet "$wanted^{commit}"); then
    if [ -n "${BREAKING_AGAINST:-}" ]; then
        fail "BREAKING_AGAINST=$wanted is no commit here: nothing was compared"
    elif [ "$(git rev-parse --is-shallow-repository)" = true ]; then
        echo "breaking: shallow clone without the previous commit: asking for one more" >&2
        git fetch --quiet --deepen=1 || fail "the previous commit cannot be fetched: nothing was compared (clone with depth 2 or more)"
        base=$(git rev-parse --verify --quiet "$wanted^{commit}") ||
            fail "the previous commit is still missing: nothing was compared (clone with depth 2 or more)"
    else
        echo "breaking: this is the first commit: comparing the working tree with it" >&2
        base=$(git rev-parse HEAD)
    fi
fi

if [ -z "$(git ls-tree --name-only -r "$base" -- 'proto/common/v1' 'proto/gateway/v1')" ]; then
    echo "breaking: NOT COMPARED: there was no contract at $base yet; tests/contract.rs still holds it to contract.tsv" >&2
    exit 0
fi

# The common folder, because in a linked worktree .git is a file.
store=$(cd "$(git rev-parse --git-common-dir)" && pwd)
"$buf" breaking . --against "$store#ref=$base,depth=1"
echo "breaking: compatible with $(git log -1 --format='%h (%s)' "$base")"
