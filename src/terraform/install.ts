import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, isAbsolute, join, resolve } from 'node:path';
import { UserError } from '../base/errors.ts';
import { runProcess } from './process.ts';
import type { ReleaseServer } from './release.ts';
import { jsonOf, terraformMissing } from '../problem/terraform-error.ts';
import { parseRequirement, testedVersion, wantedVersion, type WantedVersionProps } from './wanted-version.ts';

/** Which Terraform is looked for, and where. */
export interface FindTerraformProps extends WantedVersionProps {
  /** The `terraform-path` input: a path, or a name on PATH. */
  readonly terraformPath?: string | undefined;
  readonly env: Readonly<Record<string, string>>;
  /** @default HashiCorp's */
  readonly releases?: ReleaseServer;
}

/** The Terraform binary of a run. */
export interface TerraformBinary {
  /** Absolute path. */
  readonly binary: string;
  /** Known only when a version was asked for: asking the binary costs a command. */
  readonly version?: string;
}

/** The given binary, else the wanted version: on PATH or downloaded. Throws `terraform-missing` or `invalid-input`. */
export async function findTerraform(props: FindTerraformProps): Promise<TerraformBinary> {
  if (props.terraformPath !== undefined) return givenTerraform(props, props.terraformPath);
  const wanted = await wantedVersion(props);
  const onPath = await executableOn(props.env, 'terraform');
  if (onPath !== undefined) {
    if (wanted === undefined) return { binary: onPath };
    const version = await versionOf(onPath, props);
    if (wanted.allows(version)) return { binary: onPath, version };
    props.log.info(`${onPath} is ${version}; ${wanted.source} wants ${wanted.text}.`);
  }
  // Downloading takes what no other run loads.
  const { installedTerraform } = await import('./installed-terraform.ts');
  return installedTerraform({ ...props, wanted: wanted ?? testedVersion });
}

async function givenTerraform(props: FindTerraformProps, path: string): Promise<TerraformBinary> {
  const found = /[/\\]/.test(path)
    ? resolve(props.workingDirectory, path)
    : await executableOn(props.env, path);
  if (found === undefined) throw terraformMissing(path, new Error('it is not on PATH'));
  await access(found, constants.X_OK).catch((cause: unknown) => {
    throw terraformMissing(found, cause);
  });
  if (props.terraformVersion === undefined) return { binary: found };
  const wanted = parseRequirement(props.terraformVersion, '`terraform-version`');
  const version = await versionOf(found, props);
  if (wanted.allows(version)) return { binary: found, version };
  throw new UserError({
    reason: 'invalid-input',
    message: `\`terraform-path\` is ${found}, version ${version}; \`terraform-version\` wants ${wanted.text}.`,
    remedy: 'Leave one of the two inputs out.',
  });
}

/** The executable in PATH's absolute folders, in their order; `@actions/io` would search relative folders too. */
async function executableOn(env: FindTerraformProps['env'], name: string): Promise<string | undefined> {
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const bare = name.endsWith(suffix) ? name.slice(0, name.length - suffix.length) : name;
  const folders = (env['PATH'] ?? env['Path'] ?? '').split(delimiter).filter(isAbsolute);
  for (const folder of folders)
    // setup-terraform and setup-opentofu name their binary `terraform-bin`, behind a script that copies all output,
    // secrets too, into the step's outputs, prints an `::error` of its own, and passes no interrupt on.
    for (const file of [`${bare}-bin${suffix}`, `${bare}${suffix}`]) {
      const path = join(folder, file);
      if (await isExecutable(path)) return path;
    }
  return undefined;
}

const isExecutable = (path: string): Promise<boolean> =>
  access(path, constants.X_OK).then(
    () => true,
    () => false,
  );

async function versionOf(binary: string, { env, workingDirectory }: FindTerraformProps): Promise<string> {
  const { stdout } = await runProcess({
    binary,
    args: ['version', '-json'],
    cwd: workingDirectory,
    env: { CHECKPOINT_DISABLE: '1', ...env },
    onLine: () => undefined,
  }).catch((cause: unknown) => {
    throw terraformMissing(binary, cause);
  });
  return (jsonOf(`${binary} version -json`, stdout) as { terraform_version: string }).terraform_version;
}
