import type { Page } from "#ports/store.ts";

/** Where the API is reached from outside; links are made from it, never from the Host header. */
export interface PublicUrl {
  /** @param path begins with a slash */
  to(path: string): string;
}

type QueryValue = string | number | readonly string[] | undefined;

/** A page as every list answers it: `{ value, nextLink }`, the link absolute and opaque. */
export function renderPage<Item, Rendered>(
  page: Page<Item>,
  render: (item: Item) => Rendered,
  link: { readonly publicUrl: PublicUrl; readonly path: string; readonly query: Readonly<Record<string, QueryValue>> },
): { value: Rendered[]; nextLink?: string } {
  const value = page.items.map(render);
  if (page.next === undefined) return { value };
  const query = new URLSearchParams();
  for (const [name, given] of Object.entries(link.query)) {
    if (given !== undefined && name !== "after")
      query.set(name, typeof given === "object" ? given.join(",") : String(given));
  }
  query.set("after", page.next);
  return { value, nextLink: link.publicUrl.to(`${link.path}?${query.toString()}`) };
}
