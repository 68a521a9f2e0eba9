import { once } from "node:events";
import { connect, createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";

import { Connection } from "../connection.ts";
import { localEndpoint, remoteEndpoint } from "../socket-endpoints.ts";

/**
 * The two ends of a connection over the loopback interface: the client's and the server's, for what
 * only real sockets show. Both keep their other direction when one ends. Close them both.
 */
export async function socketConnections(): Promise<[Connection, Connection]> {
  const server = createServer({ allowHalfOpen: true, noDelay: true }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const client = connect({ port, host: "127.0.0.1", allowHalfOpen: true, noDelay: true });
  const [[accepted]] = (await Promise.all([once(server, "connection"), once(client, "connect")])) as [
    [Socket],
    [],
  ];
  server.close();
  return [over(client), over(accepted)];
}

function over(socket: Socket): Connection {
  return new Connection(socket, {
    local: localEndpoint(socket),
    remote: remoteEndpoint(socket),
    listener: "loopback",
  });
}
