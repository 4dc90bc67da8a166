import { ifThen, join, sub, type Intrinsic } from './intrinsics.ts';
import { STATE_KEY } from './deploy-role-policy.ts';

const ACTION = 'org/kolena-s3-access@v1';

const further = join('', [
  ifThen('HasOtherAudience', sub('          audience: ${Audience}\n'), ''),
  ifThen(
    'HasState',
    sub(`          backend: s3
          backend-config: |
            bucket=\${StateBucketName}
            key=${STATE_KEY}
            region=\${AWS::Region}
`),
    '',
  ),
]);

const job = (name: string, event: string, step: string) => `
  ${name}:
    if: github.event_name == '${event}' || inputs.command == '${name}'
    runs-on: ubuntu-latest
    timeout-minutes: 15
${name === 'apply' ? '${EnvironmentLine}' : ''}    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
      - uses: ${ACTION}
        with:
          command: ${name}
          allowed-account-ids: '\${AWS::AccountId}'
${step}\${Further}`;

/** The workflow of a repository with these roles, ready to be committed: what `examples/plan-and-apply` shows, filled in. */
export const workflow: Intrinsic = sub(
  `name: Kolena access

on:
  pull_request:
  push:
    branches: ['\${Branch}']
    paths: [kolena-s3.yml, .github/workflows/kolena-access.yml]
  workflow_dispatch:
    inputs:
      command:
        type: choice
        options: [plan, apply]

permissions:
  contents: read
  id-token: write
  pull-requests: write

concurrency:
  group: kolena-access-\${GitHubRef}

jobs:${job('plan', 'pull_request', '          role-to-assume: ${PlanRole.Arn}\n          comment: on-change\n')}${job('apply', 'push', '          role-to-assume: ${DeployRole.Arn}\n          require-approved-plan: true\n')}`,
  {
    // A value is not searched for variables: it reaches GitHub as it is.
    GitHubRef: '${{ github.ref }}',
    EnvironmentLine: ifThen('HasEnvironment', sub("    environment: '${Environment}'\n"), ''),
    Further: further,
  },
);
