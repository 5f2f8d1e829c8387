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

const COLUMNS = {
  installations: ["Installation", "Platform", "Channel", "User", "Tags", "Device"],
  sends: ["Enqueued", "To", "State", "Platforms", "Outcomes", "Notification"],
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
  const head = node(
    "tr",
    COLUMNS[id].map((title) => node("th", title)),
  );
  const none = node("td", empty, "quiet");
  none.colSpan = COLUMNS[id].length;
  const body =
    rows.length > 0
      ? rows.map((cells) =>
          node(
            "tr",
            cells.map((cell) => node("td", cell)),
          ),
        )
      : [node("tr", [none])];
  byId(id).replaceChildren(node("thead", [head]), node("tbody", body));
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
    const button = node("button", waiting === undefined ? "Take away" : `Bring back (${waiting} wait)`);
    button.addEventListener("click", () =>
      run(async () => {
        await post("devices", { handle, online: waiting !== undefined });
        await refresh();
      }),
    );
    const channel = each.pushChannelExpired ? [code(handle), node("div", "expired", "bad")] : code(handle);
    return [code(each.installationId), each.platform, channel, code(each.userId ?? ""), tagList(each.tags), button];
  });
  fill("installations", rows, "No installations in this hub");
}

async function refreshSends() {
  if (!hubSelect.value) return;
  const { notifications } = await call(hubPath("notifications?limit=50"));
  const rows = notifications.map((each) => [
    each.enqueuedAt.slice(11, 19),
    whoAndWhy(each),
    node("span", each.state, each.state === "Completed" ? "good" : each.state === "NoTargetFound" ? "warn" : ""),
    each.targetPlatforms.join(", "),
    each.outcomes.map(({ outcome, count }) =>
      node("div", `${outcome} ${count}`, outcome === "Success" ? "good" : "bad"),
    ),
    code(each.id),
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
    const standing = faults.find((each) => Object.entries(fault).every(([key, value]) => each[key] === value));
    const box = node("input");
    box.type = "checkbox";
    box.checked = standing !== undefined;
    box.addEventListener("change", () =>
      run(async () => {
        if (standing) await call(`faults/${standing.id}`, { method: "DELETE" });
        else await post("faults", { ...fault, times: "always" });
        await refreshFaults();
      }),
    );
    return node("label", [box, title]);
  });
  byId("switches").replaceChildren(...switched);
  byId("faults").replaceChildren(...faults.map((fault) => node("li", [code(JSON.stringify(fault))])));
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
      String(each.sequence),
      [node("div", each.platform), code(each.handle), node("div", each.installationId ?? "no registration", "quiet")],
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
    String(each.number),
    [node("div", each.operation ?? each.method), code(each.url, "quiet")],
    node(
      "span",
      each.status === 0 ? "cut" : String(each.status),
      each.status >= 400 || each.status === 0 ? "bad" : "good",
    ),
    `${each.durationMs} ms`,
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
    each.kind,
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
  await Promise.all([refreshInstallations(), refreshSends(), refreshFaults()]);
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
