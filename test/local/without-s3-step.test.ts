import { describe, expect, it } from 'vitest';
import { nothingObserved, type Observed } from '../../src/access/observed.ts';
import { parseAccessConfig } from '../../src/config/parse.ts';
import { withoutS3Step } from '../../src/local/without-s3-step.ts';
import { access, cors, ours } from '../stack/desired.ts';

const configOf = (mode: string) =>
  parseAccessConfig({
    buckets: ['bbb'],
    'kolena-principal-arn': 'arn:aws:iam::444455556666:root',
    cors: mode,
  });
const foreign = { ID: "it's", AllowedMethods: ['PUT'], AllowedOrigins: ['https://a.example'] };
const caller = { accountId: '111122223333', arn: 'arn:aws:iam::111122223333:root', partition: 'aws' };
const observedWith = (corsRules: Observed['buckets'][string]['corsRules']): Observed => ({
  caller,
  policies: [],
  buckets: { bbb: { name: 'bbb', region: 'us-east-1', corsRules } },
});
const known = { config: configOf('merge'), observed: observedWith([]), inState: [] };
const ids = ({ warnings }: ReturnType<typeof withoutS3Step>) => warnings.map(({ id }) => id);

describe('withoutS3Step', () => {
  it('emits no CORS configuration over rules that nobody has seen, and lets go of what the state holds', () => {
    const desired = withoutS3Step(access({ cors: [cors('bbb')] }), {
      ...known,
      observed: nothingObserved,
      inState: [{ bucket: 'bbb', region: 'eu-west-1' }],
    });
    expect(desired.cors).toEqual([]);
    expect(desired.removals.forgotten).toEqual([{ bucket: 'bbb', region: 'eu-west-1' }]);
    expect(ids(desired)).toEqual(['cors-not-observed']);
  });

  it('replaces unseen rules when told to', () => {
    const desired = access({ cors: [cors('bbb')] });
    expect(
      withoutS3Step(desired, { ...known, config: configOf('replace'), observed: nothingObserved }),
    ).toEqual({ ...desired, removals: { ...desired.removals, forgotten: [] } });
  });

  it('warns when Terraform is about to write foreign rules, with the command that puts them back', () => {
    const desired = withoutS3Step(access({ cors: [cors('bbb', { rules: [foreign, ours] })] }), {
      ...known,
      observed: observedWith([foreign]),
    });
    expect(ids(desired)).toEqual(['cors-order']);
    // A shell's quoting: the text of one quote inside single quotes.
    expect(desired.warnings[0]?.remedy).toContain(String.raw`"ID":"it'\''s"`);
  });

  it('says nothing of rules that the bucket has already, as S3 returns them, or of Kolena alone', () => {
    const both = access({ cors: [cors('bbb', { rules: [foreign, ours] })] });
    // S3 keeps no empty list.
    const { ExposeHeaders, ...returned } = ours;
    expect(ExposeHeaders).toEqual([]);
    expect(ids(withoutS3Step(both, { ...known, observed: observedWith([foreign, returned]) }))).toEqual([]);
    expect(ids(withoutS3Step(access({ cors: [cors('bbb')] }), known))).toEqual([]);
  });

  it('lets go of a bucket that only the state remembers', () => {
    const desired = withoutS3Step(access({ cors: [cors('bbb')] }), {
      ...known,
      inState: [{ bucket: 'bbb' }, { bucket: 'dropped' }],
    });
    expect(desired.removals.forgotten).toEqual([{ bucket: 'dropped', region: 'us-east-1' }]);
  });

  it.each([
    [[foreign], /put-bucket-cors --bucket old/],
    [[], /delete-bucket-cors --bucket old/],
  ])('says how to take our rule out where %j stay', (keep, command) => {
    const removals = { policies: [], cors: [{ bucket: 'old', region: 'us-east-1', keep, present: true }] };
    const { warnings } = withoutS3Step(access({ cors: [], removals }), known);
    expect(warnings[0]?.remedy).toMatch(command);
  });
});
