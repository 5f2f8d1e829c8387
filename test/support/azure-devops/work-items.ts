import type { Attachments } from "./attachments.ts";
import { refuse } from "./refusal.ts";

export interface Relation {
  readonly rel: string;
  readonly url: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}

export interface WorkItem {
  readonly id: number;
  readonly rev: number;
  readonly type: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly relations: readonly Relation[];
}

interface Operation {
  readonly op?: unknown;
  readonly path?: unknown;
  readonly value?: unknown;
}

const FIELDS = new Set(["System.Title", "System.Description", "System.History", "System.State", "System.AreaPath"]);
const RELATIONS = new Set(["AttachedFile", "Hyperlink"]);
const STATES: Readonly<Record<string, readonly string[]>> = {
  Task: ["New", "Active", "Resolved", "Closed"],
  Bug: ["New", "Active", "Resolved", "Closed"],
};

/** Work Items - Create, Update, Get, List, Revisions - Get, Wiql, as the reference has them; strict about what it does not name. */
export class WorkItems {
  readonly #revisions = new Map<number, WorkItem[]>();
  readonly #attachments: Attachments;
  readonly project: string;

  constructor(attachments: Attachments, project: string) {
    this.#attachments = attachments;
    this.project = project;
  }

  all(): readonly WorkItem[] {
    return [...this.#revisions.values()].flatMap((revisions) => revisions.at(-1) ?? []);
  }

  get(id: number): WorkItem {
    return (
      this.#revisions.get(id)?.at(-1) ??
      refuse(
        404,
        "WorkItemUnauthorizedAccessException",
        `TF401232: Work item ${id} does not exist, or you do not have permissions to read it.`,
      )
    );
  }

  revision(id: number, rev: number): WorkItem {
    this.get(id);
    return this.#revisions.get(id)?.[rev - 1] ?? refuse(404, "WorkItemRevisionNotFound", "TF401000");
  }

  /** The comments of its history, oldest first. */
  history(id: number): readonly string[] {
    return (this.#revisions.get(id) ?? []).flatMap(({ fields }) => fields["System.History"] ?? []);
  }

  requireType(type: string): string {
    if (!(type in STATES))
      refuse(404, "WorkItemTypeNotFoundException", `VS402323: Work item type ${type} does not exist`);
    return type;
  }

  create(type: string, operations: unknown): WorkItem {
    this.requireType(type);
    const id = this.#revisions.size + 1;
    const empty: WorkItem = {
      id,
      rev: 0,
      type,
      fields: { "System.WorkItemType": type, "System.TeamProject": this.project, "System.State": "New" },
      relations: [],
    };
    const made = this.#apply(empty, operations);
    if (!made.fields["System.Title"])
      refuse(
        400,
        "RuleValidationException",
        "TF401320: Rule Error for field Title. Error code: Required, InvalidEmpty.",
      );
    this.#revisions.set(id, [made]);
    return made;
  }

  update(id: number, operations: unknown): WorkItem {
    const changed = this.#apply(this.get(id), operations);
    this.#revisions.get(id)?.push(changed);
    return changed;
  }

  /** Somebody at the work item themselves. */
  touch(id: number, fields: Readonly<Record<string, string>>): void {
    const { "System.History": _told, ...standing } = this.get(id).fields;
    const item = this.get(id);
    this.#revisions.get(id)?.push({ ...item, rev: item.rev + 1, fields: { ...standing, ...fields } });
  }

  destroy(id: number): void {
    this.#revisions.delete(id);
  }

  /** Only what the reference's grammar and this stub have in common. */
  query(wiql: unknown): readonly number[] {
    const [, title] =
      /^SELECT \[System\.Id\] FROM WorkItems WHERE \[System\.TeamProject\] = @project AND \[System\.Title\] CONTAINS '([^']+)' ORDER BY \[System\.Id\]$/.exec(
        typeof wiql === "string" ? wiql : "",
      ) ?? [];
    if (title === undefined) refuse(400, "SyntaxException", "TF51005: The query references what does not exist");
    return this.all()
      .filter(({ fields }) => fields["System.Title"]?.toLowerCase().includes(title.toLowerCase()))
      .map(({ id }) => id);
  }

  clear(): void {
    this.#revisions.clear();
  }

  #apply(item: WorkItem, operations: unknown): WorkItem {
    if (!Array.isArray(operations) || operations.length === 0)
      refuse(400, "VssPropertyValidationException", "You must pass a valid patch document");
    const { "System.History": _told, ...standing } = item.fields;
    const fields: Record<string, string> = standing;
    const relations = [...item.relations];
    for (const { op, path, value } of operations as Operation[]) {
      if (typeof path !== "string") refuse(400, "JsonPatchOperationException", "path");
      const [, field] = /^\/fields\/(.+)$/.exec(path) ?? [];
      const [, index] = /^\/relations\/(\d+|-)$/.exec(path) ?? [];
      if (op === "test" && path === "/rev") {
        if (value !== item.rev)
          refuse(412, "TestPatchOperationFailedException", "VS403351: Test Operation for path /rev failed.");
      } else if (op === "add" && field !== undefined) {
        fields[field] = checkedField(item.type, field, value);
      } else if (op === "add" && index === "-") {
        relations.push(this.#checkedRelation(relations, value));
      } else if (op === "remove" && index !== undefined && Number(index) < relations.length) {
        relations.splice(Number(index), 1);
      } else {
        refuse(400, "JsonPatchOperationException", `VS402647: ${String(op)} ${path}`);
      }
    }
    return { ...item, rev: item.rev + 1, fields, relations };
  }

  #checkedRelation(relations: readonly Relation[], value: unknown): Relation {
    const { rel, url, attributes } = (value ?? {}) as Partial<Relation>;
    if (rel === undefined || !RELATIONS.has(rel) || typeof url !== "string") refuse(400, "RelationException", "rel");
    if (relations.some((there) => there.url === url))
      refuse(400, "RelationAlreadyExistsException", "VS402867: Relation already exists.");
    if (rel === "Hyperlink") return { rel, url, attributes: attributes ?? {} };
    const [, id = ""] = /\/_apis\/wit\/attachments\/([0-9a-f-]{36})\?fileName=/.exec(url) ?? [];
    const attachment = this.#attachments.find(id);
    if (!attachment) refuse(400, "AttachmentNotFoundException", "TF237082: The attachment does not exist");
    if (relations.filter((there) => there.rel === rel).length >= 100)
      refuse(400, "LimitException", "TF237089: 100 attachments");
    // Given back without the name, which moves to the attributes.
    return { rel, url: url.replace(/\?.*$/, ""), attributes: { ...attributes, name: attachment.fileName } };
  }
}

function checkedField(type: string, field: string, value: unknown): string {
  if (!FIELDS.has(field)) refuse(400, "WorkItemFieldInvalidException", `TF51535: Cannot find field ${field}.`);
  if (typeof value !== "string") refuse(400, "ArgumentException", field);
  if (field === "System.Title" && value.length > 255)
    refuse(400, "RuleValidationException", "TF401320: Title too long");
  if (field === "System.State" && !STATES[type]?.includes(value)) {
    refuse(400, "RuleValidationException", "TF401320: Rule Error for field State. Error code: InvalidListValue.");
  }
  return value;
}
