import type { JSX } from "preact";
import type { TrafficView } from "@pagoda/traffic/view";

import { DataTable } from "../components/data-table.tsx";
import { PageHead } from "../components/page-head.tsx";
import { hrefOf } from "../state/route.ts";
import { clientColumns, clientKey } from "./columns.tsx";
import { hasListeners } from "./detail.ts";

export function Clients({ view }: { readonly view: TrafficView }): JSX.Element {
  return (
    <>
      <PageHead title="Clients" />
      <DataTable
        id="clients"
        label="Clients"
        rows={view.clients}
        columns={clientColumns(hasListeners(view))}
        keyOf={clientKey}
        textOf={(row) => [row.client, ...row.software, row.auth, row.listener, ...row.problems].join(" ")}
        hrefOf={(row) => hrefOf("clients", [row.listener, row.client])}
        sort={{ column: "client", direction: "ascending" }}
        empty="No client has asked for anything yet."
      />
    </>
  );
}
