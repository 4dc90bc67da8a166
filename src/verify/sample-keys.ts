/** Whether a page can ask for this key: browsers resolve the segments `.` and `..` first. https://url.spec.whatwg.org/#path-state */
export function isReachable(key: string): boolean {
  return !key.split('/').some((segment) => segment === '.' || segment === '..');
}
