// Consumer groups, of the classic protocol and of KIP-848: members come and go, offsets stay.

import { eventually } from "../support/eventually.ts";
import { kafkajs as kafkajsClient } from "../support/kafkajs.ts";
import { joinWithJava, joinWithKafkajs, joinWithKcat, joinWithPlatformatic } from "./member.ts";
import type { Join, Member } from "./member.ts";
import type { Route } from "./route.ts";
import { newTopic } from "./scenario.ts";
import type { Scenario } from "./scenario.ts";

const partitions = [0, 1, 2, 3];
const waitMs = 40_000;

/** One member reads all; another one joins and takes its share; it leaves, and the first has all again. */
function membersComeAndGo(join: Join, state = "Empty"): Scenario {
  return {
    run: async (route) => {
      const topic = await newTopic(route, "shared", { partitions: partitions.length });
      const groupId = route.name("group");
      const members: Member[] = [];
      const has = (what: string, holds: () => boolean): Promise<void> =>
        eventually(() => {
          if (holds()) return;
          const now = members.map((each) => ({ partitions: each.partitions, values: each.values }));
          throw new Error(`not ${what}, but ${JSON.stringify(now)}`);
        }, waitMs);
      const valuesRead = (): string[] => [...new Set(members.flatMap(({ values }) => values))].toSorted();

      await send(route, topic, "first");
      const one = await join(route, topic, groupId);
      members.push(one);
      await has("alone", () => one.partitions.length === 4 && valuesRead().length === 4);
      const alone = one.partitions.toSorted((a, b) => a - b);

      const other = await join(route, topic, groupId);
      members.push(other);
      await has("shared", () => {
        const all = [...one.partitions, ...other.partitions];
        return all.length === 4 && new Set(all).size === 4 && other.partitions.length === 2;
      });
      const shares = [one.partitions.length, other.partitions.length];
      await send(route, topic, "second");
      await has("read by both", () => valuesRead().length === 8);
      const otherRead = countOf(other, "second");

      await other.leave();
      await has("alone again", () => one.partitions.length === 4);
      await send(route, topic, "third");
      await has("read by the one", () => valuesRead().length === 12);
      const oneReadLast = countOf(one, "third");
      await one.leave();
      return {
        alone,
        shares,
        otherRead,
        oneReadLast,
        read: valuesRead(),
        ...(await leftBehind(route, topic, groupId)),
      };
    },
    sees: {
      alone: partitions,
      shares: [2, 2],
      otherRead: 2,
      oneReadLast: 4,
      read: ["first", "second", "third"].flatMap((word) => partitions.map((each) => `${word} ${each}`)),
      offsets: partitions.map((partition) => ({ partition, offset: "3" })),
      state,
    },
  };
}

/** Different ones: what a member had not committed when partitions moved it reads again. */
function countOf({ values }: Member, word: string): number {
  return new Set(values.filter((value) => value.startsWith(word))).size;
}

/** A value for each partition. */
async function send(route: Route, topic: string, word: string): Promise<void> {
  const producer = kafkajsClient(route.bootstrap).producer();
  await producer.connect();
  await producer.send({
    topic,
    messages: partitions.map((partition) => ({ partition, value: `${word} ${partition}` })),
  });
  await producer.disconnect();
}

async function leftBehind(route: Route, topic: string, groupId: string) {
  const admin = kafkajsClient(route.bootstrap).admin();
  await admin.connect();
  const [fetched] = await admin.fetchOffsets({ groupId, topics: [topic] });
  const { groups } = await admin.listGroups();
  const { groups: described } = await admin.describeGroups([groupId]);
  await admin.disconnect();
  return {
    offsets: fetched?.partitions
      .map(({ partition, offset }) => ({ partition, offset }))
      .toSorted((a, b) => a.partition - b.partition),
    listed: groups.filter((group) => group.groupId === groupId),
    state: described[0]?.state,
  };
}

/** Where a member gives out the partitions. */
export const classicGroups = {
  kcat: membersComeAndGo(joinWithKcat),
  java: { ...membersComeAndGo(joinWithJava("classic")), needs: "kafka" },
  kafkajs: membersComeAndGo(joinWithKafkajs),
  platformatic: membersComeAndGo(joinWithPlatformatic("classic")),
} as const satisfies Readonly<Record<string, Scenario>>;

/**
 * Where the broker does (KIP-848). kcat and kafkajs do not speak it, and when kafkajs asks for the
 * group's state there is none that it would understand.
 */
export const brokerGroups = {
  java: { ...membersComeAndGo(joinWithJava("consumer"), "Dead"), needs: "kafka" },
  platformatic: { ...membersComeAndGo(joinWithPlatformatic("consumer"), "Dead"), needs: "kafka" },
} as const satisfies Readonly<Record<string, Scenario>>;
