import { call, explain } from "./api.js";
import { button, confirm, make, write } from "./dom.js";
import { compact, moment, percent, pretty } from "./format.js";
import { phaseNames, phaseReasons } from "./markets.js";
import type { MarketState, Phase } from "./protocol.js";
import type { Store } from "./store.js";
import { toast } from "./toast.js";

/** Phases that an operator may set, with the words that ask and say it. */
const acts: readonly { phase: Phase; label: string; asks: string; danger: boolean }[] = [
  { phase: "opening", label: "Start an auction", asks: "Orders are collected from now on, and nothing trades until the auction is held.", danger: false },
  { phase: "continuous", label: "Uncross, trade on", asks: "An auction that is under way is held now. After that the market trades continuously.", danger: false },
  { phase: "volatility", label: "Volatility auction", asks: "Continuous trading is interrupted by an auction.", danger: false },
  { phase: "closing", label: "Closing auction", asks: "Orders for the close are collected, until the market is closed.", danger: false },
  { phase: "preOpen", label: "Pre-open", asks: "Orders are collected before the auction.", danger: false },
  { phase: "halt", label: "Halt", asks: "Nothing trades until trading is taken up again. Cancels go on.", danger: true },
  { phase: "closed", label: "Close", asks: "The market closes, after its closing auction if that is under way. Day orders end.", danger: true },
];

/** Reasons that an operator may give; the other reasons are the exchange's own. */
const saidReasons = ["newsPending", "newsDissemination", "orderImbalance", "technical", "regulatory"] as const;

const factNames = ["Phase", "Since", "Why", "Next", "Last", "Mark", "Reference of the band", "Takes prices", "Indicative price", "Would match", "Imbalance", "Sequence"] as const;

/** The state of one symbol, and what an operator does about it. */
class SymbolCard {
  readonly element = make("section", { class: "card" });
  private readonly chip = make("span", { class: "chip" }, "…");
  private readonly told = factNames.map(() => make("dd", {}, "–"));
  private readonly facts = make("dl", { class: "facts" }, ...factNames.flatMap((name, at) => [make("dt", {}, name), this.told[at]!]));
  /** Answers come in any sequence: one that was asked for earlier than what is shown is not shown any more. */
  private asked = 0;
  private shown = 0;
  private readonly problem = make("p", { class: "problem", role: "alert" });

  constructor(private readonly symbol: string) {
    this.element.dataset["symbol"] = symbol;
    const buttons = acts.map((act) => button(act.label, () => void this.act(act), { class: act.danger ? "solid danger" : "plain", "data-phase": act.phase }));
    this.element.append(make("div", { class: "card-title" }, make("h2", {}, symbol), this.chip), this.facts, this.problem, make("div", { class: "buttons" }, ...buttons));
  }

  async refresh(): Promise<void> {
    const asked = ++this.asked;
    const outcome = await call<MarketState>("GET", `/symbols/${encodeURIComponent(this.symbol)}/state`);
    if (asked < this.shown) return;
    this.shown = asked;
    this.facts.toggleAttribute("data-old", outcome.kind !== "done");
    if (outcome.kind !== "done") {
      write(this.chip, outcome.kind === "refused" ? outcome.problem.code : "no answer");
      this.chip.className = "chip warn";
      return;
    }
    const state = outcome.value;
    write(this.chip, phaseNames[state.phase] === "" ? "Trading" : phaseNames[state.phase]);
    this.chip.className = state.phase === "continuous" ? "chip" : "chip warn";
    const texts = [
      state.phase, state.phaseSince === null ? "–" : moment(Date.parse(state.phaseSince)),
      state.phaseReason === null ? "–" : phaseReasons[state.phaseReason] ?? state.phaseReason,
      state.nextPhase === null || state.nextPhaseTime === null ? "–" : `${state.nextPhase} at ${moment(Date.parse(state.nextPhaseTime))}`,
      ...[state.lastPrice, state.markPrice, state.referencePrice].map(orDash),
      state.priceLimits === null ? "any" : `${pretty(state.priceLimits.lowest)} to ${pretty(state.priceLimits.highest)}`,
      ...[state.indicative?.price ?? null, state.indicative?.quantity ?? null].map(orDash),
      state.indicative === null ? "–" : imbalance(state.indicative.imbalance), String(state.sequence),
    ];
    texts.forEach((text, at) => write(this.told[at]!, text));
  }

