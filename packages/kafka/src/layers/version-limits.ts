import { whole } from "@pagoda/core";

import type { ApiVersionsResponseApiVersion } from "../protocol/generated/api-versions.ts";
import { apis } from "../protocol/generated/registry.ts";
import type { AnyApi } from "../protocol/lookup.ts";
import type { Versions } from "../protocol/message.ts";
import { planOf } from "./rewrite-addresses-plan.ts";

/** Kafka's name for an API that this codec knows. */
export type ApiName = keyof typeof apis;

/** For each API, the versions that a stack understands. What is left out is the codec's. */
export type UnderstoodVersions = { readonly [Name in ApiName]?: Partial<Versions> };

/**
 * What becomes of APIs and versions that this codec does not know: they `pass` as bytes that nobody
 * reads, or the stack has to see everything and they are refused (`deny`).
 */
export type UnknownPolicy = "pass" | "deny";

/** Whatever an int16 can say: for what is not looked at. */
const anyVersion: Versions = { min: -0x8000, max: 0x7fff };

const produceKey = 0;

/** Whatever broker is behind it, the versions that a stack lets through: for `negotiateVersions`. */
export class VersionLimits {
  readonly #known: ReadonlyMap<number, Versions>;
  readonly #unknown: UnknownPolicy;

  constructor(understood: UnderstoodVersions, unknown: UnknownPolicy) {
    for (const name of Object.keys(understood)) {
      if (!Object.hasOwn(apis, name)) throw new RangeError(`versions.${name} is no API of Kafka`);
    }
    this.#unknown = unknown;
    this.#known = new Map((Object.values(apis) as unknown as AnyApi[]).map((api) => [api.key, limitOf(api)]));

    function limitOf(api: AnyApi): Versions {
      const given = understood[api.name as ApiName];
      if (given !== undefined) return narrowed(api, given);
      return unknown === "deny" || mustBeRead(api) ? api.versions : { min: 0, max: anyVersion.max };
    }
  }

  /** The versions of an API that may pass; undefined where none may. */
  of(apiKey: number): Versions | undefined {
    return this.#known.get(apiKey) ?? (this.#unknown === "pass" ? anyVersion : undefined);
  }

  /** Of the versions that a broker offers, those to advertise; undefined where none is left. */
  offer(apiKey: number, { min, max }: Versions): Versions | undefined {
    const limit = this.of(apiKey);
    if (limit === undefined || min > limit.max || max < limit.min) return undefined;
    // librdkafka takes a minimum above 0 to mean that it must not compress (KAFKA-18659).
    const least = apiKey === produceKey ? Math.max(min, 0) : Math.max(min, limit.min);
    return { min: least, max: Math.min(max, limit.max) };
  }

  /** Of the versions that are advertised, those that pass. */
  accept({ apiKey, minVersion, maxVersion }: ApiVersionsResponseApiVersion): Versions {
    return { min: Math.max(minVersion, this.of(apiKey)?.min ?? minVersion), max: maxVersion };
  }
}

/** Is `version` one of these? */
export function within({ min, max }: Versions, version: number): boolean {
  return version >= min && version <= max;
}

/** Produce (its acks say whether there is an answer), SaslHandshake, ApiVersions, SaslAuthenticate. */
const alwaysRead: ReadonlySet<number> = new Set([produceKey, 17, 18, 36]);

/** May a version of `api` that cannot be read not pass, whatever the policy? Also where there are addresses. */
function mustBeRead(api: AnyApi): boolean {
  return alwaysRead.has(api.key) || planOf(api, api.versions.max) !== "pass";
}

function narrowed({ name, versions }: AnyApi, given: Partial<Versions>): Versions {
  const min = whole(`versions.${name}.min`, given.min ?? versions.min, versions.min, versions.max);
  const max = whole(`versions.${name}.max`, given.max ?? versions.max, min, versions.max);
  return { min, max };
}
