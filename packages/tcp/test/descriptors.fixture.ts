// Run with few file descriptors by descriptors.test.ts: accepts while it has any, reports, frees them
// and reports again. One JSON line each.

import { bind } from "../src/listen.ts";
import type { Connection } from "../src/connection.ts";

const connections: Connection[] = [];
const errors: string[] = [];
const listener = await bind({
  host: "127.0.0.1",
  port: 0,
  name: "test",
  onAcceptError: (error) => errors.push(error.message),
});
listener.connections.subscribe((connection) => connections.push(connection));

process.on("message", (command) => {
  if (command === "report") process.send?.({ accepted: connections.length, open: listener.open, errors });
  if (command === "free") for (const connection of connections.splice(0)) connection.close("drain");
});
process.send?.({ port: listener.address.port });
