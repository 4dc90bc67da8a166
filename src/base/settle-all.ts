/** Like `Promise.all`, but waits until every promise has settled before it rejects: nothing goes on behind a failure. */
export async function settleAll<T extends readonly unknown[] | []>(
  running: T,
): Promise<{ -readonly [At in keyof T]: Awaited<T[At]> }> {
  await Promise.allSettled(running);
  return Promise.all(running);
}
