import type { TapEvent, TapMessage } from "@pagoda/traffic/view";

import type { AdminClient } from "../admin-client/client.ts";
import { AdminVersionError } from "../admin-client/errors.ts";
import { adminClient } from "../admin-client/flags.ts";
import { exitCodes } from "../exit.ts";
import { interrupted } from "../interrupted.ts";
import { safeJson, safeLines } from "../output/safe.ts";
import { processTerminal } from "../output/terminal.ts";
import type { Terminal } from "../output/terminal.ts";
import { drawDiagram, formatTapLine } from "@pagoda/traffic/view";
import { readTapFlags } from "./tap-flags.ts";
import type { TapQuery } from "./tap-flags.ts";

/** Exchanges that a diagram is drawn of: the last ones. More nobody reads. */
const maxDrawn = 200;

/** @throws UsageError, and what AdminClient throws */
export async function runTap(args: readonly string[], terminal?: Terminal): Promise<number> {
  const { query, values, count, forMs, diagram, json } = readTapFlags(args);
  const out = terminal ?? processTerminal({ noColor: true });
  using interrupt = interrupted();
  const signals = [interrupt.signal, ...(forMs === undefined ? [] : [AbortSignal.timeout(forMs)])];
  const messages = tapMessages(adminClient(values), query, AbortSignal.any(signals));
  const kept: TapEvent[] = [];
  let seen = 0;
  if (diagram !== undefined) out.remark("collecting; Ctrl-C ends it, and draws");
  for await (const message of messages) {
    if (message.kind === "missed") {
      out.remark(missedText(message));
      continue;
    }
    seen += 1;
    if (diagram !== undefined) {
      kept.push(message.event);
      if (kept.length > maxDrawn) kept.shift();
    } else if (json) await out.print(`${safeJson(message.event)}\n`);
    else await out.print(`${safeLines(formatTapLine(message.event))}\n`);
    if (seen === count) break;
  }
  if (diagram !== undefined) {
    if (seen > kept.length) out.remark(`drawn: the last ${kept.length} of ${seen}`);
    if (seen === 0) out.remark("nothing matched: there is nothing to draw");
    else await out.print(`${safeLines(drawDiagram(kept, diagram).trimEnd())}\n`);
  }
  return exitCodes.ok;
}

/** What a tap sends, until the signal is aborted. @throws as `AdminClient.events` */
export async function* tapMessages(
  client: AdminClient,
  query: TapQuery,
  signal: AbortSignal,
): AsyncGenerator<TapMessage> {
  for await (const { event, data } of client.events("/api/tap", { query, signal })) {
    if (event === "event" || event === "missed") yield messageIn(event, data, client);
  }
}

/** The data of an event is the exchange, or the counts; or either with its kind around it. */
function messageIn(kind: "event" | "missed", data: string, { url }: AdminClient): TapMessage {
  try {
    const value = JSON.parse(data) as TapMessage | (TapEvent & { readonly kind?: undefined });
    if (value.kind !== undefined) return value;
    return kind === "event"
      ? { kind, event: value }
      : { sampledOut: 0, dropped: 0, ...(value as object), kind };
  } catch {
    throw new AdminVersionError(`${url} sent an event that is no JSON: is it a Pagoda proxy?`);
  }
}

function missedText({ sampledOut, dropped }: TapMessage & { readonly kind: "missed" }): string {
  const parts = [
    ...(sampledOut > 0 ? [`${sampledOut} left out above --max-rps`] : []),
    ...(dropped > 0 ? [`${dropped} dropped because this side reads too slowly`] : []),
  ];
  return `missed: ${parts.join(", ") || "none"}`;
}
