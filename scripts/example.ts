// `npm run example -- NAME [ARGUMENT...]`: runs a program of examples/.

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const folder = join(import.meta.dirname, "../examples");
const names = readdirSync(folder).toSorted();
const [name = "", ...args] = process.argv.slice(2);
if (!names.includes(name)) {
  console.error(`usage: npm run example -- ${names.join("|")} [ARGUMENT...]`);
  process.exit(2);
}
const main = join(folder, name, "main.ts");
// As if it had been started by itself: that is how it knows.
process.argv = [process.execPath, main, ...args];
await import(pathToFileURL(main).href);
