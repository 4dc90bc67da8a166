#!/usr/bin/env bash
# Stands in for `gh`: releases and tags as files in the folder FAKE_GH, by GitHub's rules for immutable releases; each call is kept.
set -euo pipefail
cd "$FAKE_GH"
echo "$*" >>calls
refuse() { echo "$1" >&2; exit 1; }
[[ -z ${FAKE_GH_FAILS-} || "$*" != *"$FAKE_GH_FAILS"* ]] || refuse 'HTTP 502'
after() { local name=$1; shift; while [ "$1" != "$name" ]; do shift; done; echo "$2"; }

release=releases/$3
case "$1 $2" in
  'release view')
    [ -d "$release" ] || refuse 'release not found'
    if [ -e "$release/draft" ]; then echo true; else echo false; fi ;;
  'release create')
    mkdir "$release" 2>/dev/null || refuse 'a release with this tag exists'
    touch "$release/draft" "$release/files"
    after --target "$@" >"$release/target" ;;
  'release upload')
    [ -e "$release/draft" ] || refuse 'Cannot upload assets to an immutable release.'
    for arg; do case $arg in *.tgz | *SHA256SUMS) echo "${arg##*/}" ;; esac; done >"$release/files" ;;
  'release edit')
    if [[ "$*" != *--draft=false* ]]; then after --target "$@" >"$release/target"; exit; fi
    rm "$release/draft"
    [ -e "tags/$3" ] || cp "$release/target" "tags/$3" ;;
  'api --method')
    if [ "$3" = PATCH ]; then tag=${4##*/}; else tag=$(after -f "$@"); tag=${tag##*/}; fi
    [ "$3" = PATCH ] && [ ! -e "tags/$tag" ] && refuse 'Reference does not exist'
    [ "$3" = POST ] && [ -e "tags/$tag" ] && refuse 'Reference already exists'
    for arg; do case $arg in sha=*) echo "${arg#sha=}" >"tags/$tag" ;; esac; done ;;
  'api '*matching-refs/tags/*)
    for tag in tags/"${2##*/tags/}"*; do [ ! -e "$tag" ] || echo "refs/$tag"; done ;;
  'api '*/commits/*)
    cat "tags/${2##*/commits/}" 2>/dev/null || refuse 'No commit found' ;;
  *) refuse "unknown: $*" ;;
esac
