import type { Message } from "../ir.ts";
import type { EmitStruct } from "./model.ts";
import { defaultValue, differsFromDefault } from "./values.ts";

/** A function that makes the struct with every field at its default. */
export function emitDefault(message: Message, struct: EmitStruct): string {
  const values = struct.fields.map((field) => `${field.name}: ${defaultValue(message, field)}`);
  if (message.flexible !== null) values.push("unknownTaggedFields: null");
  return `function default${struct.name}(): ${struct.name} {\n  return { ${values.join(", ")} };\n}\n`;
}

/** A function that tells whether every field is at its default. */
export function emitIsDefault(message: Message, struct: EmitStruct): string {
  const differs = struct.fields.map((field) => differsFromDefault(message, field, `x.${field.name}`));
  if (message.flexible !== null) {
    differs.push(
      "(x.unknownTaggedFields !== null && x.unknownTaggedFields !== undefined && x.unknownTaggedFields.length !== 0)",
    );
  }
  const all = differs.length === 0 ? "false" : differs.join(" ||\n    ");
  return `function isDefault${struct.name}(x: ${struct.name}): boolean {\n  return !(\n    ${all}\n  );\n}\n`;
}
