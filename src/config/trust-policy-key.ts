import { defined } from '../base/defined.ts';
import { isMapping, jsonIn } from '../base/mapping.ts';
import { quote } from '../base/quote.ts';
import { principalArn } from './arn-rules.ts';
import { externalId } from './iam-names.ts';

/** The key that stands in place of `kolena-principal-arn` and `kolena-external-id`. */
export const trustPolicyKey = 'kolena-trust-policy';

type Say = (problem: string) => void;
type Mapping = Readonly<Record<string, unknown>>;

const replaced = ['kolena-principal-arn', 'kolena-external-id'];

/** The keys, with principal and external ID out of the trust policy in their place; problems repeat no value that may be the external ID. */
export function expandTrustPolicy(keys: Mapping): { readonly given: Mapping; readonly problems: string[] } {
  const { [trustPolicyKey]: value, ...given } = keys;
  if (value === undefined) return { given, problems: [] };
  const doubled = replaced.filter((key) => key in given);
  const problems = doubled.map(
    (key) => `${trustPolicyKey}: stands in place of ${replaced.join(' and ')}: leave out ${key}, or this key`,
  );
  const say = (problem: string) => void problems.push(`${trustPolicyKey}: ${problem}`);
  const statement = statementIn(documentOf(value, say), say);
  const [principal, externalId] = [principalIn(statement, say), externalIdIn(statement, say)];
  if (problems.length > 0) return { given, problems };
  const said = defined({ 'kolena-principal-arn': principal, 'kolena-external-id': externalId });
  return { given: { ...given, ...said }, problems };
}

const fromForm = "copy the trust policy from Kolena's form again";

function documentOf(value: unknown, say: Say): Mapping | undefined {
  const document = typeof value === 'string' ? jsonIn(value) : value;
  if (isMapping(document)) return document;
  say(`is not a JSON document: ${fromForm}, with both braces`);
  return undefined;
}

function statementIn(document: Mapping | undefined, say: Say): Mapping | undefined {
  if (document === undefined) return undefined;
  for (const key of othersIn(document, ['Version', 'Id', 'Statement'])) say(`the document has ${key}`);
  if (document['Version'] !== '2012-10-17') say('has another version than "2012-10-17", which alone is read');
  const statements = Array.isArray(document['Statement']) ? document['Statement'] : [document['Statement']];
  const [statement] = statements as unknown[];
  if (statements.length === 1 && isMapping(statement)) return statement;
  say(`has ${statements.length} statements: exactly one is read, which lets Kolena assume the role`);
  return undefined;
}

function principalIn(statement: Mapping | undefined, say: Say): unknown {
  if (statement === undefined) return undefined;
  const known = ['Sid', 'Effect', 'Principal', 'Action', 'Condition'];
  for (const key of othersIn(statement, known)) say(`the statement has ${key}`);
  if (statement['Effect'] !== 'Allow') say('has another effect than "Allow", which alone is read');
  const action = only(statement['Action']);
  if (typeof action !== 'string' || action.toLowerCase() !== 'sts:assumerole')
    say(`has other actions than sts:AssumeRole, which is all that Kolena needs`);
  const { Principal } = statement;
  const arn = isMapping(Principal) ? only(Principal['AWS']) : Principal;
  if (arn === '*')
    say('lets every AWS account assume the role ("*" as principal): ask Kolena for the ARN of one principal');
  else if (!isMapping(Principal) || typeof arn !== 'string' || Object.keys(Principal).length !== 1)
    say(`has no principal of the form {"AWS": "arn:…"}: ${fromForm}`);
  else {
    const problem = principalArn.problemOf(arn);
    if (problem !== undefined) say(`${quote(arn)} ${problem}`);
  }
  return arn;
}

function externalIdIn(statement: Mapping | undefined, say: Say): string | undefined {
  const condition = statement?.['Condition'];
  if (condition === undefined || (isMapping(condition) && Object.keys(condition).length === 0))
    return undefined;
  const [operator, keys] = entryOf(condition);
  const [key, value] = entryOf(keys);
  const id = only(value);
  const isOne = operator?.toLowerCase() === 'stringequals' && key?.toLowerCase() === 'sts:externalid';
  if (!isOne || typeof id !== 'string') {
    say(
      'has another condition than StringEquals on sts:ExternalId with one value, which is all that is read',
    );
    return undefined;
  }
  const problem = externalId.problemOf(id);
  if (problem !== undefined) say(`its external ID ${problem}`);
  return id;
}

function othersIn(mapping: Mapping, known: readonly string[]): string[] {
  const others = Object.keys(mapping).filter((key) => !known.includes(key));
  return others.map((key) => `${quote(key)}, which is not part of what Kolena's form renders`);
}

function entryOf(value: unknown): readonly [key?: string, value?: unknown] {
  const entries = isMapping(value) ? Object.entries(value) : [];
  return entries.length === 1 ? (entries[0] ?? []) : [];
}

/** IAM takes a list of one where it takes one. */
function only(value: unknown): unknown {
  return Array.isArray(value) && value.length === 1 ? (value[0] as unknown) : value;
}
