import { z } from 'zod';
import { accessFields } from '../src/config/schema.ts';
import { trustPolicyKey } from '../src/config/trust-policy-key.ts';

type JsonSchema = Readonly<Record<string, unknown>>;

/**
 * The JSON Schema of the config file, which editors complete and check by. It takes what the parser takes, in every
 * spelling, and refuses what it refuses, less what no expression can say: overlaps, one partition for all, the public suffix
 * list, bytes of a prefix, days that a month does not have, tag keys that differ by case alone.
 */
export function accessJsonSchema(): object {
  const { properties = {}, required = [], ...rest } = z.toJSONSchema(accessFields, { io: 'input' });
  const principal = 'kolena-principal-arn';
  return {
    title: 'Access of Kolena to S3',
    description: 'kolena-s3.yml: what Kolena may read in your S3 buckets.',
    ...rest,
    required: required.filter((key) => key !== principal),
    anyOf: [{ required: [principal] }, { required: [trustPolicyKey] }],
    properties: {
      ...Object.fromEntries(
        Object.entries(properties).map(([key, property]) => [
          key,
          everySpelling(property as JsonSchema, required.includes(key)),
        ]),
      ),
      [trustPolicyKey]: {
        description:
          "In place of principal and external ID: the trust policy JSON that Kolena's form renders, or a JSON file with it.",
        examples: ['kolena-trust-policy.json'],
        type: ['string', 'object', 'null'],
      },
    },
  };
}

/** A key with all spellings of its value; an optional one can stand there empty. */
function everySpelling(
  { description, default: fallback, examples, kind, ...value }: JsonSchema,
  isRequired: boolean,
): JsonSchema {
  const { anyOf = [value] } = value as { anyOf?: readonly JsonSchema[] };
  const spellings = [
    ...anyOf,
    ...textSpellings(kind, anyOf),
    ...(isRequired ? [] : [{ type: 'null' }, { type: 'string', pattern: String.raw`^\s*$` }]),
  ];
  return {
    description,
    ...(fallback !== undefined && { default: fallback }),
    ...(examples !== undefined && { examples }),
    ...(spellings.length === 1 ? spellings[0] : { anyOf: spellings }),
  };
}

/** The parser also reads the text of an Action's input: spaces around a value, one item a line, flags and numbers as text. */
function textSpellings(kind: unknown, values: readonly JsonSchema[]): JsonSchema[] {
  const [value = {}] = values;
  const spelled = (expression: string) => [
    { type: 'string', pattern: String.raw`^\s*(?:${expression})\s*$` },
  ];
  if (kind === 'flag') return spelled('[tT]rue|TRUE|[fF]alse|FALSE');
  // 3600 to 43200.
  if (kind === 'number')
    return spelled(String.raw`0*(?:3[6-9]\d\d|[4-9]\d{3}|[123]\d{4}|4[0-2]\d{3}|43[01]\d\d|43200)`);
  if (kind === 'lines') {
    const items = values.find(({ type }) => type === 'array')?.['items'] as { readonly pattern: string };
    const space = String.raw`[^\S\n]*`;
    const line = `${space}(?:${inner(items.pattern).replaceAll(String.raw`\s*`, space)})?${space}`;
    return [{ type: 'string', pattern: String.raw`^(?=\s*\S)(?:${line}\n)*${line}$` }];
  }
  const { pattern, enum: words } = value as { readonly pattern?: string; readonly enum?: readonly string[] };
  return spelled(words?.join('|') ?? inner(pattern ?? '^.*$'));
}

/** An expression without its anchors, less what looks for the text's own end. */
function inner(pattern: string): string {
  return pattern.slice(1, -1);
}
