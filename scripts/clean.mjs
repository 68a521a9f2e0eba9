// Removes what builds leave behind; `node_modules` and `.cache` stay.

import { globSync, rmSync } from "node:fs";

for (const folder of globSync(["packages/*/dist", ".doc-snippets", "coverage"])) {
  rmSync(folder, { recursive: true, force: true });
}
