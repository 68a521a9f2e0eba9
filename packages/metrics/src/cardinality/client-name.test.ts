import { expect, it } from "vitest";

import { clientName } from "./client-name.ts";

it.each([
  ["orders", "orders"],
  ["consumer-orders-1", "consumer-orders"],
  ["producer-17", "producer"],
  ["orders-7d9f8b6c5d-x2k4p", "orders"],
  ["orders-58c6d7f9bb-qz9wl-3", "orders"],
  ["agent-x2k4p", "agent"],
  ["front-https", "front-https"],
  ["orders-0b8e7a52-6f0e-4f6c-9f0c-8a2b8f1f7c11", "orders"],
  ["orders-0b8e7a52-6f0e-4f6c-9f0c-8a2b8f1f7c11-StreamThread-1-consumer", "orders"],
  ["orders-StreamThread-12-0_1-producer", "orders"],
  ["orders-GlobalStreamThread", "orders"],
  ["0b8e7a526f0e4f6c9f0c8a2b8f1f7c11", ""],
  ["4711", ""],
])("calls %s %s", (clientId, name) => {
  expect(clientName(clientId)).toBe(name);
});
