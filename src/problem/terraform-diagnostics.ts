import { defined } from '../base/defined.ts';

/** One error that Terraform reports, with the resource's address where it names one. */
export interface Diagnostic {
  /** As `creating IAM Role (KolenaS3ReadAccess): … EntityAlreadyExists: …`, on one line. */
  readonly summary: string;
  /** The explanation, one line a paragraph; empty where there is none. */
  readonly detail: string;
  readonly address?: string;
  /** The block of the configuration, as `terraform.backend.s3`, where Terraform names one. */
  readonly block?: string;
}

/** The errors in what Terraform or OpenTofu printed; warnings and boxes are left out. */
export function parseDiagnostics(output: string): Diagnostic[] {
  return output
    .replace(/^[│╷╵] ?/gm, '')
    .split(/^(?=(?:Error|Warning): )/m)
    .filter((block) => block.startsWith('Error: '))
    .map(parseBlock);
}

function parseBlock(block: string): Diagnostic {
  const [head = '', ...paragraphs] = block
    .slice('Error: '.length)
    .trim()
    .split(/\n\s*\n/);
  const location = paragraphs.find((paragraph) => /^ {2}(?:with|on) \S/.test(paragraph));
  const address = /^ {2}with (.+?),?$/m.exec(location ?? '')?.[1];
  const inBlock = /^ {2}on .+, in (.+):$/m.exec(location ?? '')?.[1];
  // The source line that the location quotes is of generated JSON: no help, and it may hold the external ID.
  const told = paragraphs.filter((paragraph) => paragraph !== location);
  return defined({
    summary: unwrapped(head),
    detail: told.map(unwrapped).join('\n'),
    address,
    block: inBlock,
  });
}

/** Terraform wraps prose at 78 columns; lines that it indents are meant to stand alone. */
function unwrapped(paragraph: string): string {
  return paragraph.replace(/(\S)\n(?=\S)/g, '$1 ').trimEnd();
}

/** What Terraform says of the lock that somebody else holds, as far as it could be read. */
export type LockInfo = NonNullable<ReturnType<typeof parseLockInfo>>;

/** The holder of the state lock, when that is what failed and the lock could be read. */
export function parseLockInfo(output: string) {
  const [, info] = output.split('Lock Info:');
  if (info === undefined) return undefined;
  const field = (name: string) => new RegExp(`^(?:│ )? *${name}: +(.*)$`, 'm').exec(info)?.[1]?.trim() ?? '';
  return {
    id: field('ID'),
    path: field('Path'),
    operation: field('Operation'),
    who: field('Who'),
    created: field('Created'),
  };
}
