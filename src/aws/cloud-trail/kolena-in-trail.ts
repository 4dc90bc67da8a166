import { kolenaUseIn, type RoleUse, type TrailFinding } from '../../access/role-use.ts';
import { defined } from '../../base/defined.ts';
import { settleAll } from '../../base/settle-all.ts';
import { partitionOfRegion } from '../../config/arn.ts';
import { lookUpEvents, type Lookup } from './lookup-events.ts';

/** Regions that no account can turn off: https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html */
const alwaysOn = {
  aws: [
    'us-east-1 us-east-2 us-west-1 us-west-2 ca-central-1 sa-east-1',
    'eu-central-1 eu-north-1 eu-west-1 eu-west-2 eu-west-3',
    'ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-south-1 ap-southeast-1 ap-southeast-2',
  ],
  'aws-cn': ['cn-north-1 cn-northwest-1'],
  'aws-us-gov': ['us-gov-west-1 us-gov-east-1'],
};

/** The region of a partition in which IAM, and STS's global endpoint, write their events. */
export function homeRegion(region: string): string {
  return regionsBeside(region)[0] ?? region;
}

function regionsBeside(region: string): string[] {
  return alwaysOn[partitionOfRegion(region) as keyof typeof alwaysOn].join(' ').split(' ');
}

interface TrailProps extends Omit<Lookup, 'region' | 'resourceName'> {
  readonly roleArn: string;
  readonly kolenaPrincipalArn: string;
  /** Of the buckets. */
  readonly regions: readonly string[];
}

/** When Kolena last assumed the role; never throws. */
export async function kolenaInTrail(props: TrailProps): Promise<TrailFinding> {
  const own = props.clients.region;
  const all = regionsBeside(own);
  // STS's regional endpoint writes to its own region, the global one to the home region: all others come after these.
  const first = [...new Set([own, homeRegion(own)])];
  const found = await searchAll(props, first);
  // Who is not allowed to look here is not allowed there.
  if (found.last !== undefined || found.unsearched.length > 0) return found;
  return searchAll(
    props,
    [...new Set([...props.regions, ...all])].filter((region) => !first.includes(region)),
  );
}

async function searchAll(props: TrailProps, regions: readonly string[]): Promise<TrailFinding> {
  const unsearched: string[] = [];
  const search = async (region: string): Promise<RoleUse[]> => {
    try {
      for await (const events of lookUpEvents({ ...props, region, resourceName: props.roleArn })) {
        const uses = events.flatMap((event) => kolenaUseIn(event, props.kolenaPrincipalArn));
        // Newest first: older pages tell of older uses.
        if (uses.length > 0) return uses;
      }
    } catch (error) {
      unsearched.push(`${region}: ${error instanceof Error ? error.message : String(error)}`);
    }
    return [];
  };
  const uses = (await settleAll(regions.map(search))).flat();
  const [last] = uses.sort((one, other) => Date.parse(other.time) - Date.parse(one.time));
  return defined({ unsearched, last });
}
