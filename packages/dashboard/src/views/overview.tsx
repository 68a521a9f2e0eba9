import type { JSX } from "preact";
import type { TrafficView } from "@pagoda/traffic/view";

import { Panel } from "../components/bits.tsx";
import { PageHead } from "../components/page-head.tsx";
import { EdgesTable } from "./edges-table.tsx";
import { EmptyState } from "./empty-state.tsx";
import { Problems } from "./problems.tsx";
import { TopologyPicture } from "./topology-picture.tsx";

export function Overview({ view }: { readonly view: TrafficView }): JSX.Element {
  // One that asked and went is the proxy itself, at its start.
  const isEmpty = view.edges.length === 0 && view.clients.every(({ connections }) => connections === 0);
  if (isEmpty) return <EmptyState />;
  return (
    <>
      <PageHead title="Overview" />
      <div class="columns">
        <Panel title="Topology">
          <TopologyPicture view={view} />
        </Panel>
        <Panel title={`Problems (${view.problems.length})`}>
          <Problems problems={view.problems} now={view.at} />
        </Panel>
      </div>
      <Panel title="Edges">
        <EdgesTable view={view} edges={view.edges} id="edges" />
      </Panel>
    </>
  );
}
