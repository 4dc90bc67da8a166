/**
 * Writes bootstrap.yaml from bootstrap/, and the two policies that docs/ shows from what CloudFormation makes of it for the page's
 * bucket; with `--check` it only tells whether they are current.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { Document, isScalar, visit } from 'yaml';
import { template, TEMPLATE_LIMIT } from '../bootstrap/template.ts';
import { resolveTemplate, type Template } from '../test/support/cloudformation.ts';

const head = `# Written by \`npm run docs\` from bootstrap/; docs/setup.md shows how to deploy it.
`;

/** The template with a function of CloudFormation on one line, unless it holds a text of several. */
function written(value: object): string {
  // CloudFormation reads no aliases, and dates as YAML 1.1 does.
  const document = new Document(value, { aliasDuplicateObjects: false, schema: 'yaml-1.1' });
  visit(document, {
    Map(_, node) {
      const [first] = node.items;
      const name = isScalar(first?.key) ? String(first.key.value) : '';
      if (!/^(Ref|Fn::\w+)$/.test(name)) return undefined;
      if (JSON.stringify(node.toJS(document)).includes('\\n')) return undefined;
      node.flow = true;
      return visit.SKIP;
    },
  });
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}

const yaml = head + written(template);
if (Buffer.byteLength(yaml) > TEMPLATE_LIMIT)
  throw new Error(`bootstrap.yaml has ${Buffer.byteLength(yaml)} bytes, more than ${TEMPLATE_LIMIT}`);

/** The page's bucket and the default names, in the account that AWS's own examples use. */
const { resources } = resolveTemplate(
  JSON.parse(JSON.stringify(template)) as Template,
  {
    Repository: 'my-org/my-repo',
    RepositoryId: '456789',
    RepositoryOwnerId: '123456',
    Buckets: 'share-with-kolena',
    OidcProvider: 'existing',
  },
  { accountId: '111122223333' },
);
const policyOf = (id: string) => {
  const { Policies } = resources[id]?.Properties as { Policies: readonly { PolicyDocument: object }[] };
  return `${JSON.stringify(Policies[0]?.PolicyDocument, undefined, 2)}\n`;
};

const files = {
  'bootstrap.yaml': yaml,
  'docs/deploy-role-policy.json': policyOf('DeployRole'),
  'docs/plan-role-policy.json': policyOf('PlanRole'),
};
for (const [file, text] of Object.entries(files)) {
  if (!process.argv.includes('--check')) writeFileSync(file, text);
  else if (!existsSync(file) || readFileSync(file, 'utf8') !== text) {
    console.error(`${file} is not current. Next step: npm run docs`);
    process.exitCode = 1;
  }
}
