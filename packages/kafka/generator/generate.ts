import { emitFile } from "./emit/api-file.ts";
import type { FileGroup } from "./emit/api-file.ts";
import { structsOf } from "./emit/model.ts";
import { emitIndex, emitRegistry } from "./emit/registry.ts";
import { emitSupport } from "./emit/support.ts";
import { emitSkims } from "./emit/skim.ts";
import { emitTables } from "./emit/tables.ts";
import type { Message } from "./ir.ts";
import { loadFolder } from "./load.ts";
import { mergeAll } from "./merge.ts";
import { unclassified } from "./roles.ts";
import { sameRange } from "./ranges.ts";
import { skims } from "./skims.ts";

/**
 * First stage: the messages that folders of definitions, newest release first, describe together.
 * @throws Error naming the path of a field that looks like an address, a topic or a group and that
 *   classification.ts does not know.
 */
export function messagesOf(folders: readonly string[]): Message[] {
  const messages = mergeAll(folders.map(loadFolder));
  const paths = unclassified(messages);
  if (paths.length > 0) {
    throw new Error(
      `unclassified, say in packages/kafka/generator/classification.ts what they are:\n  ${paths.join("\n  ")}`,
    );
  }
  return messages;
}

export interface GeneratedFiles {
  /** Modules of the generated folder, by file name. */
  readonly code: ReadonlyMap<string, string>;
  /** The support table, in Markdown. */
  readonly support: string;
}

/** Second stage: the code for these messages. The same messages give the same files, byte for byte. */
export function filesOf(messages: readonly Message[]): GeneratedFiles {
  const groups = group(messages);
  const code = new Map<string, string>();
  for (const one of groups) code.set(`${one.file}.ts`, emitFile(one));
  code.set("registry.ts", emitRegistry(groups));
  code.set("skims.ts", emitSkims(messages, skims));
  code.set("tables.ts", emitTables(messages));
  code.set(
    "index.ts",
    emitIndex(groups, (one) => one.messages.flatMap((m) => structsOf(m).map(({ name }) => name))),
  );
  return { code, support: emitSupport(groups) };
}

/** APIs by key, then the other messages by name. */
function group(messages: readonly Message[]): FileGroup[] {
  const groups: FileGroup[] = [];
  const taken = new Set<number>();
  const alone: Message[] = [];
  for (const request of messages) {
    if (request.kind === "response") continue;
    const api = request.name.replace(/Request$/, "");
    const response = messages.find((m) => m.kind === "response" && m.name === `${api}Response`);
    if (request.kind !== "request" || response === undefined || request.apiKey === null) {
      alone.push(request);
      continue;
    }
    if (!sameRange(request.versions, response.versions)) {
      throw new Error(`${api}: request and response have different versions`);
    }
    // An API that was renamed: the new name has the key, the old one keeps its messages.
    if (taken.has(request.apiKey)) alone.push(request, response);
    else groups.push({ file: kebab(api), api, messages: [request, response] });
    taken.add(request.apiKey);
  }
  for (const message of alone) groups.push({ file: kebab(message.name), api: null, messages: [message] });
  return groups;
}

function kebab(name: string): string {
  return name.replaceAll(/(?<=[a-z\d])(?=[A-Z])/g, "-").toLowerCase();
}
