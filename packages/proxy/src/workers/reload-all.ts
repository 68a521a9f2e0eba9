import { messageOf } from "@pagoda/core";

import type { Child } from "./child.ts";
import type { ReloadResult } from "../runtime/reloader.ts";

/**
 * Reloads one worker, then all others at once. What the first one rejects is not shown to the
 * others: a bad file, or a port that is taken, changes nothing anywhere. `partial` when they do not
 * end with one outcome and one configuration; the message says which worker has what.
 */
export async function reloadAll(children: readonly Child[], timeoutMs: number): Promise<ReloadResult> {
  const [first, ...others] = children;
  if (first === undefined) return { outcome: "rejected", hash: "", message: "no worker runs" };
  const begun = await reloadOne(first, timeoutMs);
  if (begun.outcome === "rejected") return begun;
  const results = [begun, ...(await Promise.all(others.map((child) => reloadOne(child, timeoutMs))))];
  const agreed = results.every(({ outcome, hash }) => outcome === begun.outcome && hash === begun.hash);
  if (agreed) return begun;
  const said = results.map(
    ({ outcome, hash, message }, n) =>
      `worker ${children[n]?.id}: ${outcome} ${hash}${message === "" ? "" : ` (${message})`}`,
  );
  return { outcome: "partial", hash: begun.hash, message: said.join("; ") };
}

/** A worker that does not say how it ended may have either configuration. */
async function reloadOne(child: Child, timeoutMs: number): Promise<ReloadResult> {
  try {
    return await child.ask({ kind: "reload" }, timeoutMs);
  } catch (error) {
    return { outcome: "partial", hash: "", message: messageOf(error) };
  }
}
