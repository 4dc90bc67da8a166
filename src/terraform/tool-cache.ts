import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Where the runner keeps tools, in the layout of `@actions/tool-cache`: `kolena-terraform/<version>/<architecture>`, beside the
 * unpacked `terraform` of others, which nobody could verify again. The toolkit's own `cacheDir` empties the folder before it copies, while a second job of the same machine may run what lies there.
 * @param root - `RUNNER_TOOL_CACHE`; without it, or where it cannot be written to, nothing outlasts the run.
 */
export function openToolCache(root: string | undefined) {
  const tool = root === undefined ? undefined : join(root, 'kolena-terraform');
  const folder = (version: string) => join(tool ?? tmpdir(), version, process.arch);
  const isWhole = (version: string) => existsSync(`${folder(version)}.complete`);
  return {
    async versions(): Promise<readonly string[]> {
      return tool === undefined ? [] : (await readdir(tool).catch(() => [])).filter(isWhole);
    },
    /**
     * The folder of one version. Has `fill` put one that is not there into an empty folder that nobody else sees, then shows it
     * whole; a run beside this one that was quicker wins.
     */
    async folderOf(version: string, fill: (folder: string) => Promise<void>): Promise<string> {
      if (tool !== undefined && isWhole(version)) return folder(version);
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
