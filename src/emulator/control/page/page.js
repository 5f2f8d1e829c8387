// The page of the emulator: plain JavaScript for the browser. Texts from clients are only ever set as text.

const byId = (id) => document.getElementById(id);
const hubSelect = byId("hub");

/** The faults that can be switched on; each stands until it is switched off. */
const SWITCHES = [
  ["Throttled: 403, Retry-After 2", { status: 403, retryAfterSeconds: 2, detail: "The emulator was told to throttle" }],
  ["Throttled: 429, Retry-After 2", { status: 429, retryAfterSeconds: 2 }],
  ["Out of order: 503", { status: 503 }],
  ["Slow: 2 s", { latencyMs: 2_000 }],
  ["Connection cut before the work", { reset: "before" }],
  ["Connection cut after the work", { reset: "after" }],
  ["Every channel expired", { outcome: "ExpiredChannel" }],
];

/** The documented limits that can be switched on. */
const LIMITS = [
  ["tags", "60 tags"],
  ["devices", "Devices of the tier"],
  ["pushesPerMonth", "Pushes of the tier"],
  ["testSendsPerMinute", "10 test sends a minute"],
];

const COLUMNS = {
  installations: ["Installation", "Platform", "Channel", "User", "Tags", "Device"],
  sends: ["Enqueued", "To", "State", "Platforms", "Outcomes"],
  inbox: ["#", "Device", "Why", "Payload", "Headers"],
  requests: ["#", "Operation", "Status", "Time", "What to know"],
  explanation: ["Registration", "Kind", "Reached", "Why", "Tags"],
};

async function call(path, options) {
  const answer = await fetch(path, options);
  const text = await answer.text();
  const body = text === "" ? undefined : JSON.parse(text);
  if (!answer.ok) throw new Error(body?.error?.message ?? `${path}: ${answer.status}`);
  return body;
}

const post = (path, value) => call(path, { method: "POST", body: JSON.stringify(value) });

function node(name, content, className) {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...[content ?? ""].flat());
  return made;
}

const code = (text, className) => node("code", String(text), className);
const tagList = (tags) => (tags ?? []).map((tag) => node("span", tag, "tag"));

function fill(id, rows, empty) {
  const head = row(COLUMNS[id].map((title) => as(node("th", title), "columnheader")));
  const none = node("td", empty, "quiet");
  none.colSpan = COLUMNS[id].length;
  as(none, "cell");
  const body =
    rows.length > 0
      ? rows.map((cells) =>
          row(
            cells.map((cell, index) => {
              const made = as(node("td", cell), "cell");
              // On a narrow screen a row is a card, and each cell says what it is.
              made.dataset.title = COLUMNS[id][index];
              return made;
            }),
          ),
        )
      : [row([none])];
  as(byId(id), "table").replaceChildren(as(node("thead", [head]), "rowgroup"), as(node("tbody", body), "rowgroup"));
}

const row = (cells) => as(node("tr", cells), "row");

/** Said outright, for a table that is laid out as cards is none to some screen readers. */
function as(made, role) {
  made.setAttribute("role", role);
  return made;
}

async function refreshHubs() {
  const { hubs } = await call("hubs");
  const chosen = hubSelect.value || new URLSearchParams(location.search).get("hub") || hubs[0]?.name;
  hubSelect.replaceChildren(
    ...hubs.map((hub) => new Option(`${hub.name} (${hub.tier})`, hub.name, false, hub.name === chosen)),
  );
  const hub = hubs.find((each) => each.name === hubSelect.value);
  const { now } = await call("clock");
  byId("summary").textContent = hub
    ? `${hub.installations} installations, ${hub.registrations} registrations, ${hub.scheduled} scheduled, time ${now.slice(0, 19)}Z`
    : "There is no hub";
}

const hubPath = (rest) => `hubs/${encodeURIComponent(hubSelect.value)}/${rest}`;

