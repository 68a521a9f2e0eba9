import { expect, it } from "vitest";

import { addressKey } from "./address-key.ts";

it.each([
  ["an IPv4 address by itself", "192.0.2.1", "192.0.2.1"],
  ["an IPv4 address in one of IPv6", "::ffff:192.0.2.1", "192.0.2.1"],
  ["an IPv4 address in one of IPv6, in hexadecimal", "::ffff:c000:201", "192.0.2.1"],
  ["an IPv6 address by its network", "2001:db8:1:2:aaaa::1", "20010db800010002/64"],
  ["another address of that network", "2001:db8:1:2::", "20010db800010002/64"],
  ["an address with a zone", "fe80::1%eth0", "fe80000000000000/64"],
  ["what is no address", "client:1", "client:1"],
  ["one that has gone", "", ""],
])("%s", (_, host, key) => {
  expect(addressKey(host)).toBe(key);
});
