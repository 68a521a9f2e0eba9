import type { BeginSasl } from "./mechanism.ts";

export interface PasswordLogin {
  readonly username: string;
  /** Secret: in no message and no log. */
  readonly password: string;
}

/** PLAIN (RFC 4616): the password as it is, so over TLS. */
export function plain({ username, password }: PasswordLogin): BeginSasl {
  if (`${username}${password}`.includes("\0"))
    throw new RangeError("username and password must not contain NUL");
  return () => ({
    name: "PLAIN",
    first: () => Buffer.from(`\0${username}\0${password}`),
    next: async () => undefined,
  });
}
