import { readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isMapping } from '../base/mapping.ts';
import { accessFields } from '../config/schema.ts';
import { readYaml } from './yaml-file.ts';

/** The roles, in lower case, that the other configs in a config's folder name now, each with its file; a file that is not a config names none. */
export function rolesBeside(configPath: string): ReadonlyMap<string, string> {
  const folder = dirname(configPath);
  const files = readdirSync(folder).filter((file) => /\.ya?ml$/i.test(file) && file !== basename(configPath));
  return new Map(
    files.flatMap((file) => roleNamedIn(join(folder, file)).map((role) => [role, file] as const)),
  );
}

function roleNamedIn(path: string): string[] {
  try {
    const keys = readYaml(path);
    if (!isMapping(keys) || !('buckets' in keys)) return [];
    return [accessFields.shape['role-name'].parse(keys['role-name'] ?? undefined).toLowerCase()];
  } catch {
    return [];
  }
}
