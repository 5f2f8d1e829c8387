import { Bitset } from "./bitset.ts";

/** Below this many members a tag is a list of slots: a bitset for each of 200,000 `$UserId` tags would take gigabytes. */
const MIN_BITSET_MEMBERS = 64;

type Posting = number | number[] | Bitset;

/**
 * Which registrations carry a tag. Tags are compared ignoring case: .NET's sets and the Java SDK's tests do, the
 * documentation is silent. A registration is known here by its slot, a small integer.
 */
export class TagIndex {
  readonly #postings = new Map<string, Posting>();
  readonly #counts = new Map<string, number>();
  #size = 0;

  add(tag: string, slot: number): void {
    if (slot >= this.#size) this.#size = slot + 1;
    const key = keyOf(tag);
    const posting = this.#postings.get(key);
    if (posting === undefined) this.#postings.set(key, slot);
    else if (typeof posting === "number") this.#postings.set(key, [posting, slot]);
    else if (posting instanceof Bitset) {
      posting.add(slot);
      this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
    } else {
      posting.push(slot);
      if (posting.length > Math.max(MIN_BITSET_MEMBERS, this.#size >>> 5)) this.#toBitset(key, posting);
    }
  }

  delete(tag: string, slot: number): void {
    const key = keyOf(tag);
    const posting = this.#postings.get(key);
    if (posting === undefined) return;
    if (typeof posting === "number") {
      if (posting === slot) this.#postings.delete(key);
      return;
    }
    if (posting instanceof Bitset) {
      posting.delete(slot);
      const left = (this.#counts.get(key) ?? 0) - 1;
      this.#counts.set(key, left);
      if (left > 0) return;
      this.#counts.delete(key);
      this.#postings.delete(key);
      return;
    }
    const at = posting.indexOf(slot);
    if (at >= 0) posting.splice(at, 1);
    if (posting.length === 0) this.#postings.delete(key);
  }

  /** The slots that carry a tag, as a set of its own that the caller may change, with room for `size` slots. */
  slots(tag: string, size: number): Bitset {
    const posting = this.#postings.get(keyOf(tag));
    if (posting instanceof Bitset) return posting.copy(size);
    const slots = Bitset.ofSize(size);
    if (typeof posting === "number") slots.add(posting);
    else for (const slot of posting ?? []) slots.add(slot);
    return slots;
  }

  /** The slots that carry a tag, in ascending order: for one user's devices among 100,000 much less work than a set. */
  list(tag: string): readonly number[] {
    const posting = this.#postings.get(keyOf(tag));
    if (posting === undefined) return [];
    if (typeof posting === "number") return [posting];
    return posting instanceof Bitset ? posting.toArray() : posting.toSorted((a, b) => a - b);
  }

  /** How many registrations carry a tag. */
  count(tag: string): number {
    const key = keyOf(tag);
    const posting = this.#postings.get(key);
    if (posting === undefined) return 0;
    if (typeof posting === "number") return 1;
    return posting instanceof Bitset ? (this.#counts.get(key) ?? 0) : posting.length;
  }

  #toBitset(key: string, slots: readonly number[]): void {
    const bits = Bitset.ofSize(this.#size);
    for (const slot of slots) bits.add(slot);
    this.#postings.set(key, bits);
    this.#counts.set(key, slots.length);
  }
}

// toLowerCase makes a copy even when there is nothing to change: 100,000 ids would be kept twice.
function keyOf(tag: string): string {
  const key = tag.toLowerCase();
  return key === tag ? tag : key;
}
