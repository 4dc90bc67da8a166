#!/usr/bin/env bash
# Everything of a release but the upload; the release workflow runs it, and so may you: scripts/release-check.sh [OUT]
# OUT (release/) then holds SHA256SUMS of what is attested, the construct's archives and the notes.
set -euo pipefail
cd "$(dirname "$0")/.."
out=${1:-release}
fail() { echo "$1 Next step: $2" >&2; exit 1; }

version=$(node -p 'require("./package.json").version')
git diff --quiet HEAD || fail 'There are changes that are not committed, and a release is a commit.' 'commit or stash them'

rm -rf "$out"
mkdir -p "$out"
echo "== The changelog has a section for $version"
npx tsx scripts/release-notes.ts "$version" >"$out/notes.md"

echo '== dist/ equals a fresh build'
npx tsx scripts/check-dist.ts

echo '== The bundle runs alone, without node_modules, on the Node of action.yml'
alone=$(mktemp -d)
trap 'rm -rf "$alone"' EXIT
cp -r action.yml dist "$alone"
node24=$(npx tsx -e 'import { node24 } from "./test/support/node24.ts"; process.stdout.write(node24());' | tail -1)
touch "$alone/output" "$alone/summary"
run() {
  (cd "$alone" && env -i PATH="$PATH" HOME="$alone" RUNNER_TEMP="$alone" AWS_EC2_METADATA_DISABLED=true \
    GITHUB_OUTPUT="$alone/output" GITHUB_STEP_SUMMARY="$alone/summary" INPUT_COMMAND=synth "$@" "$node24" dist/index.js)
}
run "INPUT_BUCKETS=share-with-kolena" "INPUT_KOLENA-PRINCIPAL-ARN=arn:aws:iam::444455556666:role/kolena" >"$alone/log" ||
  { cat "$alone/log"; fail 'The bundle failed where there is nothing but itself.' 'see its output above'; }
json=$(sed -n '/^terraform-json-path/{n;p;}' "$alone/output")
grep -q aws_iam_role "$json" || fail "$json holds no role." 'see the output of the bundle'
# What a release must never do is end well on a config that is wrong.
run "INPUT_BUCKETS=UPPER" >"$alone/log" && fail 'The bundle accepted a config that is wrong.' 'see src/config'
grep -q '^::error' "$alone/log" || fail 'The bundle failed without saying why.' 'see src/index.ts'

echo '== What is attested'
find action.yml dist -type f | LC_ALL=C sort | xargs sha256sum | tee "$out/SHA256SUMS"

echo '== The construct for other CDKTF apps'
npx tsx scripts/build-construct.ts "$out"
ls "$out"
