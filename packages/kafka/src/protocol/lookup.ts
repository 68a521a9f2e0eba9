import type { ApiDefinition } from "./api.ts";
import { apis, messages } from "./generated/registry.ts";
import type { MessageCodec } from "./message.ts";

/** An API whose message types are not known statically. */
export type AnyApi = ApiDefinition<unknown, unknown>;

const byKey: (AnyApi | undefined)[] = [];
for (const api of Object.values(apis)) byKey[api.key] = api as unknown as AnyApi;

/** The API with this key, if this codec knows it. */
export function apiOfKey(key: number): AnyApi | undefined {
  return byKey[key];
}

/** The message with this name (`MetadataRequest`), if this codec knows it. */
export function messageOfName(name: string): MessageCodec<unknown> | undefined {
  return Object.hasOwn(messages, name)
    ? (messages as Readonly<Record<string, MessageCodec<unknown>>>)[name]
    : undefined;
}
