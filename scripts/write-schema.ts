/** Writes the config file's JSON Schema, by which editors complete and check `kolena-s3.yml`. */
import { writeFileSync } from 'node:fs';
import { accessJsonSchema } from './access-json-schema.ts';
import { repository } from './repository.ts';

const file = 'kolena-s3.schema.json';
const $id = `https://raw.githubusercontent.com/${repository().slug}/v1/${file}`;
writeFileSync(file, `${JSON.stringify({ $id, ...accessJsonSchema() }, null, 2)}\n`);
