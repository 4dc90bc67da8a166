/** All results, once all have ended; then the first failure, in their order, is thrown: nothing goes on behind it. */
export async function allEnded<T extends readonly unknown[] | []>(
  running: T,
): Promise<{ -readonly [At in keyof T]: Awaited<T[At]> }> {
  await Promise.allSettled(running);
  return Promise.all(running);
}
