import type { BenchReport, Spread, Table } from "./bench.ts";

/** A report as a Markdown table per figure: for the terminal, and for docs/benchmarks.md as it is. */
export function toMarkdown({ tables, notes }: BenchReport): string {
  return [...tables.map(table), ...(notes.length === 0 ? [] : [notes.map((note) => `- ${note}`).join("\n")])].join(
    "\n\n",
  );
}

function table({ title, unit, baseline, rounds, rows }: Table): string {
  const header = ["variant", `${unit}, median (min–max)`, `× ${baseline}, median (min–max)`];
  const cells = [header, ...rows.map(({ variant, value, ratio }) => [variant, show(value, 3), show(ratio, 3)])];
  const widths = header.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  const lines = cells.map((row) => `| ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(" | ")} |`);
  lines.splice(1, 0, `|${widths.map((width) => "-".repeat(width + 2)).join("|")}|`);
  return [`**${title}** (${rounds} rounds)`, "", ...lines].join("\n");
}

function show({ median, min, max }: Spread, digits: number): string {
  return `${figure(median, digits)} (${figure(min, digits)}–${figure(max, digits)})`;
}

function figure(value: number, digits: number): string {
  return value >= 1000 ? Math.round(value).toString() : value.toPrecision(digits);
}
