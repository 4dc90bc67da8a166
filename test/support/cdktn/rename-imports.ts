/** Loaded by `node --import` on Node 24: CDKTF's package names resolve to those of its continuation, from CDKTN_FOLDER. */
import * as nodeModule from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

interface Context {
  readonly parentURL?: string;
}
type Resolve = (specifier: string, context: Context) => unknown;

// https://nodejs.org/docs/latest-v24.x/api/module.html#moduleregisterhooksoptions, newer than the types of Node 20.
const { registerHooks } = nodeModule as unknown as {
  readonly registerHooks: (hooks: {
    resolve(specifier: string, context: Context, next: Resolve): unknown;
  }) => void;
};

const parentURL = pathToFileURL(join(process.env['CDKTN_FOLDER'] ?? '.', 'package.json')).href;

registerHooks({
  resolve(specifier, context, next) {
    const renamed = specifier.replace(/^cdktf$/, 'cdktn').replace(/^@cdktf\//, '@cdktn/');
    const theirs = renamed !== specifier || specifier === 'constructs';
    return next(renamed, theirs ? { ...context, parentURL } : context);
  },
});
