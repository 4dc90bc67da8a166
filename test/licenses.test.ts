import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { typescript } from './support/node24.ts';

let folder: string;
let modules: { nameForCondition: string }[];

function add(name: string, manifest: object, files: Readonly<Record<string, string>> = {}): void {
  const home = join(folder, 'node_modules', name);
  mkdirSync(home, { recursive: true });
  writeFileSync(join(home, 'package.json'), JSON.stringify({ name, version: '1.0.0', ...manifest }));
  for (const [file, text] of Object.entries(files)) writeFileSync(join(home, file), text);
  modules.push({ nameForCondition: join(home, 'lib/index.js') });
}

function write() {
  writeFileSync(join(folder, 'stats.json'), JSON.stringify({ modules }));
  const script = join(import.meta.dirname, '../scripts/write-licenses.ts');
  const [program, ...args] = typescript();
  return spawnSync(program, [...args, script, 'stats.json', 'out.txt'], { cwd: folder, encoding: 'utf8' });
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'licenses-'));
  modules = [];
});

describe('scripts/write-licenses.ts', () => {
  it('finds a text for every package of the bundle', () => {
    add('own', { license: 'MIT' }, { LICENSE: 'text of own' });
    add('sibling', { license: 'Apache-2.0', repository: 'r' }, { 'LICENSE.md': 'text of a sibling' });
    add('without', { license: 'Apache-2.0', repository: 'r' });
    add('readme', { license: 'MIT' }, { 'README.md': '# readme\n\n## License\n\ntext in a README\n' });
    add('common', { license: 'Apache-2.0' });
    expect(write()).toMatchObject({ status: 0 });
    const out = readFileSync(join(folder, 'out.txt'), 'utf8');
    expect(out.match(/text of own|text in a README/g)).toHaveLength(2);
    expect(out.match(/text of a sibling/g)).toHaveLength(3);
  });

  it('refuses a package whose text is nowhere', () => {
    add('silent', { license: 'MIT' });
    expect(write().stderr).toContain(
      'silent brings no text of its license, MIT. Next step: drop the dependency',
    );
  });

  it.each(['GPL-3.0', 'MIT AND GPL-3.0', 'AGPL-3.0-only OR SSPL-1.0'])(
    'refuses a package under %s',
    (license) => {
      add('strict', { license }, { LICENSE: 'text' });
      expect(write().stderr).toContain(`strict is under ${license}: the bundle cannot hold it`);
    },
  );

  it.each(['(MIT OR GPL-3.0)', 'BSD-2-Clause AND MIT'])('takes a package under %s', (license) => {
    add('free', { license }, { LICENSE: 'text' });
    expect(write()).toMatchObject({ status: 0 });
  });
});
