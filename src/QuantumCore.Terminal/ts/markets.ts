import { byId, button, make, open, write } from "./dom.js";
import { clock, compact, percent } from "./format.js";
import type { Phase } from "./protocol.js";
import type { Store } from "./store.js";

/** What a phase is for, as the exchange says it. */
export const phaseReasons: Readonly<Record<string, string>> = {
  newsPending: "news is pending", newsDissemination: "news is out", orderImbalance: "orders out of balance", technical: "technical", regulatory: "by order of an authority",
  marketWideBreaker: "market-wide breaker", priceBand: "price band", planned: "as planned",
};

/** What is to come, before a time of day. */
const nextNames: Readonly<Record<Phase, string>> = {
  continuous: "Trading goes on at", preOpen: "Pre-open at", opening: "Opening auction from", volatility: "Auction from", closing: "Closing auction from", halt: "Halt at", closed: "The market closes at",
};

/** A phase in words; nothing in the ordinary one. */
export const phaseNames: Readonly<Record<Phase, string>> = {
  preOpen: "Pre-open", opening: "Auction", continuous: "", volatility: "Auction", closing: "Auction", halt: "Halted", closed: "Closed",
};

interface Row { element: HTMLButtonElement; phase: HTMLElement; last: HTMLElement; change: HTMLElement }

/** The list of symbols, the bar of the chosen one, and what is to be said about its state. */
export class Markets {
  onChoose: (symbol: string) => void = () => undefined;
  onRetry: () => void = () => undefined;
  retryAt: () => number = () => 0;
  private readonly rows = new Map<string, Row>();

  constructor(private readonly store: Store) {
    byId("symbol").addEventListener("click", () => this.search());
    byId("retry").addEventListener("click", () => this.onRetry());
  }

  /** Shows every listed symbol. */
  list(): void {
    const host = byId("list");
    for (const symbol of this.store.instruments.keys()) {
      if (this.rows.has(symbol)) continue;
      const [phase, last, change] = [make("small"), make("span", {}, "–"), make("span", {}, "–")];
      const element = make("button", { type: "button", "aria-pressed": "false" }, make("span", {}, symbol, phase), last, change);
      element.addEventListener("click", () => this.onChoose(symbol));
      this.rows.set(symbol, { element, phase, last, change });
    }
    host.replaceChildren(...(this.rows.size === 0 ? [make("p", { class: "empty" }, "Nothing is listed yet.")] : [...this.rows.values()].map((row) => row.element)));
  }

  renderTickers(): void {
    for (const [symbol, row] of this.rows) {
      row.element.setAttribute("aria-pressed", String(symbol === this.store.instrument?.symbol));
      const ticker = this.store.tickers.get(symbol);
      const instrument = this.store.instruments.get(symbol)!;
      if (ticker === undefined) continue;
      write(row.last, ticker.lastPrice === null ? "–" : instrument.price(instrument.ticks(ticker.lastPrice)));
      write(row.phase, phaseNames[ticker.phase]);
      showChange(row.change, instrument.ticks(ticker.lastPrice ?? "0"), instrument.ticks(ticker.openPrice ?? "0"));
    }
    this.renderBar();
  }

  /** The price is that of the last trade; the change and the rest are the ticker's alone, as in the list. */
  renderBar(): void {
    const { instrument } = this.store;
    if (instrument === undefined) return;
    write(byId("symbol"), instrument.symbol);
    const last = this.store.last;
    write(byId("last"), last > 0 ? instrument.price(last) : "–");
    document.title = last > 0 ? `${instrument.price(last)} ${instrument.symbol} · QuantumCore` : "QuantumCore";
    write(byId("steps"), `${instrument.price(1)} / ${instrument.quantity(1)}`);
    const ticker = this.store.tickers.get(instrument.symbol);
    if (ticker === undefined) return;
    showChange(byId("change"), instrument.ticks(ticker.lastPrice ?? "0"), instrument.ticks(ticker.openPrice ?? "0"));
    write(byId("high"), ticker.highPrice === null ? "–" : instrument.price(instrument.ticks(ticker.highPrice)));
    write(byId("low"), ticker.lowPrice === null ? "–" : instrument.price(instrument.ticks(ticker.lowPrice)));
    write(byId("volume"), `${compact(BigInt(ticker.volume.replace(".", "")), ticker.volume.split(".")[1]?.length ?? 0)} ${instrument.base}`);
  }

