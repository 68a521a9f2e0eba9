import { classification, plain } from "./classification.ts";
import { fieldsOf } from "./ir.ts";
import type { Field, Message } from "./ir.ts";

/** What a field means beyond its type, for whoever rewrites or reports it. Closed set. */
export type Role =
  | "topicName"
  | "topicId"
  | "topicPattern"
  | "groupId"
  | "transactionalId"
  | "producerId"
  | "brokerId"
  | "brokerHost"
  | "brokerPort"
  | "nodeHost"
  | "nodePort"
  | "applicationHost"
  | "applicationPort"
  | "clientHost"
  | "aclHost"
  | "typedName"
  | "errorCode"
  | "errorMessage";

const entityRoles: ReadonlySet<string> = new Set<Role>([
  "topicName",
  "groupId",
  "transactionalId",
  "producerId",
  "brokerId",
]);

const listed = new Map<string, Role>();
for (const [role, paths] of Object.entries(classification)) {
  for (const path of paths) listed.set(path, role as Role);
}
const reviewedAsPlain = new Set(plain);

/** The role of the field at `path` ("MetadataResponse.brokers.host"), if it has one. */
export function roleOf(path: string, field: Field): Role | null {
  const reviewed = listed.get(path);
  if (reviewed !== undefined) return reviewed;
  if (field.entity !== null && entityRoles.has(field.entity)) return field.entity as Role;
  if (field.type === "uuid" && /topicIds?$/i.test(field.name)) return "topicId";
  if (field.type === "int16" && /errorCode$/i.test(field.name)) return "errorCode";
  if (field.type === "string" && /errorMessage$/i.test(field.name)) return "errorMessage";
  return null;
}

/**
 * Fields that look like an address, a topic or a group, and that neither their definition nor
 * classification.ts says anything of.
 */
export function unclassified(messages: readonly Message[]): string[] {
  const paths: string[] = [];
  for (const message of messages) {
    for (const { path, field, parent } of fieldsOf(message.fields)) {
      const full = `${message.name}.${path}`;
      if (roleOf(full, field) === null && !reviewedAsPlain.has(full) && isSuspect(field, parent)) {
        paths.push(full);
      }
    }
  }
  return paths;
}

function isSuspect({ type, name }: Field, siblings: readonly Field[]): boolean {
  switch (type) {
    case "string":
      return (
        /host|address|endpoint|listeners?$|topic|names?$|groupIds?$|groups$/i.test(name) ||
        (/key/i.test(name) && siblings.some((sibling) => /keyType/i.test(sibling.name)))
      );
    case "bytes":
      return /host|address/i.test(name);
    case "uuid":
      return /topic/i.test(name);
    case "uint16":
    case "int32":
      return /port$/i.test(name);
    default:
      return false;
  }
}
