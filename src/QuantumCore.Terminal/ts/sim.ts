import { call, explain, insist, read, type Outcome } from "./api.js";
import { button, confirm, make, wholeNumber, write } from "./dom.js";
import { clock } from "./format.js";
import { phaseNames } from "./markets.js";
import type { MarketState } from "./protocol.js";
import { ReplayCard, type Replay } from "./replay.js";
import { asOperator } from "./session.js";
import type { Store } from "./store.js";

interface Fault { id: number; kind: string; on: string; key: string | null; symbol: string | null; left: number; millis: number }
interface WrongClock { id: number; key: string | null; millis: number }
interface Fired { at: string; fault: number; kind: string; to: string }

/** What the simulation's port tells. */
export interface Simulation {
  running: boolean;
  market: { paused: boolean; speed: string; volatility: string; seed: number; steps: number; away: readonly string[] };
  skewMillis: number;
  faults: readonly Fault[];
  clocks?: readonly WrongClock[];
  fired: readonly Fired[];
  replay?: Replay | null;
}

/** Who trades in the simulated market, by the names of the calls. */
const participants: readonly (readonly [string, string])[] = [
  ["maker", "Makers, close to the price"], ["depth", "Makers, farther away"], ["noise", "Noise traders"], ["momentum", "Momentum traders"],
  ["reversion", "Mean-reversion traders"], ["institution", "Large orders in slices"],
];
const refreshEvery = 1_000;
const kinds: readonly (readonly [string, string])[] = [
  ["reject", "Reject the next"], ["timeout", "Time out after accepting"], ["drop", "Drop the connection"], ["delay", "Delay"],
  ["skip", "Skip a sequence number"], ["duplicate", "Duplicate a message"],
];

/** The simulation as it stands; nothing where there is none to shape: out of a demo, and for who is not its operator. */
function simulation(): Promise<Outcome<Simulation | undefined>> {
  return call<Simulation | undefined>("GET", "/sim");
}

/** The clock of the simulated market, halts, and faults for clients under test. */
export async function show(host: HTMLElement, store: Store): Promise<void> {
  document.title = "Simulation · QuantumCore";
  const silent = setTimeout(() => host.replaceChildren(make("h1", {}, "Simulation"), make("p", { class: "empty" }, "The exchange did not answer yet. It is asked again until it does.")), refreshEvery);
  const answer = await insist(simulation, Infinity, () => host.isConnected);
  clearTimeout(silent);
  const first = answer.kind === "done" ? answer.value : undefined;
  if (first === undefined) {
    const operator = asOperator();
    host.replaceChildren(make("h1", {}, "Simulation"), make("p", { class: "empty" },
      operator !== undefined ? "The demo's operator shapes the simulated market here: its clock, volatility and participants, halts, replays, and faults for clients under test."
        : "There is no market to shape here. In a demo, sign in as its operator on the machine that it runs on."), ...(operator === undefined ? [] : [make("p", { class: "empty" }, operator)]));
    return;
  }
  const page = new SimulationPage(store);
  host.replaceChildren(make("h1", {}, "Simulation"), ...page.cards);
  page.tell(first);
  const refresh = async (): Promise<void> => {
    if (!page.cards[0]!.isConnected) return;
    const changes = page.changes;
    const now = await simulation();
    // What was asked before a change may be from before it: the next answer is not.
    if (changes === page.changes) page.tell(now.kind === "done" ? now.value : undefined);
    await page.showPhases();
    setTimeout(() => void refresh(), refreshEvery);
  };
  void refresh();
}

/** Where it is said why something was not done: in the card of what asked for it. */
const alert = (): HTMLElement => make("p", { class: "problem", role: "alert" });

