import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { parseDefinition } from "./definition.ts";
import type { Message } from "./ir.ts";
import { kinds, resolve } from "./resolve.ts";

/**
 * The messages defined in one folder, by name. Definitions of other kinds than those on the wire
 * between clients and brokers (`metadata`, `coordinator-key`, ...) are passed over.
 */
export function loadFolder(folder: string): Map<string, Message> {
  const messages = new Map<string, Message>();
  let definitions = 0;
  const unstableKeys = new Set<number>();
  for (const file of readdirSync(folder).toSorted()) {
    if (!file.endsWith(".json")) continue;
    const definition = parseDefinition(readFileSync(join(folder, file), "utf8"));
    if (!kinds.has(definition.type)) continue;
    definitions++;
    const message = resolve(definition);
    if (message === null) continue;
    messages.set(message.name, message);
    if (message.unstable !== null && message.apiKey !== null) unstableKeys.add(message.apiKey);
  }
  if (definitions === 0) throw new Error(`no message definitions (*.json) in ${folder}`);
  // Only requests say so; it goes for the response as well.
  for (const [name, message] of messages) {
    if (message.apiKey !== null && unstableKeys.has(message.apiKey)) {
      messages.set(name, { ...message, unstable: message.versions[1] });
    }
  }
  return messages;
}
