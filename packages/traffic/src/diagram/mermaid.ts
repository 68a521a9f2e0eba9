import type { Diagram, Step } from "./model.ts";

const arrows = { request: "->>", answer: "-->>", oneWay: "-)", broken: "--x" } as const;

/** A sequence diagram for Mermaid. */
export function mermaidOf({ participants, steps }: Diagram): string {
  const lines = ["sequenceDiagram"];
  for (const { id, label } of participants) lines.push(`  participant ${id} as ${escape(label)}`);
  // A diagram of nothing is refused by some.
  if (participants.length === 0) lines.push("  participant P as pagoda", "  Note over P: no requests");
  for (const step of steps) lines.push(`  ${lineOf(step)}`);
  return `${lines.join("\n")}\n`;
}

function lineOf(step: Step): string {
  if (step.kind === "note") {
    const [left, right] = step.over;
    return `Note over ${left.id},${right.id}: ${escape(step.text)}`;
  }
  return `${step.from.id}${arrows[step.arrow]}${step.to.id}: ${escape(step.text)}`;
}

/** Whatever Mermaid may take for something is an entity: it ends lines with `;`, and reads HTML. */
function escape(text: string): string {
  const coded = text.replaceAll(/[^\p{L}\p{N} ._/()[\],+=:@-]/gu, (char) => `#${char.codePointAt(0)};`);
  // A word of its language, also in a label.
  return coded.replaceAll(/\bend\b/giu, (word) => `#${word.charCodeAt(0)};${word.slice(1)}`);
}
