import { type AwsError, networkCodes } from './aws-error.ts';
import { explainKnown, type KnownFailure, type Problem } from './problem.ts';

/** The next step for a certificate of an authority that this machine does not trust. */
export const untrustedCertificateRemedy =
  'If a proxy inspects TLS here, put its CA certificate into a PEM file and name the file in AWS_CA_BUNDLE or NODE_EXTRA_CA_CERTS.';

/** Node's words and Go's: libraries pass them on, some without Node's error code. */
const untrustedWords =
  /self-signed certificate|unable to (?:get (?:local )?issuer certificate|verify the first certificate)|x509: certificate signed by unknown authority/;

/** Whether an error's message says that a certificate is not trusted. */
export function isUntrustedCertificate(message: string): boolean {
  return untrustedWords.test(message);
}

// https://nodejs.org/api/tls.html#x509-certificate-error-codes
const untrustedCodes = [
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_UNTRUSTED',
];

/** Why a call never reached AWS: names, connections, proxies and certificates; `undefined` for any other failure. */
export function networkProblem(failure: AwsError): Problem | undefined {
  return explainKnown(known, failure);
}

const route = ({ host = 'AWS', proxy }: AwsError) =>
  `${host}${proxy === undefined ? '' : ` through the proxy ${proxy}`}`;

const certificate = (failure: AwsError) => `The TLS certificate shown for ${route(failure)}`;

const closed = ({ host = 'AWS', message }: AwsError) => `The way to ${host} is closed: ${message}`;

const known: readonly KnownFailure<AwsError>[] = [
  {
    codes: ['ERR_PROXY_REFUSED'],
    says: / 407\b/,
    message: closed,
    remedy:
      'Give the proxy its user and password, from a secret: HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT.',
  },
  {
    codes: ['ERR_PROXY_REFUSED'],
    message: closed,
    remedy: ({ host = 'AWS' }) => `Have the proxy let ${host} through, or name that host in NO_PROXY.`,
  },
  {
    codes: untrustedCodes,
    message: (failure) => `${certificate(failure)} is not trusted (${failure.code}).`,
    remedy: untrustedCertificateRemedy,
  },
  {
    codes: ['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID'],
    message: (failure) => `${certificate(failure)} is not valid at the runner's time (${failure.code}).`,
    remedy: "Check the runner's clock; if it is right, renew the certificate of the proxy or endpoint.",
  },
  {
    codes: ['ERR_TLS_CERT_ALTNAME_INVALID'],
    message: (failure) => `${certificate(failure)} is for another host: ${failure.message}`,
    remedy: 'Check AWS_ENDPOINT_URL and its per-service forms, and what answers in between.',
  },
  {
    codes: ['ENOTFOUND', 'EAI_AGAIN'],
    message: (failure) =>
      `A host name on the way to ${route(failure)} cannot be resolved: ${failure.message}`,
    remedy: ({ proxy }) =>
      proxy === undefined
        ? 'Check aws-region and AWS_ENDPOINT_URL for typing errors; on a runner that reaches the internet only by a proxy, set HTTPS_PROXY.'
        : 'Check the host name in HTTPS_PROXY.',
  },
  {
    codes: networkCodes,
    message: (failure) => `No connection to ${route(failure)}: ${failure.message}`,
    remedy: ({ host = 'AWS', proxy }) =>
      proxy === undefined
        ? `Let the runner reach ${host}, or set HTTPS_PROXY if it reaches the internet only by a proxy.`
        : 'Check HTTPS_PROXY; if the host is to be reached directly, name it in NO_PROXY.',
  },
];
