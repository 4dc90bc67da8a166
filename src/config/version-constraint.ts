/** Whether a version, as `1.11.4`, is one of those that a constraint allows. */
export type VersionConstraint = (version: string) => boolean;

type Numbers = readonly [number, number, number];

/** Of each operator, whether a version holds that compares so with its bound. */
const operators: Readonly<Record<string, (order: number) => boolean>> = {
  '=': (order) => order === 0,
  '!=': (order) => order !== 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '~>': (order) => order >= 0,
};

// https://developer.hashicorp.com/terraform/language/expressions/version-constraints
const VERSION = String.raw`v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(-[0-9A-Za-z.-]+)?`;
const CONDITION = new RegExp(`^(=|!=|>|>=|<|<=|~>)?\\s*(${VERSION})$`);

/** Reads Terraform's constraint; undefined for other text. @example parseConstraint('~> 1.11.2')?.('1.11.4') // true */
export function parseConstraint(text: string): VersionConstraint | undefined {
  const conditions = text.split(',').map((part) => parseCondition(part.trim()));
  return conditions.every((condition) => condition !== undefined)
    ? (version) => conditions.every((condition) => condition(version))
    : undefined;
}

/** Whether a text is in Terraform's version constraint syntax, prereleases with any operator included. */
export function isConstraint(text: string): boolean {
  return text.split(',').every((part) => CONDITION.test(part.trim()));
}

/** The newest version that a constraint allows, if one does. */
export function newestAllowed(versions: readonly string[], allows: VersionConstraint): string | undefined {
  return versions.filter(allows).sort((a, b) => compare(numbersOf(b), numbersOf(a)))[0];
}

function parseCondition(text: string): VersionConstraint | undefined {
  const match = CONDITION.exec(text);
  if (match === null) return undefined;
  const [, operator = '=', wanted = '', , minor, patch, prerelease] = match;
  const bound = numbersOf(wanted);
  // A prerelease is allowed by its exact version alone.
  if (prerelease !== undefined) {
    const exact = wanted.replace(/^v/, '');
    return operator === '=' ? (version) => version === exact : undefined;
  }
  // How many leading numbers `~>` keeps: `~> 1.11` stays in 1, `~> 1.11.2` in 1.11.
  const fixed = operator !== '~>' || minor === undefined ? 0 : patch === undefined ? 1 : 2;
  return (version) => {
    const numbers = numbersOf(version);
    const isKept = numbers.slice(0, fixed).every((number, index) => number === bound[index]);
    return (
      /^\d+\.\d+\.\d+$/.test(version) && isKept && operators[operator]?.(compare(numbers, bound)) === true
    );
  };
}

function numbersOf(version: string): Numbers {
  const [, major, minor, patch] = new RegExp(VERSION).exec(version) ?? [];
  return [Number(major ?? 0), Number(minor ?? 0), Number(patch ?? 0)];
}

function compare(a: Numbers, b: Numbers): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}