  /** The connection's dot, and one message that lies over the bar and moves nothing. */
  renderLink(): void {
    const { link } = this.store;
    const names = { connecting: "Connecting", live: "Live", resyncing: "Resyncing", stale: "Stale", offline: "Offline" } as const;
    const element = byId("link");
    element.dataset["state"] = link;
    element.title = `${this.store.messages} messages, ${this.store.resyncs} times asked anew`;
    write(element.querySelector("b")!, names[link]);
    byId("trade").dataset["link"] = link;
    const text = this.notice();
    byId("notice").hidden = text === "";
    byId("retry").hidden = link !== "offline";
    write(byId("notice-text"), text);
  }

  /** The dialog in which a symbol is found by typing. */
  search(): void {
    const found = make("div", { class: "found", role: "listbox", "aria-label": "Symbols" });
    const input = make("input", { type: "search", "aria-label": "Symbol", placeholder: "AAPL", autofocus: true });
    const choose = (symbol: string): void => {
      dialog.close();
      this.onChoose(symbol);
    };
    let at = 0;
    const show = (): void => {
      const wanted = input.value.trim().toUpperCase();
      const symbols = [...this.store.instruments.values()].filter((i) => i.symbol.toUpperCase().includes(wanted));
      at = Math.max(0, Math.min(at, symbols.length - 1));
      found.replaceChildren(...symbols.map((instrument, index) => {
        const made = button("", () => choose(instrument.symbol), { role: "option", "aria-selected": String(index === at) });
        const last = this.store.tickers.get(instrument.symbol)?.lastPrice;
        made.append(make("b", {}, instrument.symbol), make("span", { class: "muted" }, last == null ? "" : instrument.price(instrument.ticks(last))));
        return made;
      }));
      if (symbols.length === 0) found.replaceChildren(make("p", { class: "empty" }, "No such symbol."));
    };
    input.addEventListener("input", () => {
      at = 0;
      show();
    });
    input.addEventListener("keydown", (event) => {
      if (event.key === "ArrowDown") at++;
      else if (event.key === "ArrowUp") at--;
      else if (event.key === "Enter") found.querySelector<HTMLButtonElement>("[aria-selected=true]")?.click();
      else return;
      event.preventDefault();
      show();
    });
    show();
    const dialog = open("Choose a symbol", input, found);
    input.focus();
  }

  private notice(): string {
    const { link, state, instrument } = this.store;
    if (link === "offline") return `No connection. Trying again in ${Math.max(0, Math.ceil((this.retryAt() - Date.now()) / 1_000))} s.`;
    if (link === "stale") return "No news of this book for 3 seconds. Prices may be old.";
    if (link === "resyncing") return "Asking for the book anew…";
    if (state === undefined || instrument === undefined) return "";
    const since = state.phaseSince === null ? "" : ` since ${clock(Date.parse(state.phaseSince))}`;
    const why = state.phaseReason === null ? "" : ` (${phaseReasons[state.phaseReason] ?? state.phaseReason})`;
    const next = state.nextPhase === null || state.nextPhaseTime === null ? "" : ` ${nextNames[state.nextPhase]} ${clock(Date.parse(state.nextPhaseTime))}.`;
    switch (state.phase) {
      case "halt": return `Trading is halted${since}${why}. Orders may be cancelled; nothing trades until it is taken up again.${next}`;
      case "closed": return `The market is closed. Nothing trades until it opens.${next}`;
      case "preOpen": return `Pre-open: orders are collected, nothing trades yet.${next}`;
      case "opening": case "closing": case "volatility": {
        const { indicative } = state;
        const kind = state.phase === "opening" ? "Opening auction" : state.phase === "closing" ? "Closing auction" : "Volatility auction";
        if (indicative === null || indicative.price === null) return `${kind}${why}: orders are collected, none would match yet.${next}`;
        const imbalance = instrument.lots(indicative.imbalance);
        const left = imbalance === 0n ? "balanced" : `${imbalance > 0n ? "buyers" : "sellers"} left with ${instrument.quantity(imbalance > 0n ? imbalance : -imbalance)}`;
        return `${kind}${why}: indicative ${instrument.price(instrument.ticks(indicative.price))}, ${instrument.quantity(instrument.lots(indicative.quantity))} ${instrument.base} would match, ${left}.${next}`;
      }
      case "continuous": return next.trimStart();
    }
  }
}

function showChange(element: HTMLElement, last: bigint, from: bigint): void {
  write(element, last === 0n || from === 0n ? "–" : percent(last - from, from));
  element.classList.toggle("up", last > from && from > 0n);
  element.classList.toggle("down", last < from);
}
