/** An origin that nobody configured and nobody can own: https://www.rfc-editor.org/rfc/rfc2606#section-2 */
export const unknownOrigin = 'https://kolena-s3-access.invalid';

/** An origin that a browser would send for a configured one. @example concreteOrigin('https://*.kolena.io') // 'https://app.kolena.io' */
export function concreteOrigin(configured: string): string {
  return configured.replace('*', 'app');
}
