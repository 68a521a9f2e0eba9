/** One instruction of a Dockerfile, its lines joined. */
export interface Instruction {
  readonly name: string;
  readonly rest: string;
}

/** The stages of a Dockerfile, each from its `FROM` on. Knows what ours has: no heredocs, no escapes. */
export function stagesOf(text: string): readonly (readonly Instruction[])[] {
  const stages: Instruction[][] = [];
  const lines = text
    .replaceAll(/^#.*\n/gm, "")
    .replaceAll(/\\\n\s*/g, " ")
    .split("\n");
  for (const line of lines.filter((one) => one !== "")) {
    const at = line.indexOf(" ");
    const instruction = { name: line.slice(0, at), rest: line.slice(at + 1) };
    if (instruction.name === "FROM") stages.push([instruction]);
    else stages.at(-1)?.push(instruction);
  }
  return stages;
}
