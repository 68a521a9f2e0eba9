import type { Message } from "../ir.ts";
import { codecName, header } from "./api-file.ts";
import type { FileGroup } from "./api-file.ts";

/** `registry.ts`: every message by name, every API by name and by key. */
export function emitRegistry(groups: readonly FileGroup[]): string {
  const lines = [header];
  lines.push('import type { ApiDefinition } from "../api.ts";');
  lines.push('import type { MessageCodec } from "../message.ts";');
  for (const { file, api, messages } of groups) {
    const values = [...(api === null ? [] : [api]), ...messages.map(codecName)];
    lines.push(`import { ${values.join(", ")} } from "./${file}.ts";`);
    lines.push(`import type { ${messages.map(({ name }) => name).join(", ")} } from "./${file}.ts";`);
  }
  const all = groups.flatMap(({ messages }) => messages);
  const apis = groups.flatMap(({ api, messages }) => (api === null ? [] : [{ api, messages }]));
  lines.push(
    "",
    "/** The type of every message, by its name. */",
    "export interface MessageTypes {",
    ...all.map(({ name }) => `  readonly ${name}: ${name};`),
    "}",
    "",
    "/** Every message's codec, by the message's name. */",
    "export const messages: { readonly [Name in keyof MessageTypes]: MessageCodec<MessageTypes[Name]> } = {",
    ...all.map((message) => `  ${message.name}: ${codecName(message)},`),
    "};",
    "",
    "/** Request and response types of every API, by its name. */",
    "export interface ApiTypes {",
    ...apis.map(({ api, messages }) => `  readonly ${api}: ${typesOf(messages)};`),
    "}",
    "",
    "/** Every API, by its name. */",
    "export const apis: {",
    '  readonly [Name in keyof ApiTypes]: ApiDefinition<ApiTypes[Name]["request"], ApiTypes[Name]["response"]>;',
    "} = {",
    ...apis.map(({ api }) => `  ${api},`),
    "};\n",
  );
  return lines.join("\n");
}

function typesOf(messages: readonly Message[]): string {
  return `{ readonly request: ${messages[0]?.name}; readonly response: ${messages[1]?.name} }`;
}

/** `index.ts`: what every generated module exports. */
export function emitIndex(
  groups: readonly FileGroup[],
  typesIn: (group: FileGroup) => readonly string[],
): string {
  const lines = [header];
  for (const group of groups) {
    const values = [...(group.api === null ? [] : [group.api]), ...group.messages.map(codecName)];
    lines.push(`export { ${values.join(", ")} } from "./${group.file}.ts";`);
    lines.push(`export type { ${typesIn(group).join(", ")} } from "./${group.file}.ts";`);
  }
  return `${lines.join("\n")}\n`;
}
