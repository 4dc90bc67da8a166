import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The tool cache below `root` (`RUNNER_TOOL_CACHE`); nothing outlasts the run without it, or where it is read-only. */
export function openToolCache(root: string | undefined) {
  // In the layout of `@actions/tool-cache`, beside the unpacked `terraform` of others, which nobody could verify again.
  const tool = root === undefined ? undefined : join(root, 'kolena-terraform');
  const folder = (version: string) => join(tool ?? tmpdir(), version, process.arch);
  const isWhole = (version: string) => existsSync(`${folder(version)}.complete`);
  return {
    async versions(): Promise<readonly string[]> {
      return tool === undefined ? [] : (await readdir(tool).catch(() => [])).filter(isWhole);
    },
    /** The folder of a version. A missing one is filled where nobody sees it, and appears whole; a quicker run wins. */
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
        // The toolkit's `cacheDir` would empty the folder before it copies, while another job may run what lies there.
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
