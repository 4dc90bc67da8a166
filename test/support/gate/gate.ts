import { Agent, createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PolicyDocument } from '../../../src/iam/policy-document.ts';
import { answer, type GateParts } from './answer.ts';
import { errorCodes, isAwsError, sendError } from './aws-error.ts';
import { openBuckets } from './buckets.ts';
import type { ApiCall } from './calls.ts';
import { openFaultList } from './fault-list.ts';
import type { Fault, Propagation } from './faults.ts';
import { openIamView } from './iam-view.ts';
import { openIdentities, type Identities } from './identities.ts';
import { openKeys } from './keys.ts';
import { motoClients } from './moto-clients.ts';
import type { Organization } from './organization.ts';
import { neededPermissions } from './permissions.ts';
import { openStaleReads } from './stale-reads.ts';
import { withStandingName } from './standing-name.ts';
import { openTrail, type Trail } from './trail.ts';
import { readRequest, type AwsRequest } from './request.ts';

/** The endpoint that tests call AWS by: it authorizes, answers what moto gets wrong, records, and passes the rest on. */
export interface Gate {
  /** As `http://127.0.0.1:5555`. */
  readonly url: string;
  /** Every call since the start or the last `forget()`, in order of arrival. */
  readonly calls: readonly ApiCall[];
  forget(): void;
  /** Adds a fault; gives the function that ends it. */
  fail(fault: Fault): () => void;
  /** From now on IAM's changes spread like this; `{}` for at once. */
  propagate(propagation: Propagation): void;
  /** A KMS key's key policy. A key that was never added trusts its account, as new keys do. */
  addKey(arn: string, keyPolicy: PolicyDocument, alias?: string): void;
  /** From now on these accounts are an organization's; undefined for none. */
  organize(organization: Organization | undefined): void;
  /** What CloudTrail knows. */
  readonly trail: Trail;
  /** Gives out keys. */
  readonly identities: Identities;
  close(): Promise<void>;
}

/** What the gate stands on. */
export interface GateProps {
  /** moto's endpoint. */
  readonly moto: string;
  /** `iss` claim → URL of an issuer on this machine. */
  readonly issuers: Readonly<Record<string, string>>;
}

/** Starts a gate on a free port of 127.0.0.1. */
export async function startGate({ moto: endpoint, issuers }: GateProps): Promise<Gate> {
  const moto = motoClients(endpoint);
  const agent = new Agent({ keepAlive: true });
  const identities = openIdentities();
  const keys = openKeys();
  const iam = openIamView(moto);
  const trail = openTrail();
  const parts: GateParts = {
    trail,
    endpoint,
    agent,
    moto,
    issuers,
    identities,
    iam,
    buckets: openBuckets(),
    staleReads: openStaleReads(),
    keys,
  };
  const faults = openFaultList();
  let calls: ApiCall[] = [];

  const handle = async (received: AwsRequest, response: ServerResponse) => {
    const identity = identities.authenticate(received);
    const known = identity === undefined || isAwsError(identity) ? undefined : identity;
    const state = known && (await iam.state(known.accountId));
    const request = state === undefined ? received : withStandingName(received, state);
    const needed =
      request.method === 'OPTIONS'
        ? [{ action: 's3:Preflight', resource: `arn:aws:s3:::${request.bucket ?? ''}`, context: {} }]
        : neededPermissions(request, state);
    const entries = needed.map(
      ({ action, resource }): { -readonly [Key in keyof ApiCall]: ApiCall[Key] } => ({
        service: request.service,
        action,
        resource,
        principal: known?.arn ?? 'anonymous',
        time: Date.now(),
        status: 0,
      }),
    );
    calls.push(...entries);
    response.on('finish', () => {
      for (const entry of entries) {
        entry.status = response.statusCode;
        const code = errorCodes.get(response);
        if (code !== undefined) entry.errorCode = code;
      }
    });
    const fault = faults.strike(needed);
    if (fault?.delay !== undefined) await sleep(fault.delay);
    if (fault?.answer === 'reset') response.socket?.destroy();
    else if (fault?.answer !== undefined) sendError(response, fault.answer, request.service);
    else if (identity !== undefined && isAwsError(identity)) sendError(response, identity, request.service);
    else await answer(parts, { request, response, identity, needed });
  };

  const server = createServer((message, response) => {
    void readRequest(message)
      .then((request) => handle(request, response))
      .catch((error: unknown) => {
        const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
        sendError(response, { status: 501, code: 'GateFailure', message }, 'sts');
      });
  });
  // Connections that clients keep open must not outlive a request that is being sent on one of them.
  server.keepAliveTimeout = 60_000;
  return {
    url: await listen(server),
    get calls() {
      return calls;
    },
    forget() {
      calls = [];
    },
    fail: (fault) => faults.add(fault),
    propagate: (propagation) => {
      iam.propagate(propagation);
      parts.staleReads.propagate(propagation);
    },
    addKey: (arn, keyPolicy, alias) => {
      keys.add(arn, keyPolicy, alias);
    },
    organize: (organization) => {
      parts.organization = organization;
    },
    identities,
    trail,
    close: () => close(server, agent),
  };
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function close(server: Server, agent: Agent): Promise<void> {
  agent.destroy();
  server.closeAllConnections();
  await new Promise<void>((resolve) =>
    server.close(() => {
      resolve();
    }),
  );
}
