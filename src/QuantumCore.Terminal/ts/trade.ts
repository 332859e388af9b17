import { Account } from "./account.js";
import { Alerts } from "./alerts.js";
import { pause, read } from "./api.js";
import { Blotter } from "./blotter.js";
import { Chart } from "./chart.js";
import { Depth } from "./depth.js";
import { byId, make, tabs, write } from "./dom.js";
import { zoneName } from "./format.js";
import { Instrument } from "./instrument.js";
import type { Key } from "./keys.js";
import { Ladder } from "./ladder.js";
import { MarginWatch } from "./margin.js";
import { Markets } from "./markets.js";
import { OneClick } from "./oneclick.js";
import { Panels } from "./panels.js";
import { prefs, toggleTheme } from "./prefs.js";
import type { CandleRow, InstrumentJson, Side, TradeJson } from "./protocol.js";
import { Stream } from "./socket.js";
import type { Store, Topic } from "./store.js";
import { Tape } from "./tape.js";
import { Ticket } from "./ticket.js";
import { Today } from "./today.js";

const intervals: readonly (readonly [string, number])[] = [["1m", 60_000], ["5m", 300_000], ["15m", 900_000], ["30m", 1_800_000], ["1h", 3_600_000], ["4h", 14_400_000], ["1d", 86_400_000], ["1w", 604_800_000]];
const groups = [1, 10, 100, 1_000, 5_000];
const candlesAtFirst = 1_440;
const candleRefresh = 15_000;
/** What was missed or not answered is asked for so long after the last time. */
const missedRefresh = 2_000;

/** The trade page: its parts, what connects them, and when each is painted. */
export class Trade {
  /** The exchange does not know any more who this is. */
  onUnknown: () => void = () => undefined;
  /** The address names a symbol that is not listed. */
  onNotListed: (symbol: string) => void = () => undefined;

  private readonly stream: Stream;
  private readonly account: Account;
  private readonly margin: MarginWatch;
  private readonly alerts: Alerts;
  private readonly markets: Markets;
  private readonly ladder: Ladder;
  private readonly oneClick: OneClick;
  private readonly chart: Chart;
  private readonly panels: Panels;
  private readonly depth: Depth;
  private readonly tape: Tape;
  private readonly ticket: Ticket;
  private readonly blotter: Blotter;
  private readonly today: Today;
  private readonly grouping = byId<HTMLSelectElement>("grouping");
  private readonly showInterval: (name: string) => void;
  private interval = "1m";
  private olderPending = false;
  private olderAt = 0;
  private hasNoOlder = false;
  /** Until when, by this machine's clock, candles are the exchange's own; 0 before it has told any. */
  private candlesUntil = 0;
  /** Trades, and candles, that may have been missed. */
  private missed = false;
  private snapshots = 0;
  private slowAt = 0;
  private depthAt = 0;
  private candlesAt = 0;
  private listAt = 0;
  private wanted = "";
  private readonly work: number[] = [];

  constructor(private readonly store: Store) {
    this.stream = new Stream(store);
    this.account = new Account(store);
    this.margin = new MarginWatch(store);
    this.markets = new Markets(store);
    this.ladder = new Ladder(store);
    this.oneClick = new OneClick(store);
    this.alerts = new Alerts(store);
    this.chart = new Chart(store, this.alerts);
    this.panels = new Panels(store, () => ({ name: this.interval, millis: store.candleMillis }));
    this.depth = new Depth(store);
    this.tape = new Tape(store);
    this.ticket = new Ticket(store);
    this.blotter = new Blotter(store);
    this.today = new Today(store);
    const list = byId("intervals");
    for (const [name] of intervals) list.append(make("button", { role: "tab", type: "button", "data-interval": name, "aria-selected": "false" }, name));
    this.showInterval = tabs(list, "data-interval", (name) => this.chooseInterval(name));
    this.connectParts();
    this.connectViews();
  }

