import { expect, it } from "vitest";

import { filteredRows, heldRows, nextSort, sortedRows } from "./rows-order.ts";

it("sorts figures and names, and puts what is not known last both ways", () => {
  const sorted = (direction: "ascending" | "descending"): readonly unknown[] =>
    sortedRows([3, null, 10, 2], (row) => row, direction);
  expect(sorted("ascending")).toEqual([2, 3, 10, null]);
  expect(sorted("descending")).toEqual([10, 3, 2, null]);
  expect(sortedRows(["p10", "p9"], (row) => row, "ascending")).toEqual(["p9", "p10"]);
});

it("finds rows that hold every word in any case", () => {
  expect(filteredRows(["orders Billing", "orders"], (row) => row, "BILL order")).toEqual(["orders Billing"]);
});

it("keeps the order that rows had, and puts new ones last", () => {
  expect(heldRows(["a", "new", "b"], (row) => row, ["b", "a"])).toEqual(["b", "a", "new"]);
});

it("turns the direction on the second click, and begins with the largest figure", () => {
  const first = nextSort({ column: "name", direction: "ascending" }, "rate", false);
  expect(first).toEqual({ column: "rate", direction: "descending" });
  expect(nextSort(first, "rate", false).direction).toBe("ascending");
});
