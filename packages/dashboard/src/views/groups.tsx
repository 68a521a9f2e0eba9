import type { JSX } from "preact";
import type { TrafficView } from "@pagoda/traffic/view";

import { DataTable } from "../components/data-table.tsx";
import { PageHead } from "../components/page-head.tsx";
import { hrefOf } from "../state/route.ts";
import { groupColumns, groupKey } from "./columns.tsx";
import { hasListeners } from "./detail.ts";

export function Groups({ view }: { readonly view: TrafficView }): JSX.Element {
  return (
    <>
      <PageHead title="Groups" />
      <DataTable
        id="groups"
        label="Groups"
        rows={view.groups}
        columns={groupColumns(hasListeners(view), view.at)}
        keyOf={groupKey}
        textOf={(row) =>
          [row.group, row.state, row.listener, ...row.topics.map(({ topic }) => topic)].join(" ")
        }
        hrefOf={(row) => hrefOf("groups", [row.listener, row.group])}
        sort={{ column: "group", direction: "ascending" }}
        empty="No group has joined or committed yet."
      />
    </>
  );
}
