import tseslint from 'typescript-eslint';

/** Pure modules decide; they reach neither AWS, GitHub, Terraform, the disk nor the environment. */
const pure = [
  'src/errors.ts',
  'src/access/**',
  'src/report/**',
  'src/verify/**',
  'src/terraform/plan-summary.ts',
  'src/terraform/plan-digest.ts',
  'src/terraform/plan-guard.ts',
  'src/terraform/cors-writes.ts',
  'src/terraform/version-constraint.ts',
  'src/terraform/diagnostics.ts',
  'src/terraform/remedies.ts',
];
const world = [
  'node:*',
  '@actions/*',
  '@octokit/*',
  '@aws-sdk/*',
  '@smithy/*',
  'cdktf',
  'constructs',
  '@cdktf/*',
];
const edges = ['aws', 'terraform', 'github'];
const restrict = (patterns) => [
  'error',
  { patterns: patterns.map(([group, message]) => ({ group, message })) },
];
const noCdktf = [
  ['cdktf', 'constructs', '@cdktf/*'],
  'CDKTF stays at the edge: only src/stack/, main.ts and bootstrap.ts import it.',
];

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', 'cdktf.out/', 'demo-output/'] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['*.js'] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      'max-params': ['error', 3],
    },
  },
  { files: ['src/**'], ignores: ['src/stack/**'], rules: { 'no-restricted-imports': restrict([noCdktf]) } },
  {
    files: pure,
    rules: {
      'no-restricted-imports': restrict([
        [world, 'A pure module does not touch the world.'],
        [
          edges
            .map((edge) => `**/${edge}/**`)
            .concat('!**/terraform/plan-summary.ts', '!**/terraform/plan-digest.ts'),
          'A pure module imports only pure modules.',
        ],
      ]),
      'no-restricted-globals': ['error', 'process', 'Buffer', 'fetch'],
    },
  },
  ...edges.map((edge) => ({
    files: [`src/${edge}/**`],
    ignores: pure,
    rules: {
      'no-restricted-imports': restrict([
        noCdktf,
        [
          edges.filter((other) => other !== edge).map((other) => `**/${other}/**`),
          'Edges never import one another; they are handed in.',
        ],
      ]),
    },
  })),
  // A table's row may have more columns than a function should have parameters.
  { files: ['test/**'], rules: { 'max-params': 'off' } },
  { files: ['**/*.js'], ...tseslint.configs.disableTypeChecked },
);
