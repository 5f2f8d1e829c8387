import { expect, test } from "vitest";
import { addressesOf } from "#console/api/agent-names.ts";

const idsOf = (path: string) => new URL(path, "http://a").searchParams.getAll("id");

test("the names of a screen are asked for in one call, each id as it is", () => {
  const ids = ["alex", "cn=Lena, ou=Support & Co", "Zoë+1"];
  const paths = addressesOf(ids);
  expect(paths).toHaveLength(1);
  expect(paths.map((path) => new URL(path, "http://a").pathname)).toEqual(["/v1/agents"]);
  expect(paths.flatMap(idsOf)).toEqual(ids);
  expect(addressesOf([])).toEqual([]);
});

test("no call names more than the API takes, or is longer than proxies take, and none is left out", () => {
  const many = Array.from({ length: 250 }, (_, n) => `agent-${n}`);
  const paths = addressesOf(many);
  expect(paths.map((path) => idsOf(path).length)).toEqual([100, 100, 50]);
  expect(paths.flatMap(idsOf)).toEqual(many);
  const long = Array.from({ length: 40 }, (_, n) => `${n}${"ü".repeat(250)}`);
  const calls = addressesOf(long);
  expect(Math.max(...calls.map((path) => path.length))).toBeLessThan(5_000);
  expect(calls.flatMap(idsOf)).toEqual(long);
});
