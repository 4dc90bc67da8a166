#!/usr/bin/env bash
# Tells whether the committed bundle equals a fresh build, whose licenses the build itself checks.
set -euo pipefail
cd "$(dirname "$0")/.."
fresh=$(mktemp -d)
trap 'rm -rf "$fresh"' EXIT
scripts/build.sh "$fresh"
diff -rq dist "$fresh" || { echo 'dist/ differs from a fresh build. Next step: npm run build, and commit dist/' >&2; exit 1; }