  /** Reads what is listed, and begins. */
  async start(symbol: string | undefined, interval: string | null, hasAccount: boolean): Promise<void> {
    this.stream.followAccount(hasAccount);
    this.stream.connect();
    let listed: { instruments: InstrumentJson[] } | undefined;
    while ((listed = await read<{ instruments: InstrumentJson[] }>("/instruments")) === undefined) await pause(1_000);
    this.list(listed.instruments);
    if (interval !== null && intervals.some(([name]) => name === interval)) this.takeInterval(interval);
    this.showInterval(this.interval);
    const first = symbol !== undefined && this.store.instruments.has(symbol) ? symbol : this.store.instruments.keys().next().value;
    if (symbol !== undefined && first !== symbol) this.onNotListed(symbol);
    const step = Number(new URLSearchParams(location.search).get("group"));
    if (first !== undefined) this.choose(first);
    if (groups.includes(step)) this.regroup(groups.indexOf(step) - groups.indexOf(this.ladder.step));
  }

  private list(listed: readonly InstrumentJson[]): void {
    for (const json of listed) if (!this.store.instruments.has(json.symbol)) this.store.instruments.set(json.symbol, new Instrument(json));
    this.markets.list();
  }

  /** What was listed since, or goes on under another name, is traded like the rest: its orders are shown, and can be cancelled. */
  private async listNew(now: number): Promise<void> {
    const { instruments, tickers } = this.store;
    if (instruments.size === 0 || now < this.listAt || [...tickers.keys()].every((symbol) => instruments.has(symbol))) return;
    this.listAt = now + missedRefresh;
    const answer = await read<{ instruments: InstrumentJson[] }>("/instruments");
    if (answer === undefined) return;
    this.list(answer.instruments);
    this.panels.apply();
    this.store.touch("tickers", "orders");
  }

  /** Somebody else is signed in: the stream shows that account, or none. */
  followAccount(on: boolean): void {
    this.oneClick.leave("Disarmed: somebody else is signed in.");
    this.account.forget();
    this.alerts.forget();
    this.stream.followAccount(on);
  }

  /** Shows a symbol that the address names; of one that names none, the symbol that is shown. */
  show(symbol: string | undefined): void {
    if (symbol === undefined && this.wanted !== "") this.writeAddress();
    else if (symbol !== undefined && symbol !== this.store.instrument?.symbol && this.store.instruments.has(symbol)) this.choose(symbol);
  }

  /** Everything is to be painted anew: the colours or the clock are others. */
  repaint(): void {
    byId("oneclick-toggle").hidden = !prefs.oneClick;
    if (!prefs.oneClick && this.oneClick.shown) this.showOneClick(false);
    for (const surface of [this.ladder, this.oneClick, this.chart, this.depth, this.tape]) surface.dirty = true;
    this.panels.apply();
    write(byId("zone"), zoneName());
    this.store.touch("orders", "fills", "tickers");
  }

  /** Where another page is shown they mean nothing: nobody sees what they would do. */
  keys(): readonly Key[] {
    return [...this.ownKeys().map((key): Key => key.does === undefined ? key : { ...key, does: (event) => byId("trade").hidden || key.does!(event) }),
      { keys: ["T"], says: "Light or dark", does: toggleTheme }, { keys: ["Esc"], says: "Close, or leave a field" }];
  }

  private ownKeys(): readonly Key[] {
    const type = (name: string, kind: string, says: string): Key => ({ keys: [name], says, does: () => this.ticket.setKind(kind) });
    return [
      { keys: ["/"], says: "Find a symbol", does: () => this.markets.search() },
      { keys: ["B"], says: "Buy: the ticket's quantity", does: () => this.openTicket("buy") },
      { keys: ["S"], says: "Sell: the ticket's quantity", does: () => this.openTicket("sell") },
      type("L", "limit", "Limit order"), type("M", "market", "Market order"), type("P", "postOnly", "Post-only order"),
      { keys: ["↑", "↓"], says: "In a field: one tick or lot, with Shift ten" },
      { keys: ["Enter"], says: "In the ticket: send the order" },
      { keys: ["X"], says: "Cancel the newest open order", does: () => this.blotter.cancelNewest() },
      { keys: ["Shift+X"], says: "Cancel all orders of the symbol", does: () => void this.blotter.cancelAll() },
      { keys: ["["], says: "Finer prices in the book", does: () => this.regroup(-1) },
      { keys: ["]"], says: "Coarser prices in the book", does: () => this.regroup(1) },
      // No digit is a key: who types one means a quantity or a price.
      { keys: [","], says: "Shorter candles", does: () => this.stepInterval(-1) },
      { keys: ["."], says: "Longer candles", does: () => this.stepInterval(1) },
      { keys: ["C"], says: "To the chart", does: () => this.view("chart", this.chart.canvas) },
      { keys: ["D"], says: "To the depth", does: () => this.view("depth", this.depth.canvas) },
      { keys: ["A"], says: "Tell me when a price is reached", does: () => this.chart.askAlert() },
      { keys: ["O"], says: "An order at the price under the pointer on the chart", does: () => this.chart.askOrder() },
      { keys: ["V"], says: "The book as a table", does: () => byId("book-table").click() },
    ];
  }

