/** The oldest minor of each major that package.json's `engines` names; every later major is good. */
const oldest: Readonly<Record<number, number>> = { 20: 19, 22: 15 };

const FROM = 24;

/** What to say on a Node, as `20.19.0`, that cannot run this; `undefined` on one that can. */
export function unsupportedNode(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major >= FROM || minor >= (oldest[major] ?? Infinity)) return undefined;
  return `This is Node ${version}; needed is Node 24, or at least 20.19 or 22.15: on GitHub update the runner, elsewhere install Node 24.`;
}