class SimulationPage {
  readonly cards: readonly HTMLElement[];
  /** Changes that were begun or done, to tell which answers are older. */
  changes = 0;
  private readonly chip = make("span", { class: "chip", role: "status" }, "…");
  private readonly facts = make("dl", { class: "facts" });
  private readonly problem = alert();
  private readonly problems = { participants: alert(), symbols: alert(), faults: alert() };
  private readonly waiting = make("div");
  /** A line for each fault that waits. It stays the same element: who has its button in focus keeps it. */
  private readonly lines = new Map<number, HTMLElement>();
  private readonly fired = make("section", { class: "card", tabindex: "0", "aria-label": "Faults that happened" });
  private readonly replay: ReplayCard;
  private readonly symbols: readonly string[];
  private readonly present = new Map<string, HTMLInputElement>();
  private readonly phases = new Map<string, HTMLElement>();

  constructor(store: Store) {
    this.symbols = [...store.instruments.keys()];
    this.replay = new ReplayCard(() => store.now(), (path, change) => this.act("POST", path, change, this.replay.problem));
    this.cards = [make("div", { class: "cards" }, this.marketCard(), this.participantsCard(), this.symbolsCard(), this.replay.card, this.faultCard()), this.fired];
  }

  /** Shows how everything stands; what was told before stays where no answer came, and is called so. */
  tell(now: Simulation | undefined): void {
    if (now === undefined) {
      write(this.chip, "no answer");
      this.chip.className = "chip warn";
      return;
    }
    write(this.chip, !now.running ? "nobody is simulated" : now.market.paused ? "paused" : `running ×${now.market.speed}`);
    this.chip.className = now.market.paused ? "chip warn" : "chip";
    const rows: [string, string][] = [["Seed", String(now.market.seed)], ["Steps of 0.1 s", String(now.market.steps)], ["Volatility", `×${now.market.volatility}`], ["Clients' clock ahead by", `${now.skewMillis} ms`]];
    const own = (now.clocks ?? []).filter((clock) => clock.key !== null).length;
    if (own > 0) rows.push(["Keys with a clock of their own", String(own)]);
    this.facts.replaceChildren(...rows.flatMap(([label, value]) => [make("dt", {}, label), make("dd", {}, value)]));
    for (const [name, box] of this.present) box.checked = !now.market.away.includes(name);
    this.replay.tell(now.replay ?? undefined);
    this.tellWaiting([
      ...(now.clocks ?? []).map((clock) => ({ id: clock.id, says: `clock ${clock.millis} ms ahead, ${clock.key ?? "every key without its own"}`, action: "Put right", of: clock.key ?? "every key" })),
      ...now.faults.map((fault) => {
        const what = `${fault.kind} of ${fault.on}, ${fault.symbol ?? "every symbol"}, ${fault.key ?? "every key"}`;
        return { id: fault.id, says: `${what}: ${fault.left} left`, action: "Take away", of: what };
      }),
    ]);
    this.fired.replaceChildren(make("h2", {}, "Faults that happened"), now.fired.length === 0 ? make("p", { class: "empty" }, "None yet. Set one above, and let a client run into it.")
      : make("table", {}, make("thead", {}, make("tr", {}, ...["Time", "Fault", "What", "To"].map((head) => make("th", { class: "text", scope: "col" }, head)))),
        make("tbody", {}, ...now.fired.map((fault) => make("tr", {}, ...[clock(Date.parse(fault.at)), String(fault.fault), fault.kind, fault.to].map((cell) => make("td", { class: "text" }, cell)))))));
  }

  private tellWaiting(faults: readonly { id: number; says: string; action: string; of: string }[]): void {
    const ids = new Set(faults.map(({ id }) => id));
    for (const [id, line] of this.lines) {
      if (ids.has(id)) continue;
      line.remove();
      this.lines.delete(id);
    }
    for (const { id, says, action, of } of faults) {
      const line = this.lines.get(id) ?? make("div", { class: "line" }, make("span"),
        button(action, () => void this.act("DELETE", `/sim/faults/${id}`, undefined, this.problems.faults), { class: "plain", "aria-label": `${action}, ${of}` }));
      write(line.firstElementChild!, says);
      if (!this.lines.has(id)) this.waiting.append(line);
      this.lines.set(id, line);
    }
  }

