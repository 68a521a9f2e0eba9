import { groupBounds } from "./bounds.ts";

/** Whoever a group is, to readers. */
interface Named {
  readonly name: string;
}

interface Reader<G> {
  readonly clientId: string;
  readonly host: string;
  /** With the time when each was seen last. */
  readonly groups: Map<G, number>;
  /** Connections that fetch. Without any, as a tool that commits for many groups, it confuses nobody. */
  fetching: number;
}

/**
 * Which groups a reader is in: a host and client id on a listener. A Fetch does not say its group, and
 * comes on another connection than what does; the two are joined here. A reader in more than one group
 * is ambiguous: nobody can tell which of them a Fetch is for.
 */
export class Readers<G extends Named> {
  // What was seen last is last.
  readonly #readers = new Map<string, Reader<G>>();
  #version = 0;
  #ambiguous: { readonly version: number; readonly words: ReadonlyMap<G, string> } | undefined;

  /** The reader with that client id at that host. Ids are cut at 249 characters. */
  static keyOf(listener: string, host: string, clientId: string): string {
    return JSON.stringify([listener, host, clientId.slice(0, 249)]);
  }

  /** Rises whenever `groupOf` may have another answer. */
  get version(): number {
    return this.#version;
  }

  /** A broker took a request of the group from this reader. */
  claims(key: string, group: G, nowMs: number): void {
    const { groups } = this.#touch(key);
    if (!groups.has(group)) {
      if (groups.size >= groupBounds.maxGroupsOfReader) return;
      this.#version += 1;
    }
    groups.set(group, nowMs);
  }

  /** A connection of it has begun to fetch. */
  fetches(key: string): void {
    const reader = this.#touch(key);
    reader.fetching += 1;
    if (reader.fetching === 1) this.#version += 1;
  }

  /** One of those is gone. */
  fetchesNoMore(key: string): void {
    const reader = this.#readers.get(key);
    if (reader === undefined || reader.fetching === 0) return;
    reader.fetching -= 1;
    if (reader.fetching > 0) return;
    this.#version += 1;
    if (reader.groups.size === 0) this.#readers.delete(key);
  }

  /** Nobody of the group is at this reader any more. */
  releases(key: string, group: G): void {
    const reader = this.#readers.get(key);
    if (reader?.groups.delete(group) !== true) return;
    this.#version += 1;
    if (reader.groups.size === 0 && reader.fetching === 0) this.#readers.delete(key);
  }

  /** The group is gone. */
  forget(group: G): void {
    for (const key of this.#readers.keys()) this.releases(key, group);
  }

  groupOf(key: string): G | undefined | "ambiguous" {
    const groups = this.#readers.get(key)?.groups;
    if (groups === undefined || groups.size === 0) return undefined;
    if (groups.size > 1) return "ambiguous";
    const [only] = groups.keys();
    return only;
  }

  /** Drops claims that were not made again for a while. */
  sweep(nowMs: number): void {
    for (const [key, { groups }] of this.#readers) {
      for (const [group, seenMs] of groups) {
        if (nowMs - seenMs > groupBounds.idleMs) this.releases(key, group);
      }
    }
  }

  /** Why the fetches of a group cannot be told from another's, in words; null where they can. */
  ambiguityOf(group: G): string | null {
    if (this.#ambiguous?.version !== this.#version) {
      this.#ambiguous = { version: this.#version, words: this.#findAmbiguous() };
    }
    return this.#ambiguous.words.get(group) ?? null;
  }

  #findAmbiguous(): ReadonlyMap<G, string> {
    const words = new Map<G, string>();
    for (const { groups, fetching, clientId, host } of this.#readers.values()) {
      if (fetching === 0 || groups.size < 2) continue;
      const names = [...groups.keys()].map(({ name }) => name).toSorted();
      const why = `client id ${JSON.stringify(clientId)} at ${host} is in the groups ${namesIn(names)}: a Fetch does not say for which of them it is`;
      for (const group of groups.keys()) words.set(group, why);
    }
    return words;
  }

  #touch(key: string): Reader<G> {
    let reader = this.#readers.get(key);
    if (reader === undefined) {
      const [, host = "", clientId = ""] = JSON.parse(key) as readonly string[];
      reader = { clientId, host, groups: new Map(), fetching: 0 };
      if (this.#readers.size >= groupBounds.maxReaders) this.#dropOldest();
    }
    this.#readers.delete(key);
    this.#readers.set(key, reader);
    return reader;
  }

  #dropOldest(): void {
    const [oldest] = this.#readers.keys();
    if (oldest === undefined) return;
    this.#readers.delete(oldest);
    this.#version += 1;
  }
}

function namesIn(names: readonly string[]): string {
  const shown = names.slice(0, 3);
  const more = names.length - shown.length;
  if (more > 0) shown.push(`${more} more`);
  return `${shown.slice(0, -1).join(", ")} and ${shown.at(-1) ?? ""}`;
}
