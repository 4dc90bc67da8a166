import type { Fact } from './fact.ts';

/** A fact as a marker holds it: `+` or `-`, and 96 bits of a hash as 16 letters, by which nobody learns what it says. */
export type FactMark = string;

// Guessing the IDs in facts, whose marks are public, has to be slow: see docs/decisions/0008-approval-by-facts.md.
const ITERATIONS = 100_000;
const SALT = 'kolena-s3-access fact';
const GUESSABLE = /sts:externalid|(?<!\d)\d{12}(?!\d)/i;
const LENGTH = 16;

/** The marks of facts by their keys. */
export async function markFacts(
  facts: readonly Pick<Fact, 'key'>[],
  accountId = '',
): Promise<ReadonlyMap<string, FactMark>> {
  const marks = facts.map(async ({ key }) => [key, await markOf(key, accountId)] as const);
  return new Map(await Promise.all(marks));
}

/** Text that can be guessed, such as an account ID, by a slow derivation: 64 hex digits. */
export async function deriveSlowly(text: string, salt: string): Promise<string> {
  return Array.from(await stretched(text, salt), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

async function markOf(key: string, accountId: string): Promise<FactMark> {
  // The marker names the account once; without it here most facts can be hashed fast.
  const text = accountId === '' ? key : key.replaceAll(accountId, 'this account');
  const hash = GUESSABLE.test(text) ? await stretched(text, SALT) : await hashed(text);
  return `${key.slice(0, 1)}${letters(hash).slice(0, LENGTH)}`;
}

async function stretched(text: string, salt: string): Promise<Uint8Array> {
  const { subtle } = globalThis.crypto;
  const key = await subtle.importKey('raw', bytes(text), 'PBKDF2', false, ['deriveBits']);
  const settings = { name: 'PBKDF2', hash: 'SHA-256', salt: bytes(salt), iterations: ITERATIONS };
  return new Uint8Array(await subtle.deriveBits(settings, key, 256));
}

async function hashed(text: string): Promise<Uint8Array> {
  return new Uint8Array(await globalThis.crypto.subtle.digest('SHA-256', bytes(`${SALT}\n${text}`)));
}

function bytes(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

/** Base64 in the letters of URLs, which mean nothing in a marker. */
function letters(hash: Uint8Array): string {
  return btoa(String.fromCharCode(...hash))
    .replaceAll('+', '-')
    .replaceAll('/', '_');
}
