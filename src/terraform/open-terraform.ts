export { findTerraform } from './install.ts';
export { openTerraform } from './terraform.ts';
