import { h } from "./dom.ts";
import type { ReportContext } from "./report-context.ts";
import { createFilesPart, createWords, type FilesPart } from "./report-part.ts";
import type { AudioTag, GivenRating, GivenSurvey, OverallTag, ReportPhase, VideoTag } from "./report-types.ts";
import type { View } from "./screen-context.ts";
import { createStars } from "./stars.ts";

type Writing = Extract<ReportPhase, { kind: "writing" }>;

/** The Calling SDK's own tags, by what they are of. */
const TAGS = {
  overall: ["CallCannotJoin", "CallCannotInvite", "HadToRejoin", "CallEndedUnexpectedly", "OtherIssues"],
  audio: [
    "NoLocalAudio",
    "NoRemoteAudio",
    "Echo",
    "AudioNoise",
    "LowVolume",
    "AudioStoppedUnexpectedly",
    "DistortedSpeech",
    "AudioInterruption",
    "OtherIssues",
  ],
  video: [
    "NoVideoReceived",
    "NoVideoSent",
    "LowQuality",
    "Freezes",
    "StoppedUnexpectedly",
    "DarkVideoReceived",
    "AudioVideoOutOfSync",
    "OtherIssues",
  ],
} as const satisfies {
  overall: readonly OverallTag[];
  audio: readonly AudioTag[];
  video: readonly VideoTag[];
};

export type RatedPart = keyof typeof TAGS;

/** Up to here a score is low: the Calling SDK's own threshold. */
const LOW_SCORE = 2;
/** Who gives all stars is not asked what went wrong. */
const BEST = 5;

/** The survey: stars, tags of what went wrong, and "report an issue" with its field and files, whatever the score. */
export function ratingView(
  context: ReportContext,
  first: Writing,
  { parts, text }: { readonly parts: readonly RatedPart[]; readonly text: string },
): View<ReportPhase> {
  const { t, emit, announce } = context;
  const heading = h("h2", { tabindex: "-1", id: "stars-overall" }, t("surveyTitle"));
  const rated = parts.map((part) =>
    ratedPart(context, part, part === "overall" ? heading : undefined, () => changed()),
  );
  const [overall] = rated;
  const others = h("div", { class: "card rated", hidden: true }, ...rated.slice(1).map(({ element }) => element));
  const proposal = h("p", { class: "proposal", "data-proposal": true, hidden: true }, t("proposal"));
  const box = h("input", {
    type: "checkbox",
    id: "also",
    "data-act": "also-report",
    "aria-describedby": "also-hint",
    onchange: () => ticked(),
  });
  const words = createWords(context, "moreInfo", "moreInfoHint", () => {});
  words.field.value = text;
  // The files come later: the field stays where it is, so that who types meanwhile is not interrupted.
  const filesPlace = h("div", {});
  const place = h("div", { class: "parts", hidden: true }, words.element, filesPlace);
  let { review } = first;
  let files: FilesPart | undefined;
  const why = h("p", { class: "why-not", id: "why-not" });
  const send = h("button", {
    type: "button",
    class: "answer",
    "data-act": "send",
    "aria-describedby": "why-not",
    onclick: () => answer(),
  });
  const skip = h(
    "button",
    { type: "button", class: "quiet-button", "data-act": "close", onclick: () => emit("beckon-close", undefined) },
    t("skip"),
  );
  let isAnswered = false;
  changed(false);
  return {
    heading,
    body: [
      h("slot", { name: "icon" }),
      heading,
      ...(overall ? [overall.element] : []),
      others,
      h(
        "div",
        { class: "card also" },
        proposal,
        h(
          "label",
          { class: "tick", for: "also" },
          box,
          h(
            "span",
            { class: "file" },
            t("alsoReport"),
            h("span", { class: "quiet", id: "also-hint" }, t("alsoReportHint")),
          ),
        ),
      ),
      place,
    ],
    bar: h("div", { class: "bar" }, why, h("div", { class: "answers" }, send), skip),
    update(phase) {
      if (phase.kind !== "writing") return false;
      if (phase.review !== review) {
        ({ review } = phase);
        files = undefined;
        if (box.checked) showFiles();
        changed(false);
      }
      return true;
    },
  };

  function ticked(): void {
    place.hidden = !box.checked;
    emit("beckon-also-report", { isTicked: box.checked });
    if (box.checked) showFiles();
    changed();
  }

  function showFiles(): void {
    files ??= createFilesPart(context, review);
    filesPlace.replaceChildren(files.element);
  }

  function changed(isByUser = true): void {
    const score = overall?.score();
    others.hidden = score === undefined || rated.length < 2;
    const isPoor = rated.some((one) => one.isPoor());
    if (isPoor && proposal.hidden && isByUser) announce(t("proposal"));
    proposal.hidden = !isPoor;
    send.textContent = box.checked ? t("rateAndReport") : t("rate");
    why.textContent = score === undefined ? t("starsNeeded") : box.checked && review === "looking" ? t("loading") : "";
    send.setAttribute("aria-disabled", String(why.textContent !== ""));
  }

  /** Once: a second tap on a slow phone is no second rating. */
  function answer(): void {
    if (isAnswered) return;
    if (send.getAttribute("aria-disabled") === "true") return announce(why.textContent);
    isAnswered = true;
    send.setAttribute("aria-disabled", "true");
    const given = rated.flatMap(({ part, rating }) => {
      const one = rating();
      return one ? [[`${part}Rating`, one] as const] : [];
    });
    const report = box.checked
      ? {
          text: words.field.value.trim(),
          callId: undefined,
          files: files?.chosen() ?? [],
          network: files?.network() ?? ("any" as const),
        }
      : undefined;
    emit("beckon-rate", { survey: Object.fromEntries(given) as unknown as GivenSurvey, report });
  }
}

/** Stars of one part, and below them what went wrong, for those who did not give all. */
function ratedPart(context: ReportContext, part: RatedPart, title: HTMLElement | undefined, onChange: () => void) {
  const { t } = context;
  const legend = title ?? h("h3", { id: `stars-${part}` }, t(`part.${part}`));
  const boxes = TAGS[part].map((tag) => ({
    tag,
    input: h("input", { type: "checkbox", onchange: () => onChange() }),
  }));
  const tags = h(
    "div",
    { class: "tags", role: "group", "aria-label": `${t("issuesTitle")} ${t(`part.${part}`)}`, hidden: true },
    h("p", { class: "quiet" }, t("issuesTitle")),
    ...boxes.map(({ tag, input }) => h("label", { class: "tag", "data-tag": tag }, input, t(`tag.${tag}`))),
  );
  const stars = createStars(context, part, legend, (score) => {
    tags.hidden = score >= BEST;
    onChange();
  });
  const ticked = (): string[] => (tags.hidden ? [] : boxes.filter(({ input }) => input.checked).map(({ tag }) => tag));
  return {
    part,
    element: h("div", { class: "rated-part", "data-part": part }, title ? undefined : legend, stars.element, tags),
    score: stars.score,
    isPoor: () => (stars.score() ?? BEST) <= LOW_SCORE || ticked().length > 0,
    rating(): GivenRating | undefined {
      const score = stars.score();
      if (score === undefined) return undefined;
      const issues = ticked();
      return { score, ...(issues.length > 0 && { issues }) };
    },
  };
}