  /** One frame while another page is shown: what stands in the header. */
  away(now: number): void {
    this.margin.watch(now);
    this.oneClick.leave("Disarmed: another page was shown.");
    if (this.store.dirty.delete("link")) this.markets.renderLink();
  }

  /** One frame: what has changed is painted, each part at its own pace. */
  frame(now: number): void {
    const began = performance.now();
    this.margin.watch(now);
    const { dirty } = this.store;
    const has = (...topics: Topic[]): boolean => topics.some((topic) => dirty.has(topic));
    if (has("book", "orders", "state", "trades", "link")) this.ladder.dirty = true;
    if (has("book", "orders", "state", "trades", "link")) this.oneClick.dirty = true;
    if (has("state", "link", "balances")) this.oneClick.watch();
    if (has("trades")) this.tape.dirty = true;
    if (has("candles", "trades", "orders", "fills", "link")) this.chart.dirty = true;
    if (has("book", "state")) this.depth.dirty = true;
    if (has("tickers")) {
      void this.listNew(now);
      this.hasPrices = true;
      this.markets.renderTickers();
    }
    if (has("trades")) this.markets.renderBar();
    if (has("link", "state")) this.markets.renderLink();
    if (has("orders", "fills", "balances", "tickers")) this.blotter.render();
    if (has("book", "balances", "state", "link", "orders")) this.refreshTicket = true;
    this.blotter.watchPositions(now, has("fills"));
    this.today.watch(now, has("fills"));
    if (has("tickers", "balances")) this.today.render();
    dirty.clear();
    this.ladder.paint(now);
    this.oneClick.paint(now);
    if (now - this.slowAt >= 50) {
      this.slowAt = now;
      this.chart.paint(now);
      this.panels.paint(now, this.hasPrices);
      this.hasPrices = false;
      this.tape.paint(now);
    }
    if (now - this.depthAt >= 100) {
      this.depthAt = now;
      this.depth.paint(now);
      if (this.refreshTicket) this.ticket.refresh();
      this.refreshTicket = false;
    }
    this.tellPace(performance.now() - began);
    this.keepPast(now);
  }

  private refreshTicket = false;
  /** The market's prices have moved since the charts beside the main one were painted. */
  private hasPrices = false;

