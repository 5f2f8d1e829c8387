/** A growable set of small integers, one bit each: 100,000 registrations are 12.5 KB, and an `&&` over them some microseconds. */
export class Bitset {
  #words: Uint32Array;

  constructor(words: Uint32Array = new Uint32Array(4)) {
    this.#words = words;
  }

  /** An empty set with room for `size` integers. */
  static ofSize(size: number): Bitset {
    return new Bitset(new Uint32Array((size + 31) >>> 5));
  }

  add(value: number): void {
    const word = value >>> 5;
    if (word >= this.#words.length) this.#grow(word + 1);
    this.#words[word] = (this.#words[word] ?? 0) | (1 << (value & 31));
  }

  delete(value: number): void {
    const word = value >>> 5;
    if (word < this.#words.length) this.#words[word] = (this.#words[word] ?? 0) & ~(1 << (value & 31));
  }

  /** A set of its own with the same members and room for `size` integers. */
  copy(size: number): Bitset {
    const words = new Uint32Array((size + 31) >>> 5);
    words.set(this.#words.length > words.length ? this.#words.subarray(0, words.length) : this.#words);
    return new Bitset(words);
  }

  intersect(other: Bitset): this {
    const mine = this.#words;
    const theirs = other.#words;
    for (let i = 0; i < mine.length; i++) mine[i] = (mine[i] ?? 0) & (theirs[i] ?? 0);
    return this;
  }

  unite(other: Bitset): this {
    const theirs = other.#words;
    if (theirs.length > this.#words.length) this.#grow(theirs.length);
    const mine = this.#words;
    for (let i = 0; i < theirs.length; i++) mine[i] = (mine[i] ?? 0) | (theirs[i] ?? 0);
    return this;
  }

  /** Every integer that the set has room for and does not hold. Bits past the last member may come up: intersect afterwards. */
  invert(): this {
    const mine = this.#words;
    for (let i = 0; i < mine.length; i++) mine[i] = ~(mine[i] ?? 0);
    return this;
  }

  /** The members in ascending order. */
  toArray(): number[] {
    const members: number[] = [];
    this.#words.forEach((bits, index) => {
      let rest = bits;
      while (rest !== 0) {
        const lowest = rest & -rest;
        members.push((index << 5) + (31 - Math.clz32(lowest)));
        rest ^= lowest;
      }
    });
    return members;
  }

  #grow(words: number): void {
    const grown = new Uint32Array(Math.max(words, this.#words.length * 2));
    grown.set(this.#words);
    this.#words = grown;
  }
}
