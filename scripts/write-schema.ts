/** Writes the config file's JSON Schema, by which editors complete and check `kolena-s3.yml`. */
import { writeFileSync } from 'node:fs';
import { accessJsonSchema } from '../src/config/parse.ts';

writeFileSync('kolena-s3.schema.json', `${JSON.stringify(accessJsonSchema(), null, 2)}\n`);
