import { call, explain, patience, read } from "./api.js";
import { asCards, button, confirm, make, wide, write } from "./dom.js";
import { decimal, moment, pretty } from "./format.js";
import { LimitsCard } from "./limits.js";
import type { Problem, TradeChange } from "./protocol.js";
import { asOperator, current, isOfficer } from "./session.js";
import type { Store } from "./store.js";
import { SymbolTable } from "./symbols.js";

const refreshEvery = 1_000;

/** The log of changes is long, and seldom longer: it is asked for at each so many refreshes. */
const auditEvery = 5;

/** How the exchange itself is, as the process that answers tells. */
interface System {
  silos: readonly { name: string; address: string; role: string; state: string; since: string; current: boolean; grains: readonly { type: string; count: number }[] }[];
  journal: { records: number; behind: number; behindMillis: number } | null;
  log: readonly { sequence: number; time: string; level: string; category: string; event: number; message: string; exception: string | null }[];
}

/** States of all symbols, what an operator does about them, limits, and how the exchange itself is. */
export function show(host: HTMLElement, store: Store): void {
  document.title = "Operator · QuantumCore";
  if (!isOfficer(current)) {
    host.replaceChildren(make("h1", {}, "Operator"), make("p", { class: "empty" }, "This page is for operators: they halt and reopen markets, hold auctions, set limits, and see how the exchange itself is."),
      make("p", { class: "empty" }, asOperator() ?? make("a", { href: "/signin" }, "Sign in as an operator")));
    return;
  }
  const market = new SymbolTable(store);
  const health = make("div", { class: "card" });
  const [silos, log, audit] = [wide("Silos"), wide("Log"), wide("Who did what")];
  host.replaceChildren(make("h1", {}, "Operator"), market.element, make("div", { class: "cards" }, health, accountCard(), new LimitsCard(store).element, tradeCard(store)), silos, log, audit);
  let asked = 0;
  const refresh = async (): Promise<void> => {
    if (!market.element.isConnected) return;
    if (asked++ % auditEvery === 0) void showAudit(audit);
    try {
      await market.refresh();
      const system = await read<System>("/admin/system");
      await showHealth(health, system);
      showSilos(silos, system);
      showLog(log, system);
    } finally {
      setTimeout(() => void refresh(), refreshEvery);
    }
  };
  void refresh();
}

/** What may be done with an account: what asks for it, and what is said when it is done. */
const measures: readonly { name: string; label: string; asks: string; done: (answer: { account: string; symbols?: readonly string[] }) => string }[] = [
  { name: "freeze", label: "Freeze", asks: "It enters no orders and gives nothing away; its orders stay.", done: ({ account }) => `${account} is frozen. Its orders stay.` },
  { name: "unfreeze", label: "Unfreeze", asks: "It may act again.", done: ({ account }) => `${account} may act again.` },
  { name: "unblock", label: "Unblock", asks: "It is let go, in single symbols too.", done: ({ account }) => `${account} is let go, in every symbol.` },
  {
    name: "block", label: "Block", asks: "The kill switch: it is frozen, and all its orders are cancelled.",
    done: ({ account, symbols = [] }) => `${account} is blocked. ${symbols.length === 0 ? "It had no open orders." : `Its orders are cancelled: ${symbols.join(", ")}.`}`,
  },
];

/** The kill switch and its milder sister. */
function accountCard(): HTMLElement {
  const account = make("input", { placeholder: "ACC-1001", "aria-label": "Account" });
  const why = make("input", { placeholder: "goes on record", maxlength: "200", "aria-label": "Reason" });
  const said = make("p", { role: "status" });
  const act = async ({ name, label, asks, done }: (typeof measures)[number]): Promise<void> => {
    const [of, reason] = [account.value.trim(), why.value.trim()];
    if (of === "") {
      write(said, "Which account? ACC- and its number.");
      return;
    }
    if (!(await confirm(`${label} ${of}?`, `${label} ${of}`, make("p", {}, asks)))) return;
    write(said, `${label} ${of}: asked for.`);
    const outcome = await call<{ account: string; symbols?: readonly string[] }>("POST", `/admin/accounts/${encodeURIComponent(of)}/${name}`, reason === "" ? {} : { why: reason });
    write(said, outcome.kind === "done" ? done(outcome.value) : outcome.kind === "refused" ? `${label} ${of}: ${explain(outcome.problem)}`
      : `${label} ${of}: no answer came. It may have been done. The same again does no harm.`);
  };
  const buttons = measures.map((measure) => button(measure.label, () => void act(measure), { class: measure.name === "block" ? "solid danger" : "plain" }));
  return make("section", { class: "card stack" }, make("h2", {}, "Accounts"),
    make("label", { class: "field" }, "Account ", account), make("label", { class: "field" }, "Why ", why), said, make("div", { class: "buttons" }, ...buttons));
}

