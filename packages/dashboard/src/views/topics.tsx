import type { JSX } from "preact";
import type { TrafficView } from "@pagoda/traffic/view";

import { DataTable } from "../components/data-table.tsx";
import { PageHead } from "../components/page-head.tsx";
import { hrefOf } from "../state/route.ts";
import { topicColumns, topicKey } from "./columns.tsx";
import { hasListeners } from "./detail.ts";

export function Topics({ view }: { readonly view: TrafficView }): JSX.Element {
  return (
    <>
      <PageHead title="Topics" />
      <DataTable
        id="topics"
        label="Topics"
        rows={view.topics}
        columns={topicColumns(hasListeners(view))}
        keyOf={topicKey}
        textOf={(row) => [row.topic, ...row.producers, ...row.groups, row.listener].join(" ")}
        hrefOf={(row) => hrefOf("topics", [row.listener, row.topic])}
        sort={{ column: "topic", direction: "ascending" }}
        empty="No topic was written to or read from yet."
      />
    </>
  );
}
