import type { TapEvent } from "../view/tap-event.ts";
import { asciiOf } from "./ascii.ts";
import { mermaidOf } from "./mermaid.ts";
import { diagramOf } from "./model.ts";
import { svgOf } from "./svg.ts";

export const diagramFormats = ["mermaid", "ascii", "svg"] as const;
export type DiagramFormat = (typeof diagramFormats)[number];

export interface DiagramOptions {
  /** Longest line of `ascii`, in characters; less than 40 is taken for 40. @default 80 */
  readonly width?: number;
}

/**
 * Draws who asked whom for what, in the order of time: clients, proxies, brokers, and what retriable
 * errors make clients do next. Names of clients are data: they cannot become part of the drawing.
 * Ends with a line break.
 */
export function drawDiagram(
  events: readonly TapEvent[],
  format: DiagramFormat,
  { width = 80 }: DiagramOptions = {},
): string {
  const diagram = diagramOf(events);
  if (format === "mermaid") return mermaidOf(diagram);
  return format === "ascii" ? asciiOf(diagram, width) : svgOf(diagram);
}
