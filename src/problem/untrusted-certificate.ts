/** The next step when a certificate of a CA that nobody knows is shown. */
export const untrustedCertificateRemedy =
  'If a proxy inspects TLS here, put its CA certificate into a PEM file and name the file in AWS_CA_BUNDLE or NODE_EXTRA_CA_CERTS.';

/** Node's words and Go's for it, which every library hands on: some of them without Node's error code. */
const words =
  /self-signed certificate|unable to (?:get (?:local )?issuer certificate|verify the first certificate)|x509: certificate signed by unknown authority/;

/** Whether an error's message tells of a certificate that is not trusted. */
export function isUntrustedCertificate(message: string): boolean {
  return words.test(message);
}
