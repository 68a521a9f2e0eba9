import { ProxyError } from "@pagoda/core";

import { RespError } from "./resp-splitter.ts";
import { decodeResp, encodeResp } from "./resp.ts";
import type { RespValue } from "./resp.ts";

/**
 * A failure with the very error that the client shall see; its message begins with Redis' word for
 * it:
 *
 * ```ts
 * throw new RedisError("NOPERM FLUSHALL is not for you");
 * ```
 */
export class RedisError extends ProxyError {
  readonly code = "REDIS";
  readonly retriable = false;
  readonly kind = "denied";
}

/** A command of a client. It goes on as the very bytes that came. */
export class RedisRequest {
  /** All of it, as RESP has it. */
  readonly bytes: Uint8Array;
  /** The command and its arguments. */
  readonly args: readonly Uint8Array[];
  /** The command, in upper case. */
  readonly command: string;

  constructor(bytes: Uint8Array, args: readonly Uint8Array[]) {
    this.bytes = bytes;
    this.args = args;
    this.command = upperCase(args[0]);
  }

  /** The command in a value; undefined for an empty one, which Redis passes over. @throws RespError */
  static read(bytes: Uint8Array): RedisRequest | undefined {
    if (bytes[0] !== arrayType) throw new RespError("a command is an array of bulk strings");
    const args = decodeResp(bytes) ?? [];
    if (!Array.isArray(args) || !args.every((arg) => arg instanceof Uint8Array)) {
      throw new RespError("a command is an array of bulk strings");
    }
    return args.length === 0 ? undefined : new RedisRequest(bytes, args);
  }

  /** A command of a layer's own. */
  static of(...args: readonly [string, ...(string | Uint8Array)[]]): RedisRequest {
    const given = args.map((arg) => Buffer.from(arg));
    return new RedisRequest(encodeResp(given), given);
  }

  /** Is it this command, or this part of one (`CONFIG SET`)? In upper case. */
  is(name: string): boolean {
    const [command, part] = name.split(" ");
    return this.command === command && (part === undefined || upperCase(this.args[1]) === part);
  }
}

/** What a server answers. It goes on as the very bytes that came. */
export class RedisReply {
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** A reply made here, in the forms that every version of RESP has. */
  static of(value: Parameters<typeof encodeResp>[0]): RedisReply {
    return new RedisReply(encodeResp(value));
  }

  /** Decoded each time: keep it. @throws RespError */
  get value(): RespValue {
    return decodeResp(this.bytes);
  }

  get isError(): boolean {
    return this.bytes[0] === errorType || this.bytes[0] === longErrorType;
  }

  /** Sent by itself, and no answer to anything (RESP3). */
  get isPush(): boolean {
    return this.bytes[0] === pushType;
  }
}

const arrayType = 0x2a;
const errorType = 0x2d;
const longErrorType = 0x21;
const pushType = 0x3e;

function upperCase(arg: Uint8Array | undefined): string {
  return Buffer.from(arg ?? [])
    .toString("latin1")
    .toUpperCase();
}
