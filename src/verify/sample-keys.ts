/**
 * Whether a page can ask for this key: a browser, and every client that follows the URL standard, resolves the segments `.`
 * and `..` before it asks. https://url.spec.whatwg.org/#path-state
 */
export function isReachable(key: string): boolean {
  return !key.split('/').some((segment) => segment === '.' || segment === '..');
}
