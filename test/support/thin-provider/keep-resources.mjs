/** Fields of GetProviderSchema.Response that map a name to a schema: resources, data sources, functions, ephemeral resources. */
const maps = new Set([2, 3, 7, 8]);

/**
 * A `GetProviderSchema.Response` of Terraform's plugin protocol 5 with the resources alone whose name `wanted` matches; all
 * else in it stays. https://github.com/hashicorp/terraform/blob/main/docs/plugin-protocol/tfplugin5.9.proto
 */
export function keepResources(message, wanted) {
  const kept = [];
  for (const { number, bytes, payload } of fields(message)) {
    const [name] = maps.has(number) ? fields(payload) : [];
    if (!maps.has(number) || wanted.test(name.payload.toString())) kept.push(bytes);
  }
  return Buffer.concat(kept);
}

/** The fields of a message of protobuf, each with its number: https://protobuf.dev/programming-guides/encoding/ */
function* fields(message) {
  for (let at = 0; at < message.length;) {
    const [tag, afterTag] = varint(message, at);
    const [length, start] = varint(message, afterTag);
    // All fields of these messages have a length, apart from an enum or a bool, which is one number.
    const end = (tag & 7) === 2 ? start + length : start;
    yield { number: tag >> 3, bytes: message.subarray(at, end), payload: message.subarray(start, end) };
    at = end;
  }
}

function varint(message, at) {
  let value = 0;
  for (let shift = 0; ; shift += 7, at += 1) {
    value += (message[at] & 127) * 2 ** shift;
    if (message[at] < 128) return [value, at + 1];
  }
}
