import { observe, whole } from "@pagoda/core";
import type { SameLayer } from "@pagoda/core";

import type { RedisReply, RedisRequest } from "./redis.ts";

/** What became of the calls of one command. */
export interface CommandCount {
  calls: number;
  /** Of these, answered with an error, or refused. */
  errors: number;
}

export interface CommandCountsOptions {
  /**
   * Commands that are told apart. Those of which the first call comes later count as `(other)`: a
   * client may send any word.
   * @default 300 (Redis has some 240)
   */
  readonly maxCommands?: number;
}

/** Calls by command, of all connections together. */
export class CommandCounts {
  readonly #maxCommands: number;
  readonly #counts = new Map<string, CommandCount>();

  constructor({ maxCommands = 300 }: CommandCountsOptions = {}) {
    this.#maxCommands = whole("maxCommands", maxCommands, 1);
  }

  get counts(): ReadonlyMap<string, Readonly<CommandCount>> {
    return this.#counts;
  }

  of(command: string): CommandCount {
    const name = this.#counts.has(command) || this.#counts.size < this.#maxCommands ? command : "(other)";
    const count = this.#counts.get(name) ?? { calls: 0, errors: 0 };
    this.#counts.set(name, count);
    return count;
  }
}

/** Counts calls. Outermost, so that it counts what the layers below refuse. */
export function countCommands(counts: CommandCounts): SameLayer<RedisRequest, RedisReply> {
  return observe<RedisRequest, RedisReply, CommandCount>({
    onCall({ command }) {
      const count = counts.of(command);
      count.calls += 1;
      return count;
    },
    onAnswer({ isError }, _request, _cx, count) {
      if (isError) count.errors += 1;
    },
    onFailure(_error, _request, _cx, count) {
      count.errors += 1;
    },
  });
}
