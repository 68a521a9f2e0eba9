import { service } from "@pagoda/core";
import type { GuardedService } from "@pagoda/core";
import type { Connection } from "@pagoda/tcp";
import type { Server } from "node:http";

/**
 * Hands connections to a server of `node:http`, which listens on nothing itself. The call is over
 * when the connection has closed.
 *
 * The server's `headersTimeout` and `requestTimeout` count from where it listens: without that they
 * do nothing. `idleTimeout` above this ends a client that stalls.
 */
export function httpService(server: Server): GuardedService<Connection, void> {
  return service(
    async (connection, cx) => {
      server.emit("connection", connection.stream);
      await cx.race(connection.closed);
    },
    { name: "http", dispose: () => server.closeAllConnections() },
  );
}
