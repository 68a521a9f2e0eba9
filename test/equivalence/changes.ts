// The cluster changes while clients are at work: leaders move, brokers restart, topics are made anew.

import { eventually } from "../support/eventually.ts";
import { kafkajs as kafkajsClient } from "../support/kafkajs.ts";
import { leadersMove, leadersRestart } from "./route.ts";
import type { ClusterEvent, Route } from "./route.ts";
import { newTopic } from "./scenario.ts";
import type { Scenario } from "./scenario.ts";
import { storedIn } from "./stored.ts";
import { talkWithJava, talkWithKafkajs, talkWithKcat, talkWithPlatformatic } from "./talker.ts";
import type { StartTalking, Talker } from "./talker.ts";

const waitMs = 60_000;
const paceMs = 20;
const atLeastEach = 10;
const maxAttempts = 3;

/** Values go on being produced and consumed before, during and after the event. */
function goesOnThrough(event: ClusterEvent, startTalking: StartTalking): Scenario {
  return {
    run: async (route) => {
      const topic = await newTopic(route, "talk", { leader: 1 });
      const talker = await startTalking(route, topic);
      const sent: string[] = [];
      const send = async (phase: string, n: number): Promise<void> => {
        const value = `${phase} ${n}`;
        sent.push(value);
        await talker.send(value);
        await pause();
      };
      for (let n = 0; n < atLeastEach; n++) await send("before", n);
      await hasRead(talker, "before 0");
      const isOver = new AbortController();
      const happening = route.meanwhile(event, topic).finally(() => isOver.abort());
      for (let n = 0; !isOver.signal.aborted; n++) await send("during", n);
      await happening;
      for (let n = 0; n < atLeastEach; n++) await send("after", n);
      await hasRead(talker, `after ${atLeastEach - 1}`);
      const { records } = await storedIn(route.bootstrap, topic, sent.length);
      await talker.close();
      const stored = records.map((record) => record.slice("null=".length).trimEnd());
      const sentDuring = sent.filter((value) => value.startsWith("during")).length;
      return {
        sentEnough: sent.length >= 2 * atLeastEach && sentDuring > 0,
        stored: comparison(stored, sent),
        // An offset that was not committed is read from once more.
        read: comparison([...new Set(talker.values)], sent),
      };
    },
    sees: { sentEnough: true, stored: asSent, read: asSent },
  };
}

const asSent = { missing: [], twice: [], inOrder: true };

/** What was found, compared with what was sent. */
function comparison(found: readonly string[], sent: readonly string[]): unknown {
  return {
    missing: sent.filter((value) => !found.includes(value)),
    twice: found.filter((value, at) => found.indexOf(value) !== at),
    inOrder: JSON.stringify(found) === JSON.stringify(sent),
  };
}

/** A topic is removed, and made anew under its name, while a producer lives. */
function outlivesTopic(startTalking: StartTalking): Scenario {
  return {
    run: async (route) => {
      const topic = await newTopic(route, "anew");
      let talker = await startTalking(route, topic);
      await talker.send("old");
      await hasRead(talker, "old");
      await makeAnew(route, topic);
      let stored = await sendAndSee(route, topic, talker);
      // A client may give up on a topic that is gone: whoever uses it tries again, with a new one.
      for (let attempt = 1; stored.length === 0 && attempt < maxAttempts; attempt++) {
        await talker.close();
        talker = await startTalking(route, topic);
        stored = await sendAndSee(route, topic, talker);
      }
      await talker.close();
      return { stored: [...new Set(stored)] };
    },
    sees: { stored: ["new"] },
  };
}

/** Sends a value, and answers what is stored then; nothing if that takes too long. */
async function sendAndSee({ bootstrap }: Route, topic: string, talker: Talker): Promise<readonly string[]> {
  await talker.send("new").catch(() => {});
  const { records } = await storedIn(bootstrap, topic, 1, 10);
  return records.map((record) => record.slice("null=".length).trimEnd());
}

async function makeAnew(route: Route, topic: string): Promise<void> {
  const admin = kafkajsClient(route.bootstrap).admin();
  await admin.connect();
  await admin.deleteTopics({ topics: [topic] });
  await eventually(async () => {
    await admin.createTopics({ topics: [{ topic, replicationFactor: 3 }], waitForLeaders: true });
  });
  await admin.disconnect();
}

function hasRead({ values }: Talker, value: string): Promise<void> {
  return eventually(() => {
    if (!values.includes(value)) throw new Error(`"${value}" was not read, only ${values.length} others`);
  }, waitMs);
}

/** As a program that has something else to do between two values. */
function pause(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, paceMs);
  });
}

type Clients = Readonly<Record<"kcat" | "java" | "kafkajs" | "platformatic", Scenario>>;

const withEach = (scenarioOf: (startTalking: StartTalking) => Scenario): Clients => ({
  kcat: scenarioOf(talkWithKcat),
  java: { ...scenarioOf(talkWithJava), needs: "kafka" },
  kafkajs: scenarioOf(talkWithKafkajs),
  platformatic: scenarioOf(talkWithPlatformatic),
});

export const leaderChange: Clients = withEach((startTalking) => goesOnThrough(leadersMove, startTalking));
export const brokerRestart: Clients = withEach((startTalking) => goesOnThrough(leadersRestart, startTalking));
export const topicMadeAnew: Clients = withEach(outlivesTopic);
