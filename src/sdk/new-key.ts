/** A UUID; also where there is no `crypto`, as in React Native without a library for it. */
export function newKey(): string {
  const { crypto } = globalThis as { crypto?: { randomUUID?(): string } };
  if (crypto?.randomUUID) return crypto.randomUUID();
  return "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (digit) =>
    (digit === "8" ? 8 + Math.floor(Math.random() * 4) : Math.floor(Math.random() * 16)).toString(16),
  );
}
