import { once } from "node:events";
import { connect } from "node:tls";

/** The serial number of the certificate that a new client is shown. */
export async function servedSerial(port: number, ca: string): Promise<string> {
  const socket = connect({ host: "127.0.0.1", port, ca });
  await once(socket, "secureConnect");
  const { serialNumber } = socket.getPeerCertificate();
  socket.destroy();
  return serialNumber;
}
