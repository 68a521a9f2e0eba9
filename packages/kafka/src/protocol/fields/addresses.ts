import type { MessageCodec } from "../message.ts";
import type { FieldRole, FieldSchema, Struct } from "../schema/schema.ts";
import { hasRole, mapStructs } from "./map-structs.ts";

/** A broker's address as a response tells it to a client. */
export interface BrokerAddress {
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
}

/** Can `version` of this message tell a client where a broker is? */
export function carriesAddresses(message: Pick<MessageCodec<unknown>, "schema">, version: number): boolean {
  return hasRole(message.schema, version, "brokerHost");
}

/**
 * Gives every broker address in a response another host and port. The response is not changed: the
 * result shares what is not on the way to an address, and is `response` itself if all stay the same.
 *
 * A response that reports an error has entries without an address (node -1, no host): they are
 * passed over.
 */
export function mapAddresses<T>(
  message: MessageCodec<T>,
  version: number,
  response: T,
  change: (address: BrokerAddress) => Pick<BrokerAddress, "host" | "port">,
): T {
  return mapStructs(message.schema, version, response, "brokerHost", ({ struct, fields }) => {
    const host = nameOf(fields, "brokerHost");
    const port = nameOf(fields, "brokerPort");
    const before: BrokerAddress = {
      nodeId: struct[nameOf(fields, "brokerId")] as number,
      host: struct[host] as string,
      port: struct[port] as number,
    };
    if (before.host === "") return struct;
    const after = change(before);
    if (after.host === before.host && after.port === before.port) return struct;
    return { ...struct, [host]: after.host, [port]: after.port } satisfies Struct;
  });
}

function nameOf(fields: readonly FieldSchema[], role: FieldRole): string {
  const field = fields.find((one) => one.role === role);
  if (field === undefined) throw new TypeError(`no ${role} beside an address`);
  return field.name;
}
