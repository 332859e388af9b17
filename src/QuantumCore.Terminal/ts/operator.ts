import { call, explain, read } from "./api.js";
import { button, confirm, make, wide, write } from "./dom.js";
import { decimal, moment, pretty } from "./format.js";
import { phaseNames, phaseReasons } from "./markets.js";
import type { MarketState, Phase } from "./protocol.js";
import { current, isOfficer } from "./session.js";
import type { Store } from "./store.js";
import { toast } from "./toast.js";

/** What an operator may do with a symbol, with the words that ask and say it. */
const acts: readonly { phase: Phase; label: string; asks: string; danger: boolean }[] = [
  { phase: "opening", label: "Start an auction", asks: "Orders are collected from now on, and nothing trades until the auction is held.", danger: false },
  { phase: "continuous", label: "Uncross, trade on", asks: "An auction that is under way is held now. After that the market trades continuously.", danger: false },
  { phase: "volatility", label: "Volatility auction", asks: "Continuous trading is interrupted by an auction.", danger: false },
  { phase: "closing", label: "Closing auction", asks: "Orders for the close are collected. The market closes after it.", danger: false },
  { phase: "preOpen", label: "Pre-open", asks: "Orders are collected before the auction.", danger: false },
  { phase: "halt", label: "Halt", asks: "Nothing trades until trading is taken up again. Cancels go on.", danger: true },
  { phase: "closed", label: "Close", asks: "The market closes. Day orders end.", danger: true },
];

const refreshEvery = 1_000;

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
    host.replaceChildren(make("h1", {}, "Operator"), make("p", { class: "empty" }, "This page is for operators. Sign in as one; in a demo that is demo-admin."));
    return;
  }
  const cards = new Map<string, SymbolCard>();
  const market = make("div", { class: "cards" });
  for (const symbol of store.instruments.keys()) {
    const card = new SymbolCard(symbol);
    cards.set(symbol, card);
    market.append(card.element);
  }
  const health = make("div", { class: "card" });
  const [silos, log, audit] = [wide("Silos"), wide("Log"), wide("Who did what")];
  host.replaceChildren(make("h1", {}, "Operator"), market, make("div", { class: "cards" }, health, accountCard(), limitsCard(store)), silos, log, audit);
  const refresh = async (): Promise<void> => {
    if (!market.isConnected) return;
    try {
      await Promise.all([...cards.values()].map((card) => card.refresh()));
      const system = await read<System>("/admin/system");
      await showHealth(health, system);
      showSilos(silos, system);
      showLog(log, system);
    } finally {
      setTimeout(() => void refresh(), refreshEvery);
    }
  };
  void refresh();
  void showAudit(audit);
}

/** What an operator may say; the other reasons are the exchange's own. */
const saidReasons = ["newsPending", "newsDissemination", "orderImbalance", "technical", "regulatory"] as const;

class SymbolCard {
  readonly element = make("section", { class: "card" });
  private readonly chip = make("span", { class: "chip" }, "…");
  private readonly facts = make("dl", { class: "facts" });
  private readonly problem = make("p", { class: "problem", role: "alert" });

  constructor(private readonly symbol: string) {
    this.element.dataset["symbol"] = symbol;
    const buttons = acts.map((act) => button(act.label, () => void this.act(act), { class: act.danger ? "solid danger" : "plain", "data-phase": act.phase }));
    this.element.append(make("div", { class: "card-title" }, make("h2", {}, symbol), this.chip), this.facts, this.problem, make("div", { class: "buttons" }, ...buttons));
  }

  async refresh(): Promise<void> {
    const outcome = await call<MarketState>("GET", `/symbols/${encodeURIComponent(this.symbol)}/state`);
    if (outcome.kind !== "done") {
      write(this.chip, outcome.kind === "refused" ? outcome.problem.code : "no answer");
      this.chip.className = "chip warn";
      return;
    }
    const state = outcome.value;
    write(this.chip, phaseNames[state.phase] === "" ? "Trading" : phaseNames[state.phase]);
    this.chip.className = state.phase === "continuous" ? "chip" : "chip warn";
    const rows: [string, string][] = [
      ["Phase", state.phase], ["Since", state.phaseSince === null ? "–" : moment(Date.parse(state.phaseSince))],
      ["Why", state.phaseReason === null ? "–" : phaseReasons[state.phaseReason] ?? state.phaseReason],
      ["Next", state.nextPhase === null || state.nextPhaseTime === null ? "–" : `${state.nextPhase} at ${moment(Date.parse(state.nextPhaseTime))}`],
      ["Last", state.lastPrice === null ? "–" : pretty(state.lastPrice)],
      ["Mark", state.markPrice === null ? "–" : pretty(state.markPrice)], ["Reference of the band", state.referencePrice === null ? "–" : pretty(state.referencePrice)],
      ["Indicative price", state.indicative?.price == null ? "–" : pretty(state.indicative.price)],
      ["Would match", state.indicative === null ? "–" : pretty(state.indicative.quantity)],
      ["Imbalance", state.indicative === null ? "–" : imbalance(state.indicative.imbalance)], ["Sequence", String(state.sequence)],
    ];
    this.facts.replaceChildren(...rows.flatMap(([label, value]) => [make("dt", {}, label), make("dd", {}, value)]));
  }

