#!/usr/bin/env bash
# Compares the checksums in src/terraform/tested-provider.ts with those that Terraform gets from the registry, whose signature it
# checks. The release workflow runs it; it downloads the provider for three platforms.
set -euo pipefail
cd "$(dirname "$0")/.."
source=src/terraform/tested-provider.ts
version=$(sed -n "s/^  version: '\(.*\)',$/\1/p" "$source")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
printf '{"terraform":{"required_providers":{"aws":{"source":"hashicorp/aws","version":"%s"}}}}' "$version" >"$folder/main.tf.json"
terraform -chdir="$folder" providers lock -platform=linux_amd64 -platform=darwin_arm64 -platform=windows_amd64
checksums() { grep -oE "(h1|zh):[A-Za-z0-9+/=]+" "$1" | LC_ALL=C sort; }
if ! diff <(checksums "$source") <(checksums "$folder/.terraform.lock.hcl"); then
  echo "The checksums of the AWS provider $version differ. Next step: put those on the right into $source." >&2
  exit 1
fi