  private connectParts(): void {
    this.stream.onUnknown = () => this.onUnknown();
    this.stream.onAccount = (message) => this.account.take(message);
    this.stream.onSnapshot = () => (this.missed ||= this.snapshots++ > 0);
    this.stream.onAlerts = (message) => this.alerts.take(message);
    this.markets.onChoose = (symbol) => this.choose(symbol);
    this.panels.onChoose = (symbol) => this.choose(symbol);
    this.markets.onRetry = () => this.stream.retry();
    this.markets.retryAt = () => this.stream.retryAt;
    this.chart.onNeedOlder = () => void this.readOlder();
    this.chart.onOrder = (ticks, side, kind) => {
      byId("trade").dataset["sheet"] = "open";
      this.ticket.prepare(ticks, side, kind);
    };
    this.chart.lines.positionOf = (symbol) => this.blotter.positionOf(symbol);
    this.blotter.onPositions = () => (this.chart.dirty = true);
    this.chart.lines.onAmend = (order, price) => void this.blotter.change(order, { price });
    this.depth.onPick = (ticks) => this.pick(ticks, this.ticket.side, undefined);
    this.ladder.onPick = (ticks, side, lots) => this.pick(ticks, side, lots);
    this.oneClick.onPick = (ticks, side) => this.pick(ticks, side, undefined);
    this.ticket.onPlaced = this.oneClick.onPlaced = () => void this.account.readFills();
    this.blotter.onClosePosition = (symbol, side, quantity) => {
      this.choose(symbol);
      byId("trade").dataset["sheet"] = "open";
      this.ticket.prepareClose(side, quantity);
    };
    this.grouping.addEventListener("change", () => {
      this.ladder.step = Number(this.grouping.value);
      this.ladder.dirty = true;
      this.oneClick.begin(this.ladder.step);
      this.writeAddress();
    });
    const toggle = (id: string, does: (on: boolean) => void): void => byId(id).addEventListener("click", () => {
      const on = byId(id).getAttribute("aria-pressed") !== "true";
      byId(id).setAttribute("aria-pressed", String(on));
      does(on);
    });
    toggle("cumulative", (on) => {
      this.ladder.cumulative = on;
      this.ladder.dirty = true;
    });
    toggle("book-table", (on) => {
      byId("ladder-head").hidden = on;
      this.ladder.showTable(on);
      this.oneClick.showTable(on);
    });
    byId("oneclick-toggle").addEventListener("click", () => this.showOneClick(!this.oneClick.shown));
    byId("add-alert").addEventListener("click", () => this.chart.askAlert());
    toggle("chart-table", (on) => this.chart.showTable(on));
    toggle("tape-table", (on) => {
      byId("tape-head").hidden = on;
      this.tape.showTable(on);
    });
  }

  /** The ladder whose clicks send, in the place of the other one. */
  private showOneClick(on: boolean): void {
    byId("oneclick-toggle").setAttribute("aria-pressed", String(on));
    byId("book-pane").hidden = on;
    this.oneClick.show(on);
  }

