import type { JSX } from "preact";

import { timeOf } from "../format/figures.ts";
import { now } from "../state/signals.ts";
import { paused, receivedAt, streamState, view } from "../state/traffic.ts";

/** Without a view for so long, what is shown is old: they come once a second. */
const staleAfterMs = 4_000;

/** Says when what is shown is not what is. */
export function StreamStatus(): JSX.Element {
  return (
    <div class="stream-status" role="status">
      <Text />
    </div>
  );
}

function Text(): JSX.Element | null {
  const state = streamState.value;
  const at = receivedAt.value;
  if (state.state === "failed") return <p class="banner banner-bad">No live traffic: {state.reason}</p>;
  if (at === undefined) {
    if (state.state !== "waiting") return null;
    return <p class="banner banner-bad">The proxy cannot be reached: {state.reason}. Trying again.</p>;
  }
  if (state.state === "waiting" || now.value - at > staleAfterMs) {
    const why = state.state === "waiting" ? ` (${state.reason})` : "";
    return (
      <p class="banner banner-bad">
        Stale since {timeOf(new Date(at))}
        {why}: reconnecting.
      </p>
    );
  }
  if (paused.value && view.value !== undefined) {
    return <p class="banner">Paused at {timeOf(new Date(view.value.at))}.</p>;
  }
  return null;
}
