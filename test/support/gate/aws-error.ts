import type { ServerResponse } from 'node:http';

/** An error answer in AWS's words. */
export interface AwsError {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

/** Whether a value is an error answer. */
export function isAwsError(value: object | undefined): value is AwsError {
  return value !== undefined && 'code' in value && 'status' in value;
}

/** Text that stands safely inside XML. */
export function xmlText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Error codes of the answers so far, for the record. */
export const errorCodes = new WeakMap<ServerResponse, string>();

/** Answers as the service does: S3's own `<Error>`, or the query protocol's `<ErrorResponse>`; nothing to HEAD. */
export function sendError(response: ServerResponse, error: AwsError, service: string): void {
  errorCodes.set(response, error.code);
  if (service === 'kms' || service === 'cloudtrail') {
    const __type = error.code.replace(/(?<!Exception)$/, 'Exception');
    sendJson(response, error.status === 403 ? 400 : error.status, { __type, message: error.message });
    return;
  }
  const inner = `<Code>${error.code}</Code><Message>${xmlText(error.message)}</Message>`;
  const body =
    service === 's3'
      ? `<?xml version="1.0" encoding="UTF-8"?><Error>${inner}<RequestId>GATE</RequestId></Error>`
      : `<ErrorResponse><Error><Type>Sender</Type>${inner}</Error><RequestId>gate</RequestId></ErrorResponse>`;
  sendXml(response, error.status, response.req.method === 'HEAD' ? '' : body);
}

/** Answers with a body of XML. */
export function sendXml(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, {
    'content-type': 'application/xml',
    'content-length': Buffer.byteLength(body),
    'x-amzn-requestid': 'gate',
  });
  response.end(body);
}

/** Answers with a body of JSON, as KMS does. */
export function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': 'gate' });
  response.end(JSON.stringify(body));
}
