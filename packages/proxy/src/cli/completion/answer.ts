import { adminClient } from "../admin-client/flags.ts";
import { trafficOf } from "../admin-client/traffic.ts";
import { commands } from "../commands/table.ts";
import { exitCodes } from "../exit.ts";
import type { NameKind } from "../flags.ts";
import { complete } from "./complete.ts";

/** Nobody waits longer for a key press. */
const timeoutMs = 1_000;

/** What the scripts ask for: candidates, a line each, and `:files` where files may follow. */
export async function answer(args: readonly string[]): Promise<number> {
  const words = args[0] === "--" ? args.slice(1) : args;
  const found = await complete(commands, words, (kind) => namesOf(kind, words).catch(() => []));
  const lines = found.files ? [...found.words, ":files"] : found.words;
  process.stdout.write(lines.map((line) => `${line}\n`).join(""));
  return exitCodes.ok;
}

async function namesOf(kind: NameKind, words: readonly string[]): Promise<readonly string[]> {
  if (kind === "api" || kind === "error") {
    // The whole codec: loaded only for this.
    const { apis, kafkaErrors } = await import("@pagoda/kafka/protocol");
    return kind === "api" ? Object.keys(apis) : kafkaErrors.map(({ name }) => name);
  }
  const admin = words[words.indexOf("--admin") + 1];
  const token = words[words.indexOf("--token") + 1];
  const client = adminClient(
    {
      ...(words.includes("--admin") && admin !== undefined && { admin }),
      ...(words.includes("--token") && token !== undefined && { token }),
    },
    { timeoutMs },
  );
  const view = await trafficOf(client, "15m");
  const names = {
    topic: () => view.topics.map(({ topic }) => topic),
    client: () => view.clients.map(({ client }) => client),
    group: () => view.groups.map(({ group }) => group),
    broker: () => view.brokers.map(({ nodeId }) => nodeId),
    listener: () => view.listeners.map(({ listener }) => listener),
    connection: () => [],
  };
  return [...new Set<string>(names[kind]())];
}
