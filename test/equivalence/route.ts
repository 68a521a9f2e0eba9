import { randomUUID } from "node:crypto";

import type { KafkaTools } from "../../scripts/kafka/tools.ts";
import type { Testbed } from "./testbed.ts";

/** What a scenario has to do with a cluster: a way to it, and names of its own. */
export interface Route {
  readonly bootstrap: string;
  /** `HOST:PORT` of every broker. */
  readonly brokers: readonly string[];
  readonly tools: KafkaTools;
  /** Aborted when the scenario is over on both routes. */
  readonly signal: AbortSignal;
  /** A name for a topic or a group that no other scenario and no other route has. */
  name(base: string): string;
  /**
   * Something happens to the cluster while clients on both routes are at work: once, as soon as both
   * scenarios have come here.
   */
  meanwhile(event: ClusterEvent, topic: string): Promise<void>;
}

/** What happens behind clients' backs, given a topic of each route. */
export type ClusterEvent = (testbed: Testbed, topics: readonly string[]) => Promise<void>;

/** Another broker leads. */
export const leadersMove: ClusterEvent = (testbed, topics) => testbed.moveLeaders(topics);

/** The brokers that lead stop and come back, one after the other. */
export const leadersRestart: ClusterEvent = async (testbed, topics) => {
  const leaders = await Promise.all(topics.map((topic) => testbed.leaderOf(topic)));
  for (const nodeId of new Set(leaders)) {
    // oxlint-disable-next-line no-await-in-loop -- two at once would leave no majority
    await testbed.restart(nodeId);
  }
};

/** One of a route's ends: what clients are given, and where they then find each broker. */
export interface Way {
  readonly bootstrap: string;
  /** `HOST:PORT` by node id. */
  readonly brokers: ReadonlyMap<number, string>;
}

/** What clients saw on each way, without what differs between any two runs. */
export interface SeenOnBoth {
  readonly direct: unknown;
  readonly proxied: unknown;
}

/** Runs a scenario on both ways at once. */
export async function runOnBoth(
  testbed: Testbed,
  ways: { readonly direct: Way; readonly proxied: Way },
  run: (route: Route) => Promise<unknown>,
): Promise<SeenOnBoth> {
  const meeting = new Meeting(2, testbed);
  const over = new AbortController();
  const seenOn = async (way: Way): Promise<unknown> => {
    const token = randomUUID().slice(0, 8);
    const route: Route = {
      bootstrap: way.bootstrap,
      brokers: [...way.brokers.values()],
      get tools() {
        return testbed.tools;
      },
      signal: over.signal,
      name: (base) => `${base}-${token}`,
      meanwhile: (event, topic) => meeting.join(event, topic),
    };
    try {
      const brokers = [...way.brokers].map(([id, at]) => [at, `<broker ${id}>`] as const);
      return normalised(await run(route), [[token, "~"], ...brokers]);
    } catch (error) {
      meeting.fail(error);
      throw error;
    }
  };
  try {
    const [direct, proxied] = await Promise.all([seenOn(ways.direct), seenOn(ways.proxied)]);
    return { direct, proxied };
  } finally {
    over.abort();
  }
}

/** Where scenarios wait for each other; the last to come brings about what they wait for. */
class Meeting {
  readonly #parties: number;
  readonly #testbed: Testbed;
  #topics: string[] = [];
  #over = Promise.withResolvers<void>();

  constructor(parties: number, testbed: Testbed) {
    this.#parties = parties;
    this.#testbed = testbed;
    // Nobody may be there to be told of a failure.
    this.#over.promise.catch(() => {});
  }

  async join(event: ClusterEvent, topic: string): Promise<void> {
    const { promise, resolve } = this.#over;
    this.#topics.push(topic);
    if (this.#topics.length === this.#parties) {
      const topics = this.#topics;
      this.#topics = [];
      this.#over = Promise.withResolvers();
      this.#over.promise.catch(() => {});
      await event(this.#testbed, topics);
      resolve();
    }
    await promise;
  }

  fail(error: unknown): void {
    this.#over.reject(error);
  }
}

/** The value with other texts in its texts and keys, and bytes as text. */
function normalised(value: unknown, texts: readonly (readonly [string, string])[]): unknown {
  const text = (from: string): string =>
    texts
      .reduce((now, [found, instead]) => now.replaceAll(found, instead), from)
      // As where a coordinator is named: which one it is, is the cluster's choice.
      .replaceAll(/<broker (\d)>\s+\(\1\)/g, "<broker with this id>");
  if (typeof value === "string") return text(value);
  if (Buffer.isBuffer(value)) return text(value.toString());
  if (Array.isArray(value)) return value.map((each) => normalised(each, texts));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [text(key), normalised(each, texts)]));
}
