import { isCode, isDenied } from '../problem/aws-error.ts';

/** What is read, `undefined` where this run is not allowed to or it is not there: somebody may take it off meanwhile. */
export async function ifAllowed<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (isDenied(error) || isCode(error, 'NoSuchEntity')) return undefined;
    throw error;
  }
}
