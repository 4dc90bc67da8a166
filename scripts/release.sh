#!/usr/bin/env bash
# Publishes what release-check.sh left in OUT, as release v1.2.3 and tag v1: scripts/release.sh OUT
# Needs GH_TOKEN, GITHUB_REPOSITORY and GITHUB_SHA. Whatever step it stopped at, running it again goes on from there.
set -euo pipefail
out=$1
version=$(node -p 'require("./package.json").version')
tag=v$version
major=v${version%%.*}
repo=$GITHUB_REPOSITORY
fail() { echo "::error::$1 Next step: $2"; exit 1; }
commit_of() { gh api "repos/$repo/commits/$1" --jq .sha 2>/dev/null || true; }

! grep -q ' - unreleased$' <(grep "^## \[$version\]" CHANGELOG.md) ||
  fail "CHANGELOG.md says that $version is unreleased." 'write the date of the release there'

state=$(gh release view "$tag" --repo "$repo" --json isDraft --jq .isDraft 2>/dev/null || true)
if [ "$state" = false ]; then
  # A published release stands for good, and so does the name of its tag.
  [ "$(commit_of "$tag")" = "$GITHUB_SHA" ] ||
    fail "$tag is published, from another commit than $GITHUB_SHA." 'raise the version in package.json and CHANGELOG.md'
  echo "$tag is published already."
else
  [ -z "$(commit_of "$tag")" ] || [ "$(commit_of "$tag")" = "$GITHUB_SHA" ] ||
    fail "The tag $tag is at another commit than $GITHUB_SHA." 'raise the version: a patch tag is never moved'
  options=(--repo "$repo" --title "$tag" --notes-file "$out/notes.md" --target "$GITHUB_SHA")
  if [ "$state" = true ]; then gh release edit "$tag" --draft "${options[@]}"; else gh release create "$tag" --draft "${options[@]}"; fi
  # Only a draft takes files, and takes them again.
  gh release upload "$tag" "$out"/SHA256SUMS "$out"/*.tgz --repo "$repo" --clobber
  gh release edit "$tag" --repo "$repo" --draft=false
fi

case $version in *-*) echo "$version is a preview: $major stays."; exit 0 ;; esac
newest=$(gh api "repos/$repo/git/matching-refs/tags/$major." --jq '.[].ref' | sed 's|refs/tags/||' | grep -v - | sort -V | tail -1)
if [ -n "$newest" ] && [ "$newest" != "$tag" ]; then echo "$newest is newer: $major stays at it."; exit 0; fi
# A tag alone: a release of this name could not be moved.
gh api --method PATCH "repos/$repo/git/refs/tags/$major" -f sha="$GITHUB_SHA" -F force=true >/dev/null 2>&1 ||
  gh api --method POST "repos/$repo/git/refs" -f ref="refs/tags/$major" -f sha="$GITHUB_SHA" >/dev/null
echo "$major is at $tag."