async function refreshInstallations() {
  if (!hubSelect.value) return;
  const [{ installations }, { away }] = await Promise.all([call(hubPath("installations?limit=200")), call("devices")]);
  const held = new Map(away.map((each) => [each.handle.toUpperCase(), each.held]));
  const rows = installations.map((each) => {
    const handle = each.pushChannel.endpoint ?? each.pushChannel;
    const waiting = held.get(handle.toUpperCase());
    const button = node("button", waiting === undefined ? "Take away" : `Bring back (${waiting} wait)`, "word");
    button.addEventListener("click", () =>
      run(async () => {
        await post("devices", { handle, online: waiting !== undefined });
        await refresh();
      }),
    );
    const channel = [code(handle, "long"), ...(each.pushChannelExpired ? [node("div", "expired", "bad")] : [])];
    return [
      code(each.installationId),
      node("span", each.platform, "word"),
      channel,
      code(each.userId ?? ""),
      tagList(each.tags),
      button,
    ];
  });
  fill("installations", rows, "No installations in this hub");
}

async function refreshSends() {
  if (!hubSelect.value) return;
  const { notifications } = await call(hubPath("notifications?limit=50"));
  const rows = notifications.map((each) => [
    each.enqueuedAt.slice(11, 19),
    [whoAndWhy(each), node("div", code(each.id, "quiet long"))],
    node(
      "span",
      each.state,
      `word ${each.state === "Completed" ? "good" : each.state === "NoTargetFound" ? "warn" : ""}`,
    ),
    each.targetPlatforms.join(", "),
    each.outcomes.map(({ outcome, count }) =>
      node("div", `${outcome} ${count}`, `word ${outcome === "Success" ? "good" : "bad"}`),
    ),
  ]);
  fill("sends", rows, "Nothing has been sent");
}

/** What a send was for; at a click, who is reached by that now and why the others are not. */
function whoAndWhy({ target, targetPlatforms }) {
  if (["broadcast", "direct", "batch"].includes(target)) return target;
  const button = node("button", code(target));
  button.title = "Explain";
  button.addEventListener("click", () => {
    byId("expression").value = target;
    byId("platform").value = targetPlatforms.some((each) => each.endsWith("template"))
      ? "template"
      : targetPlatforms[0];
    showExplanation();
  });
  return button;
}

async function refreshFaults() {
  const { faults } = await call("faults");
  const switched = SWITCHES.map(([title, fault]) => {
    const isThis = (each) => Object.entries(fault).every(([key, value]) => each[key] === value);
    const box = node("input");
    box.type = "checkbox";
    box.checked = faults.some(isThis);
    box.addEventListener("change", () =>
      run(async () => {
        if (box.checked) await post("faults", { ...fault, times: "always" });
        else {
          const standing = (await call("faults")).faults.filter(isThis);
          for (const { id } of standing) await call(`faults/${id}`, { method: "DELETE" });
        }
        await refreshFaults();
      }),
    );
    return node("label", [box, title]);
  });
  drawSwitches("switches", switched);
  byId("faults").replaceChildren(...faults.map(faultItem));
}

function faultItem({ id, hits, ...fault }) {
  const remove = node("button", "Remove");
  remove.addEventListener("click", () =>
    run(async () => {
      await call(`faults/${id}`, { method: "DELETE" });
      await refreshFaults();
    }),
  );
  const words = Object.entries(fault).map(([name, value]) => `${name} ${value}`);
  return node("li", [code(words.join(", ")), ` hit ${hits} `, remove]);
}

async function refreshLimits() {
  const strict = await call("strict");
  const switched = LIMITS.map(([name, title]) => {
    const box = node("input");
    box.type = "checkbox";
    box.checked = strict[name] !== false;
    box.addEventListener("change", () =>
      run(async () => {
        await post("strict", { [name]: box.checked });
        await refreshLimits();
      }),
    );
    // A number instead of the documented one was set by a program.
    const number = typeof strict[name] === "number" ? ` (${strict[name]})` : "";
    return node("label", [box, title + number]);
  });
  drawSwitches("limits", switched);
}