  async showPhases(): Promise<void> {
    await Promise.all([...this.phases].map(async ([symbol, chip]) => {
      const state = await read<MarketState>(`/symbols/${encodeURIComponent(symbol)}/state`);
      write(chip, state === undefined ? "no answer" : phaseNames[state.phase] === "" ? "Trading" : phaseNames[state.phase]);
      chip.className = state?.phase === "continuous" ? "chip" : "chip warn";
    }));
  }

  private marketCard(): HTMLElement {
    const field = (label: string, value: string): HTMLInputElement => make("input", { value, "aria-label": label, inputmode: "decimal", size: "6" });
    const [steps, speed, volatility, seed, skew] = [field("Steps", "10"), field("Speed", "1"), field("Volatility", "1"), field("Seed", "1"), field("Clock ahead, ms", "0")];
    const key = make("input", { placeholder: "every key", "aria-label": "Whose clock, API key", size: "12", autocomplete: "off" });
    /** Sends the number of a field; what is none is said, and not sent. */
    const send = (input: HTMLInputElement, does: (number: number) => void): void => {
      const number = wholeNumber(input, this.problem);
      if (number !== undefined) does(number);
    };
    const setClock = (millis: number): void => void this.act("POST", "/sim/skew", { millis, ...(key.value === "" ? {} : { key: key.value }) });
    const beginAnew = (seed: number): void => void confirm("Begin the market anew?", "Begin anew",
      make("p", {}, "All simulated orders are taken out, and prices go back to the listed ones. Your own orders stay, and may trade.")).then((yes) => yes ? this.market({ seed }) : undefined);
    const row = (input: HTMLInputElement, label: string, action: string, does: () => void): HTMLElement =>
      make("div", { class: "line" }, make("label", { class: "field" }, `${label} `, input), button(action, does, { class: "plain" }));
    return make("section", { class: "card" }, make("div", { class: "card-title" }, make("h2", {}, "Market"), this.chip), this.facts, this.problem,
      make("div", { class: "buttons" }, button("Pause", () => void this.market({ paused: true }), { class: "plain" }), button("Resume", () => void this.market({ paused: false }), { class: "plain" })),
      row(steps, "Steps", "Step", () => send(steps, (number) => void this.market({ steps: number }))),
      row(speed, "Speed, 0.1 to 50", "Set speed", () => void this.market({ speed: speed.value.trim() })),
      row(volatility, "Volatility, 0 to 20", "Set volatility", () => void this.market({ volatility: volatility.value.trim() })),
      make("div", { class: "line whole" }, make("label", { class: "field" }, "Whose clock, API key ", key)),
      row(skew, "Clock ahead, ms", "Set clock", () => send(skew, setClock)),
      row(seed, "Seed", "Begin anew", () => send(seed, beginAnew)));
  }

  private participantsCard(): HTMLElement {
    const rows = participants.map(([name, label]) => {
      const box = make("input", { type: "checkbox", checked: true, "data-participant": name });
      this.present.set(name, box);
      box.addEventListener("change", () => void this.sendAway());
      return make("label", { class: "line" }, make("span", {}, label), box);
    });
    return make("section", { class: "card" }, make("h2", {}, "Participants"), ...rows, make("p", { class: "muted" }, "Participants that are sent away cancel their orders."), this.problems.participants);
  }

  /** Sends away who has no mark. One change at a time: each is of all participants. */
  private async sendAway(): Promise<void> {
    const boxes = [...this.present];
    for (const [, box] of boxes) box.disabled = true;
    await this.act("POST", "/sim/market", { away: boxes.filter(([, box]) => !box.checked).map(([name]) => name) }, this.problems.participants);
    for (const [, box] of boxes) box.disabled = false;
  }

