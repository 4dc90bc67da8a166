import tseslint from 'typescript-eslint';

/** Pure rooms decide; they reach neither AWS, GitHub, Terraform, the disk nor the environment. */
const pure = ['base', 'config', 'iam', 'cors', 'access', 'plan', 'problem', 'verify', 'report'];
/** Edges observe and act on the world; they are handed in. */
const edges = ['aws', 'terraform', 'github'];
/** Whoever puts the parts together. */
const whole = ['action', 'local', 'stack', 'construct'];
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
const files = (rooms) => rooms.map((room) => `src/${room}/**`);
const restrict = (patterns) => [
  'error',
  { patterns: patterns.map(([group, message]) => ({ group, message })) },
];
const noCdktf = [
  ['cdktf', 'constructs', '@cdktf/*'],
  'CDKTF stays at the edge: only src/stack/, src/construct/ and main.ts import it.',
];

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', 'cdktf.out/', 'demo-output/', 'test/e2e/construct-app/'] },
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
      // A function of type `() => void` may be written as the one call that it makes.
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreVoidReturningFunctions: true }],
      'max-params': ['error', 3],
    },
  },
  { files: files(['action', 'local']), rules: { 'no-restricted-imports': restrict([noCdktf]) } },
  {
    files: [...files(pure), 'bootstrap/**'],
    rules: {
      'no-restricted-imports': restrict([
        [world, 'A pure room does not touch the world.'],
        [[...edges, ...whole].map((room) => `**/${room}/**`), 'A pure room imports only pure rooms.'],
      ]),
      'no-restricted-globals': ['error', 'process', 'Buffer', 'fetch'],
    },
  },
  ...edges.map((edge) => ({
    files: files([edge]),
    rules: {
      'no-restricted-imports': restrict([
        noCdktf,
        [
          [...edges.filter((other) => other !== edge), ...whole].map((room) => `**/${room}/**`),
          'Edges never import one another; they are handed in.',
        ],
      ]),
    },
  })),
  // A table's row may have more columns than a function should have parameters.
  { files: ['test/**'], rules: { 'max-params': 'off' } },
  { files: ['**/*.js', '**/*.mjs'], ...tseslint.configs.disableTypeChecked },
);
