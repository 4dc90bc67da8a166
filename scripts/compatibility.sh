#!/usr/bin/env bash
# Plans, adopts, approves and proves with the Terraform or OpenTofu that KOLENA_TEST_TERRAFORM names, by path or by name on PATH,
# and the AWS provider that the constraint KOLENA_TEST_PROVIDER allows, against the local AWS.
set -euo pipefail
cd "$(dirname "$0")/.."
npx vitest run --project e2e test/e2e/main-job.test.ts test/e2e/existing-aws.test.ts test/e2e/approved-plan.test.ts \
  test/e2e/verify-after-apply.test.ts
