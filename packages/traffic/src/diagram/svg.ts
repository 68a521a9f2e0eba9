import { escapeMarkup } from "../view/markup.ts";
import type { Diagram, Participant, Step } from "./model.ts";

const gap = 300;
const margin = 120;
const head = 48;
const row = 34;
const noteRow = 30;

/**
 * A sequence diagram as SVG. Lines and text are drawn in the colour of the text around it
 * (`currentColor`), so that it fits light and dark pages; messages with an error are bold, and have the
 * class `error`. It has no ids, styles or scripts: several of them may be in one page.
 */
export function svgOf({ participants, steps, title }: Diagram): string {
  const columns = new Map(participants.map((one, index) => [one, margin + index * gap]));
  const width = participants.length === 0 ? 2 * margin : 2 * margin + (participants.length - 1) * gap;
  let y = head + row;
  const drawn: string[] = [];
  for (const step of steps) {
    drawn.push(step.kind === "note" ? note(step, columns, y) : message(step, columns, y));
    y += step.kind === "note" ? noteRow : row;
  }
  const height = participants.length === 0 ? head : y;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" fill="none" stroke="currentColor" font-family="ui-monospace, monospace" font-size="12">`,
    `<title>${escape(titleOf(title, participants))}</title>`,
    ...(participants.length === 0 ? [text(margin, head / 2, "middle", title)] : []),
    ...participants.map((one) => column(one, columns.get(one) as number, height)),
    ...drawn,
    "</svg>",
    "",
  ].join("\n");
}

function titleOf(title: string, participants: readonly Participant[]): string {
  return participants.length === 0 ? title : `${title}: ${participants.map(({ label }) => label).join(", ")}`;
}

function column({ label }: Participant, x: number, height: number): string {
  return `<path d="M${x} ${head}V${height - 8}" stroke-opacity="0.35"/>${text(x, head / 2, "middle", short(label, 34), label)}`;
}

function message(
  step: Extract<Step, { kind: "message" }>,
  columns: ReadonlyMap<Participant, number>,
  y: number,
): string {
  const from = columns.get(step.from) as number;
  const to = columns.get(step.to) as number;
  const back = from < to ? -1 : 1;
  const dash = step.arrow === "answer" || step.arrow === "broken" ? ` stroke-dasharray="5 4"` : "";
  const heads = {
    request: `M${to + back * 9} ${y - 5}L${to} ${y}L${to + back * 9} ${y + 5}z`,
    answer: `M${to + back * 9} ${y - 5}L${to} ${y}L${to + back * 9} ${y + 5}`,
    oneWay: `M${to + back * 9} ${y - 5}L${to} ${y}`,
    broken: `M${to + back * 14} ${y - 5}l10 10m0 -10l-10 10`,
  };
  const filled = step.arrow === "request" ? ` fill="currentColor"` : "";
  const room = Math.floor(Math.abs(to - from) / 7.5);
  const label = text((from + to) / 2, y - 7, "middle", short(step.text, room), step.text);
  const kind = step.isError ? ` class="error" font-weight="bold"` : "";
  return `<g${kind}><path d="M${from} ${y}H${to}"${dash}/><path d="${heads[step.arrow]}"${filled}/>${label}</g>`;
}

function note(
  { over, text: said }: Extract<Step, { kind: "note" }>,
  columns: ReadonlyMap<Participant, number>,
  y: number,
): string {
  const x = Math.min(...over.map((one) => columns.get(one) as number)) + 8;
  return `<g class="note" font-style="italic">${text(x, y - 8, "start", said)}</g>`;
}

/** @param full what the text was before it was shortened: shown when pointed at */
function text(x: number, y: number, anchor: string, shown: string, full = shown): string {
  const title = full === shown ? "" : `<title>${escape(full)}</title>`;
  return `<text x="${x}" y="${y}" text-anchor="${anchor}" fill="currentColor" stroke="none">${title}${escape(shown)}</text>`;
}

function short(label: string, room: number): string {
  return label.length <= room ? label : `${label.slice(0, room - 1)}…`;
}

/** What XML does not allow at all went before: see `printable`. */
function escape(label: string): string {
  return escapeMarkup(label).replaceAll(/[\uFFFE\uFFFF\p{Cs}]/gu, "?");
}