  private async act(act: (typeof acts)[number]): Promise<void> {
    const why = make("select", { "aria-label": "Reason" }, make("option", { value: "" }, "no reason given"), ...saidReasons.map((reason) => make("option", { value: reason }, phaseReasons[reason] ?? reason)));
    const seconds = make("input", { placeholder: "until somebody ends it", inputmode: "numeric", "aria-label": "For how many seconds" });
    const asks = make("p", {}, act.asks);
    if (!(await confirm(`${act.label}: ${this.symbol}?`, `${act.label}: ${this.symbol}`, asks, make("label", {}, "Reason", why), make("label", {}, "For how many seconds", seconds)))) return;
    const outcome = await call<MarketState>("POST", `/admin/symbols/${encodeURIComponent(this.symbol)}/phase`, {
      phase: act.phase, ...(why.value === "" ? {} : { reason: why.value }), ...(seconds.value === "" ? {} : { forSeconds: seconds.value }),
    });
    write(this.problem, outcome.kind === "refused" ? explain(outcome.problem) : outcome.kind === "unknown" ? "No answer came; the phase above tells what is." : "");
    if (outcome.kind === "done") toast("good", act.label, `${this.symbol} is now ${outcome.value.phase}`);
    await this.refresh();
  }
}

/** The kill switch and its milder sister. */
function accountCard(): HTMLElement {
  const account = make("input", { placeholder: "ACC-1001", "aria-label": "Account" });
  const why = make("input", { placeholder: "goes on record", maxlength: "200", "aria-label": "Reason" });
  const said = make("p", { role: "status" });
  const act = (name: string, label: string, asks: string): HTMLButtonElement => button(label, () => {
    void confirm(`${label} ${account.value}?`, `${label} ${account.value}`, make("p", {}, asks)).then(async (yes) => {
      if (!yes) return;
      const outcome = await call<object>("POST", `/admin/accounts/${encodeURIComponent(account.value)}/${name}`, why.value === "" ? {} : { why: why.value });
      write(said, outcome.kind === "done" ? `Done: ${JSON.stringify(outcome.value)}` : outcome.kind === "refused" ? explain(outcome.problem) : "No answer came.");
    });
  }, { class: name === "block" ? "solid danger" : "plain" });
  return make("section", { class: "card stack" }, make("h2", {}, "Accounts"),
    make("label", { class: "field" }, "Account ", account), make("label", { class: "field" }, "Why ", why), said,
    make("div", { class: "buttons" }, act("freeze", "Freeze", "It enters no orders and gives nothing away; its orders stay."), act("unfreeze", "Unfreeze", "It may act again."),
      act("unblock", "Unblock", "It is let go, in single symbols too."), act("block", "Block", "The kill switch: it is frozen, and all its orders are cancelled.")));
}

/** Risk limits of an account in a symbol. */
function limitsCard(store: Store): HTMLElement {
  const account = make("input", { placeholder: "ACC-1001", "aria-label": "Account" });
  const symbol = make("select", { "aria-label": "Symbol" }, ...[...store.instruments.keys()].map((name) => make("option", { value: name }, name)));
  const names = ["maxOrderQuantity", "maxOrderValue", "maxOpenOrders", "maxPosition"] as const;
  const labels: Readonly<Record<(typeof names)[number], string>> = { maxOrderQuantity: "Order quantity", maxOrderValue: "Order value", maxOpenOrders: "Open orders", maxPosition: "Position" };
  const inputs = names.map((name) => make("input", { placeholder: "no limit", "aria-label": labels[name], inputmode: "decimal" }));
  const why = make("input", { placeholder: "goes on record", maxlength: "200", "aria-label": "Reason" });
  const said = make("p", { role: "status" });
  const fill = (limits: readonly Record<string, unknown>[]): void => {
    const known = limits.find((limit) => limit["symbol"] === symbol.value);
    inputs.forEach((input, at) => (input.value = String(known?.[names[at]!] ?? "")));
    write(said, `${limits.length} symbols with limits`);
  };
  const look = async (): Promise<void> => {
    const name = account.value;
    const outcome = await call<{ limits: Record<string, unknown>[] }>("GET", `/admin/accounts/${encodeURIComponent(name)}/limits`);
    // The limits of one account are not offered for another.
    if (name !== account.value) return;
    if (outcome.kind === "done") fill(outcome.value.limits);
    else write(said, outcome.kind === "refused" ? explain(outcome.problem) : "No answer came.");
  };
  const set = async (): Promise<void> => {
    const orders = inputs[names.indexOf("maxOpenOrders")]!.value.trim();
    if (!/^\d{0,9}$/.test(orders)) {
      // What is no number must not go as none: that takes the limit away.
      write(said, "Open orders: a whole number, or nothing for no limit.");
      return;
    }
    if (!(await confirm(`Set all limits of ${account.value} in ${symbol.value}?`, "Set them", make("p", {}, "An empty field takes its limit away. What is open stays.")))) return;
    const body: Record<string, unknown> = { symbol: symbol.value };
    inputs.forEach((input, at) => {
      if (input.value.trim() !== "") body[names[at]!] = names[at] === "maxOpenOrders" ? Number(input.value) : input.value;
    });
    if (why.value !== "") body["why"] = why.value;
    const outcome = await call<{ limits: Record<string, unknown>[] }>("POST", `/admin/accounts/${encodeURIComponent(account.value)}/limits`, body);
    if (outcome.kind === "done") fill(outcome.value.limits);
    else write(said, outcome.kind === "refused" ? `${outcome.problem.field ?? ""} ${explain(outcome.problem)}` : "No answer came.");
  };
  return make("section", { class: "card stack" }, make("h2", {}, "Risk limits"), make("label", { class: "field" }, "Account ", account), make("label", { class: "field" }, "Symbol ", symbol),
    ...names.map((name, at) => make("label", { class: "field" }, `${labels[name]} `, inputs[at]!)), make("label", { class: "field" }, "Why ", why), said,
    make("div", { class: "buttons" }, button("Look up", () => void look(), { class: "plain" }), button("Set", () => void set(), { class: "solid danger" })));
}

