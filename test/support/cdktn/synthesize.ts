import { readFileSync } from 'node:fs';
import type { DesiredAccess } from '../../../src/access/desired-access.ts';
import { synthesizeAccess } from '../../../src/stack/synthesize.ts';
import type { StackSettings } from '../../../src/stack/terraform-settings.ts';

const { desired, settings } = JSON.parse(readFileSync(0, 'utf8')) as {
  desired: DesiredAccess;
  settings: StackSettings;
};
process.stdout.write(synthesizeAccess(desired, settings));
