import { messageOf } from "@pagoda/core";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { jsonSchema } from "../config/schema/json-schema.ts";
import { exitCodes, UsageError } from "./exit.ts";

/** What `pagoda init` writes; it loads as it is. */
const firstConfig = `# yaml-language-server: $schema=./pagoda.schema.json
# The schema is of this version of Pagoda; anew: pagoda config schema > pagoda.schema.json

clusters:
  main:
    bootstrap: localhost:9092
    # tls: { ca: ca.pem }
    # sasl: { mechanism: SCRAM-SHA-512, username: proxy, password: "\${file:/run/secrets/password}" }

listeners:
  - name: main
    bind: 127.0.0.1:19092
    cluster: main
    # Brokers get the ports behind it: 19093 and up.
    # advertise: { host: kafka.example.com, slots: 16 }
    # tls: { cert: cert.pem, key: key.pem }
    layers: [metrics]

admin:
  bind: 127.0.0.1:9190
`;

/** `pagoda init`. @throws UsageError where there is a file already */
export async function init(args: readonly string[]): Promise<number> {
  const [folder = ".", ...rest] = args;
  const stray = folder.startsWith("-") ? folder : rest[0];
  if (stray !== undefined) throw new UsageError(`unexpected argument "${stray}" (see: pagoda init --help)`);
  await mkdir(folder, { recursive: true });
  const path = join(folder, "pagoda.yaml");
  if (!(await writeNew(path, firstConfig))) {
    throw new UsageError(`${path} is there already, and is left as it is`);
  }
  const schemaPath = join(folder, "pagoda.schema.json");
  const wroteSchema = await writeNew(schemaPath, `${JSON.stringify(jsonSchema(), null, 2)}\n`);
  const schema = wroteSchema ? `wrote ${schemaPath}` : `${schemaPath} is there already, and is left as it is`;
  process.stdout.write(`wrote ${path}\n${schema}\n\nnext: pagoda validate -c ${path}\n`);
  return exitCodes.ok;
}

/** False where there is a file already: opening for creation alone leaves no gap between look and write. */
async function writeNew(path: string, text: string): Promise<boolean> {
  try {
    await writeFile(path, text, { flag: "wx" });
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw new UsageError(`${path} cannot be written: ${messageOf(error)}`, { cause: error });
  }
}
