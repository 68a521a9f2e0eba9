/**
 * Who a client says it is, from the first token of a SASL exchange. It is a claim: only the broker's
 * success makes it a fact.
 *
 * - `PLAIN` (RFC 4616): the user.
 * - `SCRAM-SHA-256`, `SCRAM-SHA-512` (RFC 5802): the user. Not for delegation tokens (KIP-48), whose
 *   owner only the broker knows.
 * - `OAUTHBEARER` (RFC 7628): the claim `sub` of a token that is a JWT, where Kafka looks by default.
 *
 * Undefined for other mechanisms, later tokens, and bytes that are no such token. Secrets stay in the
 * bytes.
 */
export function readPrincipal(mechanism: string, token: Uint8Array): string | undefined {
  const bytes = Buffer.from(token.buffer, token.byteOffset, token.byteLength);
  switch (mechanism) {
    case "PLAIN":
      return plainUser(bytes);
    case "SCRAM-SHA-256":
    case "SCRAM-SHA-512":
      return scramUser(bytes.toString());
    case "OAUTHBEARER":
      return jwtSubject(bytes.toString());
    default:
      return undefined;
  }
}

/** `authzid NUL user NUL password`; the password is not even read. */
function plainUser(bytes: Buffer): string | undefined {
  const from = bytes.indexOf(0) + 1;
  const to = bytes.indexOf(0, from);
  if (from === 0 || to <= from) return undefined;
  return bytes.toString("utf8", from, to);
}

const clientFirst =
  /^n,(?:a=[^,]*)?,(?:m=[^,]+,)?n=(?<user>(?:[^,=]|=2C|=3D)+),r=[^,]+(?<extensions>(?:,[a-z]+=[^,]+)*)$/iu;

/** `n,,n=user,r=nonce`, perhaps with extensions. */
function scramUser(message: string): string | undefined {
  const { user, extensions = "" } = clientFirst.exec(message)?.groups ?? {};
  if (user === undefined || /,tokenauth=true(?:,|$)/iu.test(extensions)) return undefined;
  return user.replaceAll("=2C", ",").replaceAll("=3D", "=");
}

const bearer = /^auth=Bearer +[\w-]+\.(?<payload>[\w-]+)\.[\w-]*$/iu;

/** `n,,^Aauth=Bearer header.payload.signature^A^A`, perhaps with extensions. */
function jwtSubject(message: string): string | undefined {
  const [header = "", ...pairs] = message.split("\u0001");
  // The last one, as in a broker: it takes the pairs for a map, and verifies no other token.
  const credentials = header.startsWith("n,")
    ? pairs.findLast((pair) => pair.startsWith("auth="))
    : undefined;
  const { payload } = bearer.exec(credentials ?? "")?.groups ?? {};
  if (payload === undefined) return undefined;
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, "base64url").toString());
    const subject: unknown =
      typeof claims === "object" && claims !== null && "sub" in claims ? claims.sub : "";
    return typeof subject === "string" && subject !== "" ? subject : undefined;
  } catch {
    return undefined;
  }
}
