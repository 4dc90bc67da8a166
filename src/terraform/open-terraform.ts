// One door for the dynamic import: the bundle then has one file for all of this, loaded while the AWS SDK loads.
export { terraformEnvironment } from './environment.ts';
export { findTerraform } from './install.ts';
export { ownPluginLock } from './plugin-lock.ts';
export { openTerraform } from './terraform.ts';