/** What is made of a trade that should not have been, or not at its price. */
function tradeCard(store: Store): HTMLElement {
  const symbol = make("select", { "aria-label": "Symbol" }, ...[...store.instruments.keys()].map((name) => make("option", { value: name }, name)));
  const trade = make("input", { placeholder: "17-0", "aria-label": "Trade" });
  const price = make("input", { placeholder: "to correct it", inputmode: "decimal", "aria-label": "Right price" });
  const why = make("input", { placeholder: "goes on record", maxlength: "200", "aria-label": "Why" });
  const said = make("p", { role: "status" });
  const act = async (isVoid: boolean): Promise<void> => {
    const [of, id, right] = [symbol.value, trade.value.trim(), price.value.trim()];
    if (id === "" || (!isVoid && right === "")) {
      write(said, id === "" ? "Which trade? Its id stands beside it, such as 17-0." : "At which price?");
      return;
    }
    const label = isVoid ? "Declare void" : "Correct";
    const asks = isVoid ? "The buyer gives the units back and the seller the money, and both get their fees back. Their orders stay as they are."
      : `Both sides settle the difference to ${right}, and fees with it. Their orders stay as they are.`;
    const frozen = "An account that no longer has the amount taken back is frozen, and its orders are cancelled.";
    if (!(await confirm(`${label}: trade ${id} of ${of}?`, `${label}: ${id}`, make("p", {}, asks), make("p", {}, frozen)))) return;
    write(said, `${label} ${id}: asked for.`);
    const outcome = await call<TradeChange>("POST", `/admin/symbols/${encodeURIComponent(of)}/${isVoid ? "bust" : "correct"}`, { trade: id, ...(isVoid ? {} : { price: right }), ...(why.value.trim() === "" ? {} : { why: why.value.trim() }) });
    write(said, outcome.kind === "refused" ? `${label} ${id}: ${explain(outcome.problem)}`
      : outcome.kind === "unknown" ? `${label} ${id}: no answer came. It may have been done: the fills of its sides tell.`
      : `${of} ${outcome.value.tradeId}: ${pretty(outcome.value.quantity)} that ${outcome.value.buyer} bought of ${outcome.value.seller} at ${pretty(outcome.value.tradedPrice)} ${outcome.value.price === null ? "is void." : `is at ${pretty(outcome.value.price)} now.`}`);
  };
  return make("section", { class: "card stack" }, make("h2", {}, "A trade that was wrong"),
    make("label", { class: "field" }, "Symbol ", symbol), make("label", { class: "field" }, "Trade ", trade), make("label", { class: "field" }, "Right price ", price), make("label", { class: "field" }, "Why ", why), said,
    make("div", { class: "buttons" }, button("Correct", () => void act(false), { class: "plain" }), button("Declare void", () => void act(true), { class: "solid danger" })));
}

/** Journal, latencies and lag, from what the exchange measures of itself. */
async function showHealth(card: HTMLElement, system: System | undefined): Promise<void> {
  let text: string;
  try {
    text = await (await fetch("/metrics", { signal: AbortSignal.timeout(patience) })).text();
  } catch {
    text = "";
  }
  const values = new Map<string, number>();
  for (const line of text.split("\n")) {
    const match = /^([a-z_]+(?:\{[^}]*\})?) (\S+)/.exec(line);
    // A series without labels comes as name{}.
    if (match !== null) values.set(match[1]!.replace("{}", ""), Number(match[2]));
  }
  const whole = (value: number | undefined, unit = ""): string => value === undefined ? "–" : `${decimal(Math.round(value), 0)}${unit}`;
  const one = (name: string, unit = ""): string => whole(values.get(name), unit);
  const journal = system?.journal;
  const behind = journal == null ? "–" : journal.behind === 0 ? "not at all" : `${whole(journal.behind, " records")}, ${whole(journal.behindMillis, " ms")}`;
  const rows: [string, string][] = [
    ["Records in the journal", whole(journal?.records)], ["Ledger and history are behind by", behind],
    ["Commits of this process", one("quantumcore_journal_frames_total")], ["Records in them", one("quantumcore_journal_records_total")],
    ["Commits, half within", quantile(values, "quantumcore_journal_commit_seconds", 0.5)], ["Commits, 99 of 100 within", quantile(values, "quantumcore_journal_commit_seconds", 0.99)],
    ["Waiting for a commit", one("quantumcore_journal_pending_records")], ["Oldest of them", one("quantumcore_journal_oldest_pending_milliseconds", " ms")],
    ["Orders, half within", quantile(values, "quantumcore_order_seconds", 0.5)], ["Orders, 99 of 100 within", quantile(values, "quantumcore_order_seconds", 0.99)],
    ["Orders inside / waiting", `${one("quantumcore_orders_inside")} / ${one("quantumcore_orders_waiting")}`],
    ["Findings of reconciliation", one("quantumcore_reconciliation_findings")],
  ];
  card.replaceChildren(make("h2", {}, "The exchange"), make("dl", { class: "facts" }, ...rows.flatMap(([label, value]) => [make("dt", {}, label), make("dd", {}, value)])));
}

