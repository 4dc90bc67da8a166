#!/usr/bin/env bash
# Builds the committed bundle: ES modules, what is not always needed in files of their own, and everybody's licenses.
set -euo pipefail
cd "$(dirname "$0")/.."
out=${1:-dist}
# Below the project, so that the compiled files find its packages; always the same, since file names come from paths.
work=node_modules/.bundle
rm -rf "$work"
trap 'rm -rf "$work"' EXIT
mkdir -p "$work"
# Types are checked by `npm run types`, and not once more by each build.
npx tsc -p tsconfig.build.json --noCheck --outDir "$work/compiled"
echo '{ "type": "module" }' >"$work/compiled/package.json"
npx ncc build "$work/compiled/index.js" --out "$work/dist" --target es2023 --quiet --stats-out "$work/stats.json"
# The bundler minifies its first file alone.
npx esbuild "$work"/dist/*.js --minify --legal-comments=none --target=node24 --outdir="$work/dist" --allow-overwrite --log-level=warning
npx tsx scripts/write-licenses.ts "$work/stats.json" "$work/dist/licenses.txt"
rm -rf "$out"
mv "$work/dist" "$out"
