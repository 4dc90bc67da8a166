import { describe, expect, it } from 'vitest';
import { nothingObserved, type Observed } from '../../src/access/observed.ts';
import { forTerraformAlone } from '../../src/local/for-terraform-alone.ts';
import { access, cors, ours } from '../stack/desired.ts';

const foreign = { ID: "it's", AllowedMethods: ['PUT'], AllowedOrigins: ['https://a.example'] };
const caller = { accountId: '111122223333', arn: 'arn:aws:iam::111122223333:root', partition: 'aws' };
const observedWith = (corsRules: Observed['buckets'][string]['corsRules']): Observed => ({
  caller,
  policies: [],
  buckets: { bbb: { name: 'bbb', region: 'us-east-1', corsRules } },
});
const known = { observed: observedWith([]), inState: [] };
const ids = ({ warnings }: ReturnType<typeof forTerraformAlone>) => warnings.map(({ id }) => id);

describe('forTerraformAlone', () => {
  it('emits no CORS configuration over rules that nobody has seen, and lets go of what the state holds', () => {
    const desired = forTerraformAlone(access({ cors: [cors('bbb')] }), {
      ...known,
      observed: nothingObserved,
      inState: [{ bucket: 'bbb', region: 'eu-west-1' }],
    });
    expect(desired.cors).toEqual([]);
    expect(desired.removals.forgotten).toEqual([{ bucket: 'bbb', region: 'eu-west-1' }]);
    expect(ids(desired)).toEqual(['cors-not-observed']);
  });

  it('replaces unseen rules when told to', () => {
    const desired = access({ cors: [cors('bbb', { replacesOthers: true })] });
    expect(forTerraformAlone(desired, { ...known, observed: nothingObserved })).toEqual({
      ...desired,
      removals: { ...desired.removals, forgotten: [] },
    });
  });

  it('warns when Terraform is about to write foreign rules, with the command that puts them back', () => {
    const desired = forTerraformAlone(
      access({ cors: [cors('bbb', { rules: { others: [foreign], kolena: ours } })] }),
      {
        ...known,
        observed: observedWith([foreign]),
      },
    );
    expect(ids(desired)).toEqual(['cors-order']);
    // A shell's quoting: the text of one quote inside single quotes.
    expect(desired.warnings[0]?.remedy).toContain(String.raw`"ID":"it'\''s"`);
  });

  it('says nothing of rules that the bucket has already, as S3 returns them, or of Kolena alone', () => {
    const both = access({ cors: [cors('bbb', { rules: { others: [foreign], kolena: ours } })] });
    // S3 keeps no empty list.
    const { ExposeHeaders, ...returned } = ours;
    expect(ExposeHeaders).toEqual([]);
    expect(ids(forTerraformAlone(both, { ...known, observed: observedWith([foreign, returned]) }))).toEqual(
      [],
    );
    expect(ids(forTerraformAlone(access({ cors: [cors('bbb')] }), known))).toEqual([]);
  });

  it('lets go of a bucket that only the state remembers', () => {
    const desired = forTerraformAlone(access({ cors: [cors('bbb')] }), {
      ...known,
      inState: [{ bucket: 'bbb' }, { bucket: 'dropped' }],
    });
    expect(desired.removals.forgotten).toEqual([{ bucket: 'dropped', region: 'us-east-1' }]);
  });

  it.each([
    [[foreign], /put-bucket-cors --bucket old/],
    [[], /delete-bucket-cors --bucket old/],
  ])('says how to remove the rule of Kolena where %j stay', (others, command) => {
    const rules = { others, kolena: ours };
    const removals = { policies: [], cors: [{ bucket: 'old', region: 'us-east-1', rules }] };
    const { warnings } = forTerraformAlone(access({ cors: [], removals }), known);
    expect(warnings[0]?.remedy).toMatch(command);
  });
});
