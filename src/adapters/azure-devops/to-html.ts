const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Plain text as the HTML that System.Description and System.History hold: a paragraph each, its lines kept, links as links. */
export function toHtml(paragraphs: readonly { readonly text: string; readonly url?: string }[]): string {
  return paragraphs
    .map(({ text, url }) => {
      const escaped = escape(text).replaceAll(/\r\n|\r|\n/g, "<br>");
      return `<p>${url === undefined ? escaped : `<a href="${escape(url)}">${escaped}</a>`}</p>`;
    })
    .join("");
}

function escape(text: string): string {
  return text.toWellFormed().replaceAll(/[&<>"']/g, (sign) => ESCAPES[sign] ?? "");
}
