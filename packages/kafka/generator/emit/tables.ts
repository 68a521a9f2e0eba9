import { fieldsOf } from "../ir.ts";
import type { Message } from "../ir.ts";
import { roleOf } from "../roles.ts";
import type { Role } from "../roles.ts";
import { header } from "./api-file.ts";

const order: readonly Role[] = [
  "brokerHost",
  "brokerPort",
  "brokerId",
  "nodeHost",
  "nodePort",
  "applicationHost",
  "applicationPort",
  "clientHost",
  "aclHost",
  "topicName",
  "topicId",
  "topicPattern",
  "typedName",
  "groupId",
  "transactionalId",
  "producerId",
  "errorCode",
  "errorMessage",
];

/** `tables.ts`: where in which messages the fields of each role are. */
export function emitTables(messages: readonly Message[]): string {
  const positions = new Map<Role, string[]>(order.map((role) => [role, []]));
  for (const message of messages) {
    for (const { path, field } of fieldsOf(message.fields)) {
      const role = roleOf(`${message.name}.${path}`, field);
      if (role === null) continue;
      const [from, to] = field.versions;
      positions
        .get(role)
        ?.push(
          `    { message: "${message.name}", apiKey: ${message.apiKey}, path: "${path}", versions: [${from}, ${to}] },`,
        );
    }
  }
  return [
    header,
    'import type { FieldRole, VersionRange } from "../schema/schema.ts";',
    "",
    "/** Where a field is: its message, the names that lead to it, and the versions that have it. */",
    "export interface FieldPosition {",
    "  readonly message: string;",
    "  readonly apiKey: number | null;",
    "  /** Names joined by dots; what is an array is passed through element by element. */",
    "  readonly path: string;",
    "  readonly versions: VersionRange;",
    "}",
    "",
    "/** Every field that has a role, by role. */",
    "export const fieldPositions: Readonly<Record<FieldRole, readonly FieldPosition[]>> = {",
    ...[...positions].map(([role, lines]) => [`  ${role}: [`, ...lines, "  ],"].join("\n")),
    "};\n",
  ].join("\n");
}
