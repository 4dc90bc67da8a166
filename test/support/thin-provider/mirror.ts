import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import { cacheFolder } from '../cache-folder.ts';
import { platform, providerPath, registries } from '../provider-mirror.ts';

const source = fileURLToPath(new URL('serve.mjs', import.meta.url));

/**
 * A mirror whose AWS providers are those of `mirror`, each behind serve.mjs: Terraform does the same with them, in a fifth of
 * the CPU time. Gives `mirror` itself where its providers are packed, and on Windows, which
 * runs no scripts as programs.
 */
export function thinMirror(mirror: string): string {
  const versions = readdirSync(join(mirror, providerPath)).filter((version) =>
    existsSync(join(mirror, providerPath, version, platform)),
  );
  if (versions.length === 0 || process.platform === 'win32') return mirror;
  const thin = cacheFolder('thin-provider');
  const serve = join(thin, 'serve.mjs');
  // Node alone runs it, and it cuts the schema by the Action's own code.
  writeOnce(serve, bundled(source));
  for (const version of versions) {
    const original = join(mirror, providerPath, version, platform);
    const name = readdirSync(original).find((file) => file.startsWith('terraform-provider-aws_')) ?? '';
    const schemaFile = join(thin, `${version}-iam-s3-region.message`);
    const script = startScript(serve, { executable: join(original, name), schemaFile });
    for (const registry of registries) {
      const folder = join(thin, registry, 'hashicorp', 'aws', version, platform);
      mkdirSync(folder, { recursive: true });
      writeOnce(join(folder, name), script);
    }
  }
  return thin;
}

/** Asks the pool of pool.ts for a provider where this user reaches one, else starts one: with each way what is printed is the same. */
export function startScript(
  serve: string,
  { executable, schemaFile }: Record<'executable' | 'schemaFile', string>,
) {
  return `#!/bin/sh
if [ ! -w "$KOLENA_TEST_PROVIDERS" ] || [ -n "$TF_LOG" ]; then
  exec '${process.execPath}' '${serve}' '${executable}' '${schemaFile}' "$@"
fi
set -e
folder=$(mktemp -d "\${PLUGIN_UNIX_SOCKET_DIR:-\${TMPDIR:-/tmp}}/provider-XXXXXX")
mkfifo "$folder/answer" "$folder/life"
env -0 >"$folder/env"
printf '%s\\n' '${executable}' '${schemaFile}' $$ "$1" >"$folder/request"
# A provider leaves interrupts to Terraform.
trap '' INT
# The pool learns by the end of this process that nobody needs the provider any more.
exec 8<>"$folder/answer" 9<>"$folder/life"
echo "$folder" >"$KOLENA_TEST_PROVIDERS"
read -r line <&8
printf '%s\\n' "$line"
read -r _ <&8
`;
}

function bundled(entry: string): string {
  const options = { bundle: true, platform: 'node', format: 'esm', write: false } as const;
  return buildSync({ entryPoints: [entry], ...options }).outputFiles[0]?.text ?? '';
}

/** Whole or not at all: another process may be hashing or running the very file. */
function writeOnce(file: string, text: string): void {
  if (existsSync(file) && readFileSync(file, 'utf8') === text) return;
  // Beside the file it would be hashed with it.
  const draft = join(cacheFolder('temp'), `${basename(file)}.${process.pid}`);
  writeFileSync(draft, text, { mode: 0o755 });
  renameSync(draft, file);
}
