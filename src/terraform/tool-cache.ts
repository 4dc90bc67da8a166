import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Where the runner keeps tools, in the layout of `@actions/tool-cache`: `kolena-terraform/<version>/<architecture>`, beside the
 * unpacked `terraform` of others, which nobody could verify again. The toolkit's own `cacheDir` empties the folder before it copies, while a second job of the same machine may run what lies there.
 */
export interface ToolCache {
  versions(): Promise<readonly string[]>;
  /** The folder of one version. */
  folder(version: string): string;
  /**
   * Has `fill` put a version into an empty folder that nobody else sees, then shows it whole; a run beside this one that
   * was quicker wins. Gives the version's folder.
   */
  keep(version: string, fill: (folder: string) => Promise<void>): Promise<string>;
}

/** @param root - `RUNNER_TOOL_CACHE`; without it, or where it cannot be written to, nothing outlasts the run. */
export function openToolCache(root: string | undefined): ToolCache {
  const tool = root === undefined ? undefined : join(root, 'kolena-terraform');
  const folder = (version: string) => join(tool ?? tmpdir(), version, process.arch);
  return {
    folder,
    async versions() {
      if (tool === undefined) return [];
      const names = await readdir(tool).catch(() => []);
      return names.filter((version) => existsSync(`${folder(version)}.complete`));
    },
    async keep(version, fill) {
      // On the cache's own file system, so that the rename is atomic.
      const hidden = tool && (await hiddenFolder(tool, version));
      if (hidden === undefined) {
        const own = await mkdtemp(join(tmpdir(), 'terraform-'));
        await fill(own);
        return own;
      }
      try {
        await fill(hidden);
        await rename(hidden, folder(version)).catch((error: unknown) => {
          if (!existsSync(folder(version))) throw error;
        });
        await writeFile(`${folder(version)}.complete`, '');
      } finally {
        await rm(hidden, { recursive: true, force: true });
      }
      return folder(version);
    },
  };
}

async function hiddenFolder(tool: string, version: string): Promise<string | undefined> {
  try {
    await mkdir(join(tool, version), { recursive: true });
    return await mkdtemp(join(tool, '.new-'));
  } catch {
    return undefined;
  }
}
