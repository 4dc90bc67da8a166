/** A CDKTF app as others write one: it grants Kolena two prefixes, beside a bucket of its own. */
import { AwsProvider } from '@cdktf/provider-aws/lib/provider/index.js';
import { S3BucketCorsConfiguration } from '@cdktf/provider-aws/lib/s3-bucket-cors-configuration/index.js';
import { App, TerraformOutput, TerraformStack } from 'cdktf';
import { KolenaS3Access } from 'kolena-s3-access-cdktf';

const app = new App();
const stack = new TerraformStack(app, 'data');
new AwsProvider(stack, 'aws', { region: 'eu-west-1' });

const kolena = new KolenaS3Access(stack, 'kolena', {
  buckets: ['share-with-kolena', 'team-dataset/images/'],
  kolenaPrincipalArn: 'arn:aws:iam::444455556666:role/kolena',
  kolenaExternalId: 'example-external-id',
  region: 'eu-west-1',
});

new S3BucketCorsConfiguration(stack, 'cors', {
  bucket: 'team-dataset',
  corsRule: [{ allowedMethods: ['PUT'], allowedOrigins: ['https://upload.example'] }, kolena.corsRule],
});
new TerraformOutput(stack, 'role-arn', { value: kolena.roleArn });
app.synth();
