interface SignedBytes {
  readonly bytes: Uint8Array;
  /** A detached OpenPGP signature, binary. */
  readonly signature: Uint8Array;
  /** The signer's public key, armored. */
  readonly publicKey: string;
}

/** Throws unless the key, or a signing subkey of it, signed exactly these bytes. */
export async function verifySignature({ bytes, signature, publicKey }: SignedBytes): Promise<void> {
  // Loaded only when something is downloaded, and a file of its own in the bundle: it is LGPL.
  const openpgp = await import('openpgp');
  const { signatures } = await openpgp.verify({
    message: await openpgp.createMessage({ binary: bytes }),
    signature: await openpgp.readSignature({ binarySignature: signature }),
    verificationKeys: (await openpgp.readKey({ armoredKey: publicKey })).toPublic(),
    format: 'binary',
    // HashiCorp renewed its key in 2026. What the key says of itself is of that date, and releases were signed before it.
    config: { allowInsecureVerificationWithReformattedKeys: true },
  });
  // Rejects as well when there is no signature at all.
  await Promise.any(signatures.map(({ verified }) => verified));
}