/** The bucket of a latency that a share of all since the start is within. */
function quantile(values: ReadonlyMap<string, number>, name: string, share: number): string {
  const count = values.get(`${name}_count`) ?? 0;
  const prefix = `${name}_bucket{le="`;
  const buckets = [...values].filter(([key]) => key.startsWith(prefix)).map(([key, below]) => [key.slice(prefix.length, -2), below] as const)
    .filter(([bound]) => bound !== "+Inf").sort((a, b) => Number(a[0]) - Number(b[0]));
  const found = buckets.find(([, below]) => count > 0 && below >= count * share);
  return count === 0 ? "–" : found === undefined ? "more than the largest bucket" : `${String(Number(found[0]) * 1_000).slice(0, 6)} ms`;
}

function table(heads: readonly string[], rows: readonly HTMLElement[]): HTMLTableElement {
  return asCards(make("table", {}, make("thead", {}, make("tr", {}, ...heads.map((head) => make("th", { class: "text", scope: "col" }, head)))), make("tbody", {}, ...rows)));
}

function cells(...texts: readonly (string | HTMLElement)[]): HTMLTableRowElement {
  return make("tr", {}, ...texts.map((text) => make("td", { class: "text" }, text)));
}

/** Every silo, and what is awake in it. */
function showSilos(card: HTMLElement, system: System | undefined): void {
  const rows = (system?.silos ?? []).map((silo) => cells(
    make("span", {}, silo.name, silo.current ? make("small", { class: "muted" }, " answers you") : undefined), silo.address, silo.role,
    make("span", { class: silo.state === "active" ? "chip" : "chip warn" }, silo.state), moment(Date.parse(silo.since)),
    make("span", { class: "wraps" }, silo.grains.length === 0 ? "–" : silo.grains.map((grain) => `${grain.type} ${decimal(grain.count, 0)}`).join(", "))));
  card.replaceChildren(make("h2", {}, "Silos"), system === undefined ? make("p", { class: "empty" }, "The silos did not come.")
    : rows.length === 0 ? make("p", { class: "empty" }, "No silo has told of itself.")
    : table(["Name", "Address", "Role", "State", "Since", "Grains awake"], rows));
}

/** The newest warnings and errors; a line that is read is left alone until there is a newer one. */
function showLog(card: HTMLElement, system: System | undefined): void {
  const lines = system?.log ?? [];
  const newest = system === undefined ? "none" : String(lines[0]?.sequence ?? 0);
  if (card.dataset["newest"] === newest) return;
  card.dataset["newest"] = newest;
  const message = (text: string, exception: string | null): HTMLElement =>
    exception === null ? make("span", { class: "wraps" }, text) : make("details", {}, make("summary", {}, text), make("pre", {}, exception));
  const rows = lines.map((line) => cells(moment(Date.parse(line.time)), make("span", { class: line.level === "warn" ? "chip" : "chip warn" }, line.level),
    `${line.category.split(".").at(-1) ?? ""}[${line.event}]`, message(line.message, line.exception)));
  card.replaceChildren(make("h2", {}, "Log"), system === undefined ? make("p", { class: "empty" }, "The log did not come.")
    : rows.length === 0 ? make("p", { class: "empty" }, "No warning and no error since this process started.") : table(["Time", "Level", "Of", "What"], rows));
}

interface LogLine { sequence: number; time: string; what: string; subject: string; by: string; detail: string | null }

/** Two logs, told as one by time: what changed the catalog, and what was done to trading and accounts. Lines that are read are left alone until there is a newer one, and a log that does not come hides no other. */
async function showAudit(card: HTMLElement): Promise<void> {
  const outcomes = await Promise.all(["audit", "actions"].map((log) => call<{ lines: LogLine[] }>("GET", `/admin/${log}?limit=200`)));
  const failed = outcomes.every((outcome) => outcome.kind !== "done") ? outcomes[0] : undefined;
  const logs = outcomes.map((outcome) => outcome.kind === "done" ? outcome.value.lines : []);
  const newest = failed === undefined ? logs.map((lines) => lines[0]?.sequence ?? 0).join("+") : whyNone(failed.kind === "refused" ? failed.problem : undefined);
  if (card.dataset["newest"] === newest) return;
  card.dataset["newest"] = newest;
  const lines = logs.flat().sort((one, other) => one.time < other.time ? 1 : -1).slice(0, 200);
  card.replaceChildren(make("h2", {}, "Who did what"), ...(failed === undefined
    ? [make("p", { class: "muted" }, "Phases, rules, trades, blocks, freezes, limits, money, keys, users, listings and terms. Mark prices and what accounts do themselves are on record there."),
      table(["Time", "What", "Of", "By", "Detail"], lines.map((line) => cells(moment(Date.parse(line.time)), line.what, line.subject, line.by, line.detail ?? "")))]
    : [make("p", { class: "empty" }, newest)]));
}

function whyNone(problem: Problem | undefined): string {
  return problem?.code === "Forbidden" ? "The audit log is an administrator's to read." : "The audit log did not come.";
}