  private symbolsCard(): HTMLElement {
    const rows = this.symbols.map((symbol) => {
      const chip = make("span", { class: "chip" }, "…");
      this.phases.set(symbol, chip);
      const halt = (halted: boolean): void => void this.act("POST", `/sim/symbols/${encodeURIComponent(symbol)}`, { halted }, this.problems.symbols);
      const ask = (): void => void confirm(`Halt ${symbol}?`, "Halt", make("p", {}, `Nobody can trade ${symbol} until it is let. Orders stay in its book, and can be cancelled.`))
        .then((yes) => yes ? halt(true) : undefined);
      return make("div", { class: "line halts" }, make("b", {}, symbol), chip,
        button("Halt", ask, { class: "solid danger", "aria-label": `Halt ${symbol}` }), button("Trade on", () => halt(false), { class: "plain", "aria-label": `Trade on, ${symbol}` }));
    });
    return make("section", { class: "card" }, make("h2", {}, "Halts"), ...rows, this.problems.symbols);
  }

  private faultCard(): HTMLElement {
    const options = (all: readonly (readonly [string, string])[]): HTMLOptionElement[] => all.map(([value, label]) => make("option", { value }, label));
    const kind = make("select", { "aria-label": "Fault" }, ...options(kinds));
    const on = make("select", { "aria-label": "What it meets" }, ...options([["requests", "requests that change something"], ["stream", "messages of streams"]]));
    const symbol = make("select", { "aria-label": "Symbol" }, ...options([["", "every symbol"], ...this.symbols.map((name) => [name, name] as const)]));
    const key = make("input", { placeholder: "every key", "aria-label": "API key" });
    const count = make("input", { value: "1", "aria-label": "How many times", inputmode: "numeric", size: "6" });
    const millis = make("input", { value: "2000", "aria-label": "Milliseconds", inputmode: "numeric", size: "6" });
    // Only a drop and a delay may meet either.
    const fit = (): void => {
      const isOfStream = kind.value === "skip" || kind.value === "duplicate";
      on.disabled = kind.value !== "drop" && kind.value !== "delay";
      if (on.disabled) on.value = isOfStream ? "stream" : "requests";
      millis.disabled = kind.value !== "delay" && kind.value !== "timeout";
    };
    kind.addEventListener("change", fit);
    fit();
    const add = (): void => {
      const [times, wait] = [wholeNumber(count, this.problems.faults), millis.disabled ? 0 : wholeNumber(millis, this.problems.faults)];
      if (times === undefined || wait === undefined) return;
      void this.act("POST", "/sim/faults", {
        kind: kind.value, on: on.value, count: times,
        ...(symbol.value === "" ? {} : { symbol: symbol.value }), ...(key.value === "" ? {} : { key: key.value }), ...(millis.disabled ? {} : { millis: wait }),
      }, this.problems.faults);
    };
    const fields: readonly (readonly [string, HTMLElement])[] = [["What", kind], ["Of", on], ["Symbol", symbol], ["API key", key], ["Times", count], ["Milliseconds", millis]];
    return make("section", { class: "card stack" }, make("h2", {}, "Faults for clients"), ...fields.map(([label, input]) => make("label", { class: "field" }, `${label} `, input)),
      make("div", { class: "buttons" }, button("Set the fault", add, { class: "solid danger" }), button("Take all away", () => void this.act("DELETE", "/sim/faults", undefined, this.problems.faults), { class: "plain" })), this.problems.faults, this.waiting);
  }

  private market(change: object): Promise<void> {
    return this.act("POST", "/sim/market", change);
  }

  private async act(method: string, path: string, body?: unknown, problem = this.problem): Promise<void> {
    this.changes++;
    const outcome: Outcome<Simulation> = await call<Simulation>(method, path, body);
    this.changes++;
    write(problem, outcome.kind === "done" ? "" : outcome.kind === "refused" ? `${outcome.problem.field ?? ""} ${explain(outcome.problem)}` : "No answer came.");
    if (outcome.kind === "done") this.tell(outcome.value);
    await this.showPhases();
  }
}
