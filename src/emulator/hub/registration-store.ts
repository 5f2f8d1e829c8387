import { Bitset } from "./bitset.ts";
import type { Platform } from "./platforms.ts";
import type { Registration } from "./registration.ts";
import { TagIndex } from "./tag-index.ts";
import type { TagExpression } from "./tag-expression.ts";
import { uniteTags } from "./tags.ts";

/** Who a send is for: one platform's native registrations, or template registrations of every platform. */
export type Audience = Platform | "template";

/** The registrations of one hub, found by id, tag expression, audience, or handle. */
export class RegistrationStore {
  readonly #bySlot: (Registration | undefined)[] = [];
  readonly #slotOf = new Map<string, number>();
  readonly #freeSlots: number[] = [];
  readonly #tags = new TagIndex();
  readonly #installations = new TagIndex();
  readonly #users = new TagIndex();
  // The same structure serves as index by kind: "apple", "template", … are its only words.
  readonly #audiences = new TagIndex();

  /** Counts every change up; what persists looks whether there is something to write. */
  revision = 0;

  /** How many registrations belong to no installation. */
  standalone = 0;

  get size(): number {
    return this.#slotOf.size;
  }

  get(id: string): Registration | undefined {
    const slot = this.#slotOf.get(id);
    return slot === undefined ? undefined : this.#bySlot[slot];
  }

  /** Adds a registration, or replaces the one with the same id. */
  put(registration: Registration): void {
    this.revision++;
    const known = this.#slotOf.get(registration.id);
    if (known !== undefined) this.#unindex(known);
    if (registration.installationId === undefined) this.standalone++;
    const slot = known ?? this.#freeSlots.pop() ?? this.#bySlot.length;
    this.#bySlot[slot] = registration;
    this.#slotOf.set(registration.id, slot);
    this.#eachIndex(registration, (index, tag) => index.add(tag, slot));
    this.#audiences.add(audienceWord(registration), slot);
  }

  delete(id: string): boolean {
    const slot = this.#slotOf.get(id);
    if (slot === undefined) return false;
    this.revision++;
    this.#unindex(slot);
    this.#bySlot[slot] = undefined;
    this.#slotOf.delete(id);
    this.#freeSlots.push(slot);
    return true;
  }

  /** The registrations that a send to `expression` (null: broadcast) reaches, in slot order. */
  match(audience: Audience, expression: TagExpression | null): Registration[] {
    if (expression?.type === "tag") return this.withTag(expression.tag).filter((each) => isInAudience(each, audience));
    const slots = this.#audiences.slots(audience === "template" ? "template" : audience.name, this.#bySlot.length);
    if (expression) slots.intersect(this.#evaluate(expression));
    return this.#at(slots.toArray());
  }

  /** The registrations of every kind that carry a tag. */
  withTag(tag: string): Registration[] {
    const [index, key] = this.#indexFor(tag);
    return this.#at(index.list(key));
  }

  /** The registrations that an installation was made into. */
  ofInstallation(installationId: string): Registration[] {
    return this.#at(this.#installations.list(installationId)).filter((each) => each.installationId === installationId);
  }

  /** How many registrations carry a tag. */
  countTag(tag: string): number {
    const [index, key] = this.#indexFor(tag);
    return index.count(key);
  }

  /** Every registration with its slot, from `fromSlot` on: slots only grow old, so a slot serves as continuation. */
  *entries(fromSlot = 0): Generator<[number, Registration]> {
    for (let slot = fromSlot; slot < this.#bySlot.length; slot++) {
      const registration = this.#bySlot[slot];
      if (registration) yield [slot, registration];
    }
  }

  #evaluate(expression: TagExpression): Bitset {
    if (expression.type === "tag") return this.#slotsOf(expression.tag);
    if (expression.type === "not") return this.#evaluate(expression.operand).invert();
    const [first, ...rest] = expression.operands;
    if (!first) return Bitset.ofSize(0);
    const result = this.#evaluate(first);
    for (const operand of rest) {
      if (expression.type === "and") result.intersect(this.#evaluate(operand));
      else result.unite(this.#evaluate(operand));
    }
    return result;
  }

  #at(slots: readonly number[]): Registration[] {
    const found: Registration[] = [];
    for (const slot of slots) {
      const registration = this.#bySlot[slot];
      if (registration) found.push(registration);
    }
    return found;
  }

  #slotsOf(tag: string): Bitset {
    const [index, key] = this.#indexFor(tag);
    return index.slots(key, this.#bySlot.length);
  }

  // A system tag is looked up by what stands in its braces, in an index of its own.
  #indexFor(tag: string): [TagIndex, string] {
    const [, kind, id] = /^\$(InstallationId|UserId):\{(.+)\}$/i.exec(tag) ?? [];
    if (kind === undefined || id === undefined) return [this.#tags, tag];
    return [kind.toLowerCase() === "userid" ? this.#users : this.#installations, id];
  }

  #eachIndex(registration: Registration, visit: (index: TagIndex, tag: string) => void): void {
    const { ownTags, installationId, userId } = registration;
    for (const tag of uniteTags([], ownTags)) visit(this.#tags, tag);
    if (installationId !== undefined) visit(this.#installations, installationId);
    if (userId !== undefined) visit(this.#users, userId);
  }

  #unindex(slot: number): void {
    const registration = this.#bySlot[slot];
    if (!registration) return;
    if (registration.installationId === undefined) this.standalone--;
    this.#eachIndex(registration, (index, tag) => index.delete(tag, slot));
    this.#audiences.delete(audienceWord(registration), slot);
  }
}

function isInAudience({ template, platform }: Registration, audience: Audience): boolean {
  return audience === "template" ? template !== undefined : template === undefined && platform.name === audience.name;
}

function audienceWord(registration: Registration): string {
  return registration.template ? "template" : registration.platform.name;
}
