// What a proxy says of its traffic: shapes, and what draws them. Runs in browsers too.
export * from "./rows.ts";
export type { Totals, TrafficView } from "./view.ts";
export type * from "./tap-event.ts";
export type { ConnectionStatus } from "./connection-status.ts";
export { escapeMarkup } from "./markup.ts";
export { diagramFormats, drawDiagram } from "../diagram/draw-diagram.ts";
export type { DiagramFormat, DiagramOptions } from "../diagram/draw-diagram.ts";
export { formatTapLine } from "./tap-line.ts";