/** Only when something has changed: what one is about to press shall not be replaced under the pointer. */
function drawSwitches(id, labels) {
  const [legend, ...old] = byId(id).children;
  const stateOf = (label) => `${label.firstChild.checked} ${label.textContent}`;
  if (old.map(stateOf).join() !== labels.map(stateOf).join()) byId(id).replaceChildren(legend, ...labels);
}

const messages = [];
const requests = [];

/** Keeps the newest 200 and draws at most some times a second, however many come. */
function follow(path, list, draw) {
  let due = false;
  new EventSource(path).addEventListener("message", (event) => {
    list.unshift(JSON.parse(event.data));
    list.length = Math.min(list.length, 200);
    if (due) return;
    due = true;
    setTimeout(() => {
      due = false;
      draw();
      run(refresh);
    }, 200);
  });
}

function drawInbox() {
  const rows = messages
    .filter((each) => each.hub === hubSelect.value)
    .map((each) => [
      node("span", String(each.sequence), "word"),
      [
        node("div", each.platform),
        code(each.handle, "long"),
        node("div", each.installationId ?? "no registration", "quiet"),
      ],
      [
        code(each.matchedBy),
        node("div", each.template ? `template ${each.template}` : "", "quiet"),
        ...tagList(each.tags),
      ],
      node("pre", each.body),
      node(
        "pre",
        Object.entries(each.headers).map(([name, value]) => `${name}: ${value}\n`),
      ),
    ]);
  fill("inbox", rows, "No device has received anything");
}

function drawRequests() {
  const rows = requests.map((each) => [
    node("span", String(each.number), "word"),
    [node("div", each.operation ?? each.method, "word"), code(each.url, "quiet long")],
    node(
      "span",
      each.status === 0 ? "cut" : String(each.status),
      each.status >= 400 || each.status === 0 ? "bad" : "good",
    ),
    node("span", `${each.durationMs} ms`, "word"),
    [
      node("div", each.detail ?? "", "bad"),
      ...each.warnings.map((text) => node("div", text, "warn")),
      node("div", each.policy ?? "", "quiet"),
    ],
  ]);
  fill("requests", rows, "No requests yet");
}

async function explain() {
  const query = new URLSearchParams({ expression: byId("expression").value, platform: byId("platform").value });
  const found = await call(hubPath(`explain?${query}`));
  byId("explained").textContent =
    `Read as ${found.readAs}. Reaches ${found.reached}. ${found.tags.map(({ tag, registrations }) => `${tag}: ${registrations}`).join(", ")}`;
  byId("explanation").hidden = false;
  const rows = found.registrations.map((each) => [
    code(each.installationId ?? each.registrationId),
    node("span", each.kind, "word"),
    node("span", each.reached ? "yes" : "no", each.reached ? "good" : "bad"),
    each.why,
    tagList(each.tags),
  ]);
  fill("explanation", rows, "No registrations in this hub");
}

function showExplanation() {
  explain().catch((error) => {
    byId("explained").textContent = error.message;
  });
}

async function refresh() {
  await refreshHubs();
  await Promise.all([refreshInstallations(), refreshSends(), refreshFaults(), refreshLimits()]);
}

/** What fails is said where people look. */
function run(work) {
  work().catch((error) => {
    byId("summary").textContent = error.message;
  });
}

hubSelect.addEventListener("change", () => {
  drawInbox();
  run(refresh);
});
byId("explain").addEventListener("submit", (event) => {
  event.preventDefault();
  showExplanation();
});
byId("advance").addEventListener("click", () =>
  run(async () => {
    await post("clock", { advanceMs: 3_600_000 });
    await refresh();
  }),
);
byId("reset").addEventListener("click", () =>
  run(async () => {
    await post("reset");
    messages.length = 0;
    requests.length = 0;
    drawInbox();
    drawRequests();
    await refresh();
  }),
);
drawInbox();
drawRequests();
run(refresh);
follow("inbox/stream", messages, drawInbox);
follow("requests/stream", requests, drawRequests);
