import { Bitset } from "./bitset.ts";
import type { Platform } from "./platforms.ts";
import type { Registration } from "./registration.ts";
import { TagIndex } from "./tag-index.ts";
import type { TagExpression } from "./tag-expression.ts";

/** Who a send is for: one platform's native registrations, or template registrations of every platform. */
export type Audience = Platform | "template";

/** The registrations of one hub, found by id, tag expression, audience, or handle. */
export class RegistrationStore {
  readonly #bySlot: (Registration | undefined)[] = [];
  readonly #slotOf = new Map<string, number>();
  readonly #freeSlots: number[] = [];
  readonly #tags = new TagIndex();
  // The same structure serves as index by kind: "apple", "template", … are its only words.
  readonly #audiences = new TagIndex();

  get size(): number {
    return this.#slotOf.size;
  }

  get tags(): TagIndex {
    return this.#tags;
  }

  get(id: string): Registration | undefined {
    const slot = this.#slotOf.get(id);
    return slot === undefined ? undefined : this.#bySlot[slot];
  }

  /** Adds a registration, or replaces the one with the same id. */
  put(registration: Registration): void {
    const known = this.#slotOf.get(registration.id);
    if (known !== undefined) this.#unindex(known);
    const slot = known ?? this.#freeSlots.pop() ?? this.#bySlot.length;
    this.#bySlot[slot] = registration;
    this.#slotOf.set(registration.id, slot);
    for (const tag of new Set(registration.tags.map((each) => each.toLowerCase()))) this.#tags.add(tag, slot);
    this.#audiences.add(audienceWord(registration), slot);
  }

  delete(id: string): boolean {
    const slot = this.#slotOf.get(id);
    if (slot === undefined) return false;
    this.#unindex(slot);
    this.#bySlot[slot] = undefined;
    this.#slotOf.delete(id);
    this.#freeSlots.push(slot);
    return true;
  }

  /** The registrations that a send to `expression` (null: broadcast) reaches, in slot order. */
  match(audience: Audience, expression: TagExpression | null): Registration[] {
    const slots = this.#audiences.slots(audience === "template" ? "template" : audience.name);
    if (expression) slots.intersect(this.#evaluate(expression));
    return this.#at(slots);
  }

  /** The registrations of every kind that carry a tag. */
  withTag(tag: string): Registration[] {
    return this.#at(this.#tags.slots(tag));
  }

  /** Every registration with its slot, from `fromSlot` on: slots only grow old, so a slot serves as continuation. */
  *entries(fromSlot = 0): Generator<[number, Registration]> {
    for (let slot = fromSlot; slot < this.#bySlot.length; slot++) {
      const registration = this.#bySlot[slot];
      if (registration) yield [slot, registration];
    }
  }

  #evaluate(expression: TagExpression): Bitset {
    if (expression.type === "tag") return this.#tags.slots(expression.tag);
    if (expression.type === "not") return this.#evaluate(expression.operand).copy(this.#bySlot.length).invert();
    const [first, ...rest] = expression.operands;
    if (!first) return Bitset.ofSize(0);
    const result = this.#evaluate(first);
    for (const operand of rest) {
      if (expression.type === "and") result.intersect(this.#evaluate(operand));
      else result.unite(this.#evaluate(operand));
    }
    return result;
  }

  #at(slots: Bitset): Registration[] {
    const found: Registration[] = [];
    for (const slot of slots.toArray()) {
      const registration = this.#bySlot[slot];
      if (registration) found.push(registration);
    }
    return found;
  }

  #unindex(slot: number): void {
    const registration = this.#bySlot[slot];
    if (!registration) return;
    for (const tag of new Set(registration.tags.map((each) => each.toLowerCase()))) this.#tags.delete(tag, slot);
    this.#audiences.delete(audienceWord(registration), slot);
  }
}

function audienceWord(registration: Registration): string {
  return registration.template ? "template" : registration.platform.name;
}