/** Journal, latencies and lag, from what the exchange measures of itself. */
async function showHealth(card: HTMLElement, system: System | undefined): Promise<void> {
  let text: string;
  try {
    text = await (await fetch("/metrics")).text();
  } catch {
    text = "";
  }
  const values = new Map<string, number>();
  for (const line of text.split("\n")) {
    const match = /^([a-z_]+(?:\{[^}]*\})?) (\S+)/.exec(line);
    if (match !== null) values.set(match[1]!, Number(match[2]));
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
  return make("table", {}, make("thead", {}, make("tr", {}, ...heads.map((head) => make("th", { class: "text", scope: "col" }, head)))), make("tbody", {}, ...rows));
}

function cells(...texts: readonly (string | HTMLElement)[]): HTMLTableRowElement {
  return make("tr", {}, ...texts.map((text) => make("td", { class: "text" }, text)));
}

/** Every silo, and what is awake in it. */
function showSilos(card: HTMLElement, system: System | undefined): void {
  const rows = (system?.silos ?? []).map((silo) => cells(
    make("span", {}, silo.name, silo.current ? make("small", { class: "muted" }, " answers you") : undefined), silo.address, silo.role,
    make("span", { class: silo.state === "active" ? "chip" : "chip warn" }, silo.state), moment(Date.parse(silo.since)),
    silo.grains.length === 0 ? "–" : silo.grains.map((grain) => `${grain.type} ${decimal(grain.count, 0)}`).join(", ")));
  card.replaceChildren(make("h2", {}, "Silos"), rows.length === 0 ? make("p", { class: "empty" }, "No silo has told of itself.")
    : table(["Name", "Address", "Role", "State", "Since", "Grains awake"], rows));
}

/** The newest warnings and errors; a line that is read is left alone until there is a newer one. */
function showLog(card: HTMLElement, system: System | undefined): void {
  const lines = system?.log ?? [];
  const newest = system === undefined ? "none" : String(lines[0]?.sequence ?? 0);
  if (card.dataset["newest"] === newest) return;
  card.dataset["newest"] = newest;
  const message = (text: string, exception: string | null): HTMLElement =>
    exception === null ? make("span", {}, text) : make("details", {}, make("summary", {}, text), make("pre", {}, exception));
  const rows = lines.map((line) => cells(moment(Date.parse(line.time)), make("span", { class: line.level === "warn" ? "chip" : "chip warn" }, line.level),
    `${line.category.split(".").at(-1) ?? ""}[${line.event}]`, message(line.message, line.exception)));
  card.replaceChildren(make("h2", {}, "Log"), system === undefined ? make("p", { class: "empty" }, "The log did not come.")
    : rows.length === 0 ? make("p", { class: "empty" }, "No warning and no error since this process started.") : table(["Time", "Level", "Of", "What"], rows));
}

async function showAudit(card: HTMLElement): Promise<void> {
  const answer = await read<{ lines: { time: string; what: string; subject: string; by: string; detail: string }[] }>("/admin/audit?limit=200");
  const rows = (answer?.lines ?? []).map((line) => cells(moment(Date.parse(line.time)), line.what, line.subject, line.by, line.detail ?? ""));
  card.replaceChildren(make("h2", {}, "Who did what"), answer === undefined ? make("p", { class: "empty" }, "The audit log is an administrator's to read.")
    : table(["Time", "What", "Of", "By", "Detail"], rows));
}

function imbalance(text: string): string {
  return text.startsWith("-") ? `${pretty(text.slice(1))} left of sellers` : /^[0.]*$/.test(text) ? "none" : `${pretty(text)} left of buyers`;
}