  private async act(act: (typeof acts)[number]): Promise<void> {
    const why = make("select", { "aria-label": "Reason" }, make("option", { value: "" }, "no reason given"), ...saidReasons.map((reason) => make("option", { value: reason }, phaseReasons[reason] ?? reason)));
    const seconds = make("input", { placeholder: "until somebody ends it", inputmode: "numeric", "aria-label": "For how many seconds" });
    const note = make("input", { placeholder: "goes on record", maxlength: "200", "aria-label": "Why" });
    const asks = make("p", {}, act.asks);
    if (!(await confirm(`${act.label}: ${this.symbol}?`, `${act.label}: ${this.symbol}`, asks, make("label", { class: "field" }, "Reason", why), make("label", { class: "field" }, "For how many seconds", seconds), make("label", { class: "field" }, "Why", note)))) return;
    const [forSeconds, said] = [seconds.value.trim(), note.value.trim()];
    const outcome = await call<MarketState>("POST", `/admin/symbols/${encodeURIComponent(this.symbol)}/phase`, {
      phase: act.phase, ...(why.value === "" ? {} : { reason: why.value }), ...(forSeconds === "" ? {} : { forSeconds }), ...(said === "" ? {} : { why: said }),
    });
    const field = outcome.kind === "refused" && outcome.problem.field === "forSeconds" ? "For how many seconds, 1 to a week" : act.label;
    write(this.problem, outcome.kind === "refused" ? `${field}: ${explain(outcome.problem)}` : outcome.kind === "unknown" ? "No answer came; the phase above tells what is." : "");
    if (outcome.kind === "done") toast("good", act.label, `${this.symbol} is now ${outcome.value.phase}`);
    await this.refresh();
  }
}

/** All symbols as a table with a filter, and beside it the one that is chosen: only that one's state is asked for. */
export class SymbolTable {
  readonly element = make("div", { class: "symbols" });
  private readonly rows = new Map<string, { element: HTMLTableRowElement; chip: HTMLElement; last: HTMLElement; change: HTMLElement; volume: HTMLElement; choose: HTMLButtonElement }>();
  private readonly filter = make("input", { type: "search", placeholder: "such as BTC", "aria-label": "Filter symbols" });
  private readonly phase = make("select", { "aria-label": "State" },
    ...[["", "Any state"], ["trading", "Trading"], ["other", "Not trading"]].map(([value, label]) => make("option", { value: value! }, label)));
  private readonly count = make("span", { class: "muted", role: "status" });
  private card: SymbolCard | undefined;

  constructor(private readonly store: Store) {
    const body = make("tbody");
    for (const symbol of store.instruments.keys()) {
      const choose = button(symbol, () => this.choose(symbol), { class: "ghost", "aria-pressed": "false" });
      const [chip, last, change, volume] = [make("span", { class: "chip" }, "…"), make("td", {}, "–"), make("td", {}, "–"), make("td", {}, "–")];
      const element = make("tr", { "data-symbol": symbol }, make("td", { class: "text" }, choose), make("td", { class: "text" }, chip), last, change, volume);
      this.rows.set(symbol, { element, chip, last, change, volume, choose });
      body.append(element);
    }
    const head = make("tr", {}, ...["Symbol", "State", "Last", "24 h", "24 h volume"].map((name, at) => make("th", { scope: "col", class: at < 2 ? "text" : "" }, name)));
    const list = make("section", { class: "card", "aria-label": "Symbols" },
      make("div", { class: "filters" }, make("label", {}, "Symbol", this.filter), make("label", {}, "State", this.phase), this.count),
      make("div", { class: "symbol-rows", tabindex: "0" }, make("table", {}, make("thead", {}, head), body)));
    this.element.append(list);
    this.filter.addEventListener("input", () => this.render());
    this.phase.addEventListener("change", () => this.render());
    const first = this.rows.keys().next().value;
    if (first !== undefined) this.choose(first);
  }

  async refresh(): Promise<void> {
    this.render();
    await this.card?.refresh();
  }

  /** Shows what the tickers tell, of the symbols that the filter lets through. */
  private render(): void {
    const wanted = this.filter.value.trim().toUpperCase();
    let shown = 0;
    for (const [symbol, row] of this.rows) {
      const [ticker, instrument] = [this.store.tickers.get(symbol), this.store.instruments.get(symbol)!];
      const isTrading = ticker?.phase === "continuous";
      const isShown = symbol.toUpperCase().includes(wanted) && (this.phase.value === "" || ticker === undefined || isTrading === (this.phase.value === "trading"));
      row.element.hidden = !isShown;
      if (isShown) shown++;
      if (ticker === undefined) continue;
      const [last, open] = [instrument.ticks(ticker.lastPrice ?? "0"), instrument.ticks(ticker.openPrice ?? "0")];
      write(row.chip, isTrading ? "Trading" : phaseNames[ticker.phase]);
      row.chip.className = isTrading ? "chip" : "chip warn";
      write(row.last, last === 0n ? "–" : instrument.price(last));
      write(row.change, last === 0n || open === 0n ? "–" : percent(last - open, open));
      write(row.volume, compact(BigInt(ticker.volume.replace(".", "")), ticker.volume.split(".")[1]?.length ?? 0));
    }
    write(this.count, `${shown} of ${this.rows.size}`);
  }

  private choose(symbol: string): void {
    for (const [name, row] of this.rows) row.choose.setAttribute("aria-pressed", String(name === symbol));
    const card = new SymbolCard(symbol);
    if (this.card === undefined) this.element.append(card.element);
    else this.card.element.replaceWith(card.element);
    this.card = card;
    void this.refresh();
  }
}

function orDash(number: string | null): string {
  return number === null ? "–" : pretty(number);
}

function imbalance(text: string): string {
  return text.startsWith("-") ? `${pretty(text.slice(1))} left of sellers` : /^[0.]*$/.test(text) ? "none" : `${pretty(text)} left of buyers`;
}
