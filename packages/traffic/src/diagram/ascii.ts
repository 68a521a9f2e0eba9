import type { Diagram, Participant, Step } from "./model.ts";

/** Columns nearer to each other have no room for text. */
const minGap = 16;
const minWidth = 40;

/** A sequence diagram in plain ASCII, in lines of at most `width` characters. */
export function asciiOf(diagram: Diagram, width: number): string {
  if (diagram.participants.length === 0) return `${diagram.title}\n`;
  const { participants, steps } = fit(diagram, Math.max(width, minWidth));
  const usable = Math.max(width, minWidth);
  const gap = Math.min(Math.floor((usable - 12) / Math.max(participants.length - 1, 1)), 46);
  const left = Math.min(5, Math.floor(gap / 2));
  const columns = new Map(participants.map((one, index) => [one, left + index * gap]));
  const end = Math.max(...columns.values()) + 7;
  const canvas = { columns, width: Math.min(usable, Math.max(end, 20)), gap };
  const lines = [...heads(canvas, participants)];
  for (const step of steps) lines.push(...linesOf(canvas, step));
  lines.push(bars(canvas));
  return `${lines.map((line) => line.trimEnd()).join("\n")}\n`;
}

interface Canvas {
  /** Where each participant's line is. */
  readonly columns: ReadonlyMap<Participant, number>;
  readonly width: number;
  readonly gap: number;
}

/** Too many for the width share one column by kind, and each message says who it is. */
function fit(diagram: Diagram, width: number): Diagram {
  const { participants } = diagram;
  const kinds = new Map<string, Participant[]>();
  for (const one of participants) {
    const kind = one.id.charAt(0);
    kinds.set(kind, [...(kinds.get(kind) ?? []), one]);
  }
  if ((participants.length - 1) * minGap <= width - 12) return diagram;
  const names = { C: "clients", P: "pagoda", B: "brokers" } as const;
  const folded = new Map<Participant, Participant>();
  const columns: Participant[] = [];
  for (const [kind, all] of kinds) {
    const label = all.length === 1 ? (all[0] as Participant).label : names[kind as keyof typeof names];
    const one = { id: kind, label };
    columns.push(one);
    for (const each of all) folded.set(each, one);
  }
  const place = (one: Participant): Participant => folded.get(one) as Participant;
  const who = (one: Participant): string => (kinds.get(one.id.charAt(0))?.length === 1 ? "" : one.label);
  const steps = diagram.steps.map((step): Step => {
    if (step.kind === "note") return { ...step, over: [place(step.over[0]), place(step.over[1])] };
    const named = [who(step.from), who(step.to)].filter((name) => name !== "").join(", ");
    const text = named === "" ? step.text : `${named}: ${step.text}`;
    return { ...step, from: place(step.from), to: place(step.to), text };
  });
  return { ...diagram, participants: columns, steps };
}

function bars({ columns, width }: Canvas): string {
  const line = Array.from({ length: width }, () => " ");
  for (const at of columns.values()) line[at] = "|";
  return line.join("");
}

function put(line: string, at: number, text: string): string {
  return line.slice(0, at) + text + line.slice(at + text.length);
}

function heads(canvas: Canvas, participants: readonly Participant[]): string[] {
  const { columns, width, gap } = canvas;
  const cut = participants.map(({ label }) => wrap(plain(label), gap - 2).slice(0, 3));
  const rows = Math.max(...cut.map((lines) => lines.length));
  return Array.from({ length: rows }, (_, row) => {
    let line = " ".repeat(width);
    for (const [index, one] of participants.entries()) {
      const text = cut[index]?.[row] ?? "";
      const middle = (columns.get(one) as number) - Math.floor(text.length / 2);
      line = put(line, Math.max(Math.min(middle, width - text.length), 0), text);
    }
    return line.slice(0, width);
  });
}

function linesOf(canvas: Canvas, step: Step): string[] {
  if (step.kind === "note") {
    const [from] = step.over;
    const at = (canvas.columns.get(from) as number) + 2;
    const lines = wrap(`* ${plain(step.text)}`, canvas.width - at);
    return [...lines.map((text) => put(bars(canvas), at, text)), bars(canvas)];
  }
  const from = canvas.columns.get(step.from) as number;
  const to = canvas.columns.get(step.to) as number;
  const [left, right] = from < to ? [from, to] : [to, from];
  const room = right - left - 3;
  const texts = wrap(plain(step.text), room).map((text) => put(bars(canvas), left + 2, text.padEnd(room)));
  return [...texts, put(bars(canvas), left + 1, shaft(step.arrow, right - left - 1, from < to))];
}

function shaft(arrow: "request" | "answer" | "oneWay" | "broken", length: number, toRight: boolean): string {
  const body = (arrow === "answer" || arrow === "broken" ? "- ".repeat(length) : "-".repeat(length)).slice(
    0,
    length - 1,
  );
  const head = { request: [">", "<"], answer: [">", "<"], oneWay: [")", "("], broken: ["x", "x"] }[arrow];
  return toRight ? `${body}${head[0]}` : `${head[1]}${body}`;
}

/** Lines of at most `room` characters; a word that is longer is cut in pieces. */
function wrap(text: string, room: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    let rest = word;
    if (line !== "" && line.length + 1 + rest.length > room) {
      lines.push(line);
      line = "";
    }
    while (rest.length > room) {
      lines.push(rest.slice(0, room));
      rest = rest.slice(room);
    }
    line = line === "" ? rest : `${line} ${rest}`;
  }
  return [...lines, line];
}

function plain(text: string): string {
  return text.replaceAll("…", "...").replaceAll(/[^ -~]/gu, "?");
}
