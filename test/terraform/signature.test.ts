import * as openpgp from 'openpgp';
import { beforeAll, describe, expect, it } from 'vitest';
import { verifySignature } from '../../src/terraform/signature.ts';
import { releaseKey } from './release-server.ts';

const userIDs = [{ name: 'Test' }];
const bytes = new TextEncoder().encode('sums of a release of 2025');

// As HashiCorp's: made in 2021, renewed in 2026, so that all of its own signatures are of 2026.
describe('a key that was renewed after the release was signed', () => {
  let signature: Uint8Array;
  let publicKey: string;

  beforeAll(async () => {
    const date = new Date('2021-04-19');
    const subkeys = [{ sign: true }];
    const { privateKey } = await openpgp.generateKey({ userIDs, subkeys, date, format: 'object' });
    signature = (await openpgp.sign({
      message: await openpgp.createMessage({ binary: bytes }),
      signingKeys: privateKey,
      detached: true,
      format: 'binary',
      date: new Date('2025-03-12'),
    })) as Uint8Array;
    const renewed = await openpgp.reformatKey({
      privateKey,
      userIDs,
      date: new Date('2026-02-18'),
      format: 'object',
    });
    publicKey = renewed.publicKey.armor();
  });

  it('still verifies it', async () => {
    await expect(verifySignature({ bytes, signature, publicKey })).resolves.toBeUndefined();
  });

  it.each([
    ['other bytes', () => ({ bytes: new TextEncoder().encode('other sums'), signature, publicKey })],
    ['another key', async () => ({ bytes, signature, publicKey: (await releaseKey()).publicKey })],
  ])('refuses %s', async (_, signed) => {
    await expect(verifySignature(await signed())).rejects.toThrow();
  });
});
