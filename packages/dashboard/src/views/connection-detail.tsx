import type { JSX } from "preact";
import { useEffect, useMemo } from "preact/hooks";

import type { ConnectionsAnswer } from "../api/shapes.ts";
import { download, Facts, Panel } from "../components/bits.tsx";
import { PageHead } from "../components/page-head.tsx";
import { drawDiagram } from "@pagoda/traffic/view";
import { amount, duration } from "../format/figures.ts";
import { brokerText } from "../format/tap-text.ts";
import { usePolled } from "../state/polled.ts";
import { hrefOf } from "../state/route.ts";
import { now } from "../state/signals.ts";
import { TapSession } from "../state/tap-session.ts";
import { EventsTable } from "./events-table.tsx";

/** Exchanges that are drawn. */
const drawn = 200;

/** What passes on one connection, as it passes, as a sequence of messages. */
export function ConnectionDetail({ id }: { readonly id: string }): JSX.Element {
  const { value } = usePolled<ConnectionsAnswer>("api/connections", 2_000);
  const row = value?.connections.find((each) => each.id === id);
  const session = useMemo(() => new TapSession(drawn), [id]);
  useEffect(() => {
    session.start({ connection: id });
    return () => session.stop();
  }, [session, id]);
  const events = session.events.value;
  const state = session.state.value;
  const oldestFirst = events.toReversed();
  return (
    <>
      <PageHead title={id} up={{ href: hrefOf("connections"), text: "Connections" }}>
        <a href={hrefOf("tap", [], { connection: id })}>tap</a>
      </PageHead>
      {row === undefined && value !== undefined && <p class="banner">This connection is closed.</p>}
      {row !== undefined && (
        <Facts
          facts={[
            ["Client", row.client ?? "-"],
            ["Software", row.software ?? "-"],
            ["Principal", row.principal ?? "-"],
            ["From", row.source],
            ["Broker", brokerText(row.node)],
            ["Listener", row.listener],
            ["TLS", row.tls ? "yes" : "no"],
            ["Requests", amount(row.requests)],
            ["Open for", duration(Math.max(0, now.value - row.openedAt))],
          ]}
        />
      )}
      {state?.state === "failed" && <p class="banner banner-bad">{state.reason}</p>}
      <Panel
        title="Sequence"
        aside={
          <button
            type="button"
            disabled={events.length === 0}
            onClick={() =>
              download(`connection-${id}.mmd`, "text/plain", `${drawDiagram(oldestFirst, "mermaid")}\n`)
            }
          >
            Download Mermaid
          </button>
        }
      >
        {events.length === 0 ? (
          <p class="muted">Waiting for its next request …</p>
        ) : (
          <div
            class="sequence"
            tabIndex={0}
            role="region"
            aria-label="Sequence picture; the table below says the same"
          >
            <img
              // As an image, nothing in it can run, whatever names are drawn.
              src={`data:image/svg+xml,${encodeURIComponent(drawDiagram(oldestFirst, "svg"))}`}
              alt={`The last ${events.length} exchanges of this connection, as in the table below`}
            />
          </div>
        )}
      </Panel>
      <Panel title="Exchanges">
        <EventsTable events={events} empty="None came since this page was opened." />
      </Panel>
    </>
  );
}