  private connectViews(): void {
    const trade = byId("trade");
    trade.dataset["view"] = "chart";
    trade.dataset["pane"] = "book";
    tabs(byId("views"), "data-view", (view) => (trade.dataset["view"] = view));
    tabs(byId("book-or-tape"), "data-pane", (pane) => (trade.dataset["pane"] = pane));
    for (const pressed of document.querySelectorAll<HTMLButtonElement>(".dock button")) {
      pressed.addEventListener("click", () => this.openTicket(pressed.dataset["side"] as Side));
    }
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape") delete trade.dataset["sheet"];
    });
  }

  private choose(symbol: string): void {
    const instrument = this.store.instruments.get(symbol)!;
    this.store.choose(instrument);
    this.wanted = symbol;
    this.missed = false;
    this.stream.follow(symbol);
    this.ladder.step = 1;
    this.oneClick.begin(1);
    this.grouping.replaceChildren(...groups.map((step) => make("option", { value: String(step) }, instrument.groupPrice(step, step))));
    this.ticket.clear();
    this.tape.begin();
    this.chart.lines.drop();
    this.panels.apply();
    this.snapshots = 0;
    this.writeAddress();
    this.beginCandles();
    void this.readTrades(symbol);
  }

  private async readTrades(symbol: string): Promise<void> {
    const answer = await read<{ trades: TradeJson[] }>(`/trades/${encodeURIComponent(symbol)}?limit=200`);
    if (symbol !== this.wanted) return;
    if (answer === undefined) this.missed = true;
    else this.store.takePast(answer.trades);
  }

  /** All candles of a symbol and an interval that were just chosen. */
  private beginCandles(): void {
    this.candlesUntil = 0;
    this.hasNoOlder = false;
    this.chart.toNow();
    this.candlesAt = performance.now();
    void this.readCandles(this.wanted, this.interval, candlesAtFirst);
  }

  /** Gives how many came; undefined for no answer, and for one that is not of what is shown now. */
  private async readCandles(symbol: string, interval: string, limit: number, before?: number): Promise<number | undefined> {
    const askedAt = Date.now();
    const until = before === undefined ? "" : `&before=${new Date(before).toISOString().slice(0, 19)}Z`;
    const answer = await read<{ candles: CandleRow[] }>(`/candles/${encodeURIComponent(symbol)}?period=${interval}&limit=${limit}${until}`);
    // Another symbol or interval may have been chosen meanwhile.
    if (symbol !== this.wanted || interval !== this.interval) return undefined;
    if (answer === undefined) {
      this.missed ||= before === undefined;
      return undefined;
    }
    const isOfOtherUnits = this.store.differs(answer.candles, this.candlesUntil);
    if (before === undefined) this.candlesUntil = askedAt;
    // Behind as many as one answer has there may be a gap: who goes back reads those before it again.
    if (before === undefined && limit === candlesAtFirst) {
      this.store.candles = this.store.candles.filter((candle) => candle.start > (answer.candles.at(-1)?.[0] ?? 0));
      this.hasNoOlder = false;
    }
    // The others that are shown are of the old units.
    else if (isOfOtherUnits) {
      this.store.candles = [];
      this.beginCandles();
      return undefined;
    }
    this.store.takeCandles(answer.candles);
    return answer.candles.length;
  }

  private async readOlder(): Promise<void> {
    const first = this.store.candles[0];
    const now = performance.now();
    if (this.olderPending || this.hasNoOlder || now < this.olderAt || first === undefined || this.store.candles.length > 20_000) return;
    this.olderPending = true;
    const found = await this.readCandles(this.wanted, this.interval, candlesAtFirst, first.start);
    this.olderPending = false;
    // Where there is nothing older, it is not asked for again; where no answer came, not at once.
    if (found === 0) this.hasNoOlder = true;
    else if (found === undefined) this.olderAt = now + missedRefresh;
  }

  /** The exchange's own candles replace those that trades were folded into, and stand where trades were missed. */
  private keepPast(now: number): void {
    if (now - this.candlesAt < (this.missed ? missedRefresh : candleRefresh) || this.store.link !== "live" || this.wanted === "") return;
    this.candlesAt = now;
    const missing = Math.max(3, Math.ceil((Date.now() - this.candlesUntil) / this.store.candleMillis) + 2);
    if (this.missed) void this.readTrades(this.wanted);
    this.missed = false;
    void this.readCandles(this.wanted, this.interval, Math.min(missing, candlesAtFirst));
  }

  private stepInterval(by: number): void {
    const name = intervals[intervals.findIndex(([candidate]) => candidate === this.interval) + by]?.[0];
    if (name === undefined) return;
    this.showInterval(name);
    this.chooseInterval(name);
  }

  private takeInterval(name: string): void {
    this.interval = name;
    this.store.candleMillis = intervals.find(([candidate]) => candidate === name)?.[1] ?? 60_000;
  }

  private chooseInterval(name: string): void {
    this.takeInterval(name);
    this.store.candles = [];
    this.store.touch("candles");
    this.panels.begin();
    this.writeAddress();
    if (this.wanted !== "") this.beginCandles();
  }

  private regroup(by: number): void {
    const at = groups.indexOf(this.ladder.step) + by;
    if (at < 0 || at >= groups.length) return;
    this.grouping.value = String(groups[at]);
    this.grouping.dispatchEvent(new Event("change"));
  }

  private pick(ticks: number, side: Side, lots: bigint | undefined): void {
    byId("trade").dataset["sheet"] = "open";
    this.ticket.fill(ticks, side, lots);
  }

  private openTicket(side: Side): void {
    byId("trade").dataset["sheet"] = "open";
    this.ticket.setSide(side);
    this.ticket.focus();
  }

  private view(name: string, canvas: HTMLCanvasElement): void {
    byId("views").querySelector<HTMLButtonElement>(`button[data-view=${name}]`)?.click();
    canvas.focus();
  }

  /** What is worth sharing stands in the address. */
  private writeAddress(): void {
    if (byId("trade").hidden) return;
    const query = new URLSearchParams();
    if (this.interval !== "1m") query.set("iv", this.interval);
    if (this.ladder.step !== 1) query.set("group", String(this.ladder.step));
    const text = query.toString();
    history.replaceState(null, "", `/trade/${encodeURIComponent(this.wanted)}${text === "" ? "" : `?${text}`}`);
  }

  /** A machine that can't keep up asks for less: its 95th percentile of work in a frame is over 8 ms. */
  private tellPace(millis: number): void {
    this.work.push(millis);
    if (this.work.length < 600) return;
    const slow = this.work.sort((a, b) => a - b)[570]! > 8;
    this.work.length = 0;
    if (!slow || this.stream.conflate === 100) return;
    this.stream.conflate = 100;
    this.stream.follow(this.wanted);
  }
}
