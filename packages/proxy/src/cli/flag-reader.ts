import { messageOf } from "@pagoda/core";
import { parseEndpoint } from "@pagoda/tcp";
import type { Endpoint } from "@pagoda/tcp";

import { parseDurationMs } from "../text/duration.ts";
import { suggestion } from "../text/suggestion.ts";
import type { Flags, FlagValues } from "./flags.ts";

type Name<F extends Flags> = keyof F & string;

/** Reads values one by one and collects what is wrong with them. */
export class FlagReader<F extends Flags> {
  readonly #values: FlagValues<F>;
  readonly #faults: string[];

  constructor(values: FlagValues<F>, faults: string[]) {
    this.#values = values;
    this.#faults = faults;
  }

  /** What was given, as it was given. */
  text(name: Name<F>): string | undefined {
    return this.#values[name];
  }

  endpoint(name: Name<F>): Endpoint | undefined {
    return this.endpoints(name)?.[0];
  }

  /** One or more, with commas between. */
  endpoints(name: Name<F>): readonly Endpoint[] | undefined {
    const text = this.#values[name];
    if (text === undefined) return undefined;
    try {
      return text.split(",").map(parseEndpoint);
    } catch (error) {
      this.#faults.push(`--${name}: ${messageOf(error)}`);
      return undefined;
    }
  }

  oneOf<const T extends string>(name: Name<F>, allowed: readonly T[]): T | undefined {
    const text = this.#values[name];
    const match = allowed.find((value) => value === text);
    if (text !== undefined && match === undefined) {
      this.#faults.push(
        `--${name} must be ${allowed.join(", ")}, got "${text}"${suggestion(text, allowed, "")}`,
      );
    }
    return match;
  }

  duration(name: Name<F>): number | undefined {
    const text = this.#values[name];
    if (text === undefined) return undefined;
    const ms = parseDurationMs(text);
    if (ms !== undefined && ms > 0 && ms <= 0x7fff_ffff) return ms;
    this.#faults.push(`--${name} must be a duration like 500ms, 10s or 5m (at most 596h), got "${text}"`);
    return undefined;
  }

  count(name: Name<F>): number | undefined {
    const text = this.#values[name];
    if (text === undefined) return undefined;
    if (/^[1-9]\d{0,6}$/.test(text)) return Number(text);
    this.#faults.push(`--${name} must be a whole number from 1 to 9999999, got "${text}"`);
    return undefined;
  }

  /** A certificate and its key: both or neither. */
  files(cert: Name<F>, key: Name<F>): { certFile: string; keyFile: string } | undefined {
    const [certFile, keyFile] = [this.#values[cert], this.#values[key]];
    if (certFile !== undefined && keyFile !== undefined) return { certFile, keyFile };
    if (certFile !== undefined) this.#faults.push(`--${cert} needs --${key} FILE beside it`);
    if (keyFile !== undefined) this.#faults.push(`--${key} needs --${cert} FILE beside it`);
    return undefined;
  }
}
