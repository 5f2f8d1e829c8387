import { expect, test } from "vitest";
import { permittedBlobs } from "#domain/log-file.ts";
import { FILE_STATES, REQUEST_STATES } from "#domain/vocabulary.ts";

const both = { ingest: true, evidence: true };
const none = { ingest: false, evidence: false };

test("a linked file keeps its evidence and nothing else, whatever its request says", () => {
  for (const state of [...REQUEST_STATES, undefined]) {
    expect(permittedBlobs({ state: "linked" }, state)).toEqual({ ingest: false, evidence: true });
  }
});

test("nothing is left of a file that was refused, is missing or was deleted", () => {
  for (const state of ["refused", "missing", "deleted"] as const) {
    for (const requestState of [...REQUEST_STATES, undefined])
      expect(permittedBlobs({ state }, requestState)).toEqual(none);
  }
});

test("nothing is taken from under a file that is still on its way", () => {
  for (const state of ["announced", "uploaded"] as const) {
    for (const requestState of ["consented", "uploaded", "linked", undefined] as const) {
      expect(permittedBlobs({ state }, requestState)).toEqual(both);
    }
  }
});

test("what a request left on its way when it ended is removed", () => {
  for (const state of ["announced", "uploaded"] as const) {
    for (const requestState of ["cancelled", "withdrawn", "rejected"] as const) {
      expect(permittedBlobs({ state }, requestState)).toEqual(none);
    }
  }
});

test("while its request is being verified, each state of a file keeps exactly the blobs that it stands for", () => {
  const kept = Object.fromEntries(FILE_STATES.map((state) => [state, permittedBlobs({ state }, "uploaded")]));
  expect(kept).toEqual({
    announced: both,
    uploaded: both,
    linked: { ingest: false, evidence: true },
    refused: none,
    missing: none,
    deleted: none,
  });
});
