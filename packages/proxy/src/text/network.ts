import { isIP } from "node:net";

/** Why a text is neither an IP address nor a network like `10.0.0.0/8`; undefined where it is one. */
export function networkFault(text: string): string | undefined {
  const [address = "", prefix, ...rest] = text.split("/");
  const version = isIP(address);
  if (version === 0) return `${JSON.stringify(address)} is no IP address`;
  const most = version === 4 ? 32 : 128;
  const right = prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= most);
  return right && rest.length === 0 ? undefined : `what follows / must be from 0 to ${most}`;
}
