// https://github.com/hashicorp/terraform/blob/main/docs/plugin-protocol/tfplugin5.9.proto
/** Fields of the response that map a name to a schema: resources, data sources, functions, ephemeral resources. */
const MAPS: ReadonlySet<number> = new Set([2, 3, 7, 8]);

/** A `GetProviderSchema.Response` of plugin protocol 5 whose maps keep only the names that `wanted` matches. */
export function keepResources(message: Buffer, wanted: RegExp): Buffer {
  const kept: Buffer[] = [];
  for (const { number, bytes, payload } of fieldsOf(message)) {
    const [name] = MAPS.has(number) ? fieldsOf(payload) : [];
    if (!MAPS.has(number) || wanted.test(String(name?.payload))) kept.push(bytes);
  }
  return Buffer.concat(kept);
}

interface Field {
  readonly number: number;
  /** With its number and length. */
  readonly bytes: Buffer;
  readonly payload: Buffer;
}

/** The fields of a message of protobuf: https://protobuf.dev/programming-guides/encoding/ */
function* fieldsOf(message: Buffer): Generator<Field, void> {
  for (let at = 0; at < message.length;) {
    const [tag, afterTag] = varint(message, at);
    const [length, start] = varint(message, afterTag);
    // All fields of these messages have a length, apart from an enum or a bool, which is one number.
    const end = (tag & 7) === 2 ? start + length : start;
    yield { number: tag >> 3, bytes: message.subarray(at, end), payload: message.subarray(start, end) };
    at = end;
  }
}

function varint(message: Buffer, start: number): readonly [value: number, end: number] {
  let value = 0;
  for (let at = start, shift = 0; ; at += 1, shift += 7) {
    const byte = message.readUInt8(at);
    value += (byte & 127) * 2 ** shift;
    if (byte < 128) return [value, at + 1];
  }
}
