import { read } from "./api.js";
import { button, byId, make, write } from "./dom.js";
import { clock, parts, percent } from "./format.js";
import type { Instrument } from "./instrument.js";
import { priceTag } from "./lines.js";
import { prefs, setPrefs } from "./prefs.js";
import type { CandleRow } from "./protocol.js";
import { startOfCandle, type Candle, type Store } from "./store.js";
import { font, Surface, tableOf, theme } from "./surface.js";

/** Candles of a chart beside the main one: as many as are seen. */
const most = 160;
/** How often they are read anew, in milliseconds; between that, prices of the market move the newest. */
const refreshEvery = 15_000;
const retryAfter = 2_000;
const barWidth = 6;
const axisHeight = 18;

interface Interval { name: string; millis: number }

/** The charts beside the main one: none, one or three, each of a symbol of its own. Who trades chooses and keeps them. */
export class Panels {
  /** A symbol is to be traded: it goes to the main chart. */
  onChoose: (symbol: string) => void = () => undefined;
  private readonly host = byId("charts");
  private readonly layout = byId<HTMLSelectElement>("layout");
  private shown: SideChart[] = [];

  constructor(private readonly store: Store, private readonly interval: () => Interval) {
    this.layout.addEventListener("change", () => {
      setPrefs({ layout: this.layout.value as typeof prefs.layout });
    });
  }

  /** Shows what the preferences say, once it is known what is listed. */
  apply(): void {
    const symbols = [...this.store.instruments.keys()];
    if (symbols.length === 0) return;
    this.layout.value = prefs.layout;
    this.host.dataset["layout"] = prefs.layout;
    const count = Number(prefs.layout) - 1;
    while (this.shown.length > count) this.shown.pop()!.remove();
    const chosen = prefs.panels.split(",");
    // Without a choice, the next of those that are listed.
    const others = symbols.filter((symbol) => symbol !== this.store.instrument?.symbol && !chosen.includes(symbol));
    for (let at = 0; at < count; at++) {
      const wanted = symbols.includes(chosen[at] ?? "") ? chosen[at]! : (this.shown[at]?.symbol ?? others.shift() ?? symbols[at % symbols.length]!);
      const chart = (this.shown[at] ??= this.add(at));
      chart.show(wanted, symbols);
      chart.dirty = true;
    }
  }

  /** Another interval was chosen: all charts have the same. */
  begin(): void {
    for (const chart of this.shown) chart.begin();
  }

  paint(now: number, hasNews: boolean): void {
    for (const chart of this.shown) {
      if (hasNews) chart.takePrice();
      chart.keep(now);
      chart.paint(now);
    }
  }

  private add(at: number): SideChart {
    const id = `side-chart-${at + 1}`;
    const select = make("select", { "aria-label": `Symbol of chart ${at + 2}` });
    const last = make("b", {}, "–");
    const change = make("span", {}, "–");
    const trade = button("Trade", () => this.onChoose(chart.symbol), { class: "ghost", title: "To the main chart and the ticket" });
    const element = make("section", { class: "side-chart" }, make("div", { class: "side-head" }, select, last, change, make("span", { class: "grow" }), trade), make("div", { class: "canvas", id }));
    this.host.append(element);
    const chart = new SideChart(id, this.store, this.interval, { element, select, last, change });
    select.addEventListener("change", () => {
      chart.show(select.value);
      setPrefs({ panels: this.shown.map(({ symbol }) => symbol).join(",") });
    });
    return chart;
  }
}

interface Head { element: HTMLElement; select: HTMLSelectElement; last: HTMLElement; change: HTMLElement }

/** The newest candles of one symbol. */
class SideChart extends Surface {
  symbol = "";
  private candles: Candle[] = [];
  private readAt = 0;
  private reading = 0;

  constructor(id: string, private readonly store: Store, private readonly interval: () => Interval, private readonly head: Head) {
    super(id, "Candles", "img");
  }

  remove(): void {
    this.head.element.remove();
  }

  show(symbol: string, listed?: readonly string[]): void {
    if (listed !== undefined && listed.length !== this.head.select.options.length) this.head.select.replaceChildren(...listed.map((name) => make("option", { value: name }, name)));
    this.head.select.value = symbol;
    if (symbol === this.symbol) return;
    this.symbol = symbol;
    this.head.element.setAttribute("aria-label", `Chart of ${symbol}`);
    this.canvas.setAttribute("aria-label", `Candles of ${symbol}`);
    this.begin();
  }

  begin(): void {
    this.candles = [];
    this.dirty = true;
    void this.read();
  }

  /** Reads the candles anew from time to time: prices alone miss what was between them. */
  keep(now: number): void {
    if (now - this.readAt >= refreshEvery) void this.read();
  }

  /** The last price of the market moves the newest candle, or begins the next. */
  takePrice(): void {
    const ticker = this.store.tickers.get(this.symbol);
    const instrument = this.store.instruments.get(this.symbol);
    const newest = this.candles.at(-1);
    if (ticker?.lastPrice == null || instrument === undefined) return;
    const ticks = Number(instrument.ticks(ticker.lastPrice));
    write(this.head.last, instrument.price(ticks));
    const open = Number(instrument.ticks(ticker.openPrice ?? "0"));
    write(this.head.change, open === 0 ? "–" : percent(BigInt(ticks - open), BigInt(open)));
    this.head.change.classList.toggle("up", open > 0 && ticks > open);
    this.head.change.classList.toggle("down", ticks < open);
    if (newest === undefined) return;
    const start = startOfCandle(this.store.now(), this.interval().millis);
    if (start > newest.start) this.candles.push({ start, open: ticks, high: ticks, low: ticks, close: ticks, volume: 0n });
    else Object.assign(newest, { close: ticks, high: Math.max(newest.high, ticks), low: Math.min(newest.low, ticks) });
    this.dirty = true;
  }

  protected draw(g: CanvasRenderingContext2D): void {
    const instrument = this.store.instruments.get(this.symbol);
    if (instrument === undefined || this.candles.length === 0) {
      g.font = font(12);
      g.textAlign = "center";
      g.fillStyle = theme.muted;
      g.fillText("No candles yet", this.width / 2, this.height / 2);
      return;
    }
    g.font = font(11, 600);
    const axis = Math.ceil(g.measureText(instrument.price(Math.max(...this.candles.map(({ high }) => high)))).width) + 12;
    const plot = this.width - axis;
    const seen = this.candles.slice(-Math.max(2, Math.floor(plot / barWidth) - 1));
    const [low, high] = [Math.min(...seen.map((candle) => candle.low)), Math.max(...seen.map((candle) => candle.high))];
    const room = this.height - axisHeight;
    const y = (ticks: number): number => Math.round(8 + ((high - ticks) / Math.max(high - low, 1)) * (room - 16));
    const { open, close } = seen.at(-1)!;
    this.drawAxes(g, instrument, seen, plot, { low, high, y, close });
    seen.forEach((candle, at) => {
      const x = Math.round(plot - (seen.length - at + 0.5) * barWidth);
      g.fillStyle = candle.close >= candle.open ? theme.up : theme.down;
      g.fillRect(x, y(candle.high), 1, Math.max(1, y(candle.low) - y(candle.high)));
      const top = y(Math.max(candle.open, candle.close));
      g.fillRect(x - 1, top, 3, Math.max(1, y(Math.min(candle.open, candle.close)) - top));
    });
    priceTag(g, plot, y(close), instrument.price(close), close >= open ? theme.up : theme.down, theme.panel);
  }

  protected asTable(): HTMLTableElement {
    const instrument = this.store.instruments.get(this.symbol)!;
    return tableOf(["Start", "Close"], this.candles.slice(-100).reverse().map(({ start, close }) => [`${parts(start).day} ${clock(start)}`, instrument.price(close)]));
  }

  private drawAxes(g: CanvasRenderingContext2D, instrument: Instrument, seen: readonly Candle[], plot: number, scale: { low: number; high: number; close: number; y: (ticks: number) => number }): void {
    g.font = font(11);
    for (const share of [0.1, 0.5, 0.9]) {
      const ticks = Math.round(scale.low + (scale.high - scale.low) * share);
      const y = scale.y(ticks) + 0.5;
      g.fillStyle = theme.line;
      g.fillRect(0, y, plot, 1);
      g.fillStyle = theme.muted;
      g.textAlign = "left";
      // Under the tag of the last price nothing is written.
      if (Math.abs(y - scale.y(scale.close)) > 14) g.fillText(instrument.price(ticks), plot + 6, y);
    }
    const isDays = this.interval().millis >= 86_400_000;
    g.fillStyle = theme.muted;
    g.textAlign = "center";
    for (const share of [0.25, 0.75]) {
      const at = Math.floor(seen.length * share);
      const { start } = seen[at]!;
      g.fillText(isDays ? parts(start).day.slice(5) : clock(start).slice(0, 5), plot - (seen.length - at + 0.5) * barWidth, this.height - axisHeight / 2);
    }
  }

  private async read(): Promise<void> {
    this.readAt = performance.now();
    const asked = ++this.reading;
    const { symbol } = this;
    const { name } = this.interval();
    const answer = await read<{ candles: CandleRow[] }>(`/candles/${encodeURIComponent(symbol)}?period=${name}&limit=${most}`);
    // Another symbol or interval may have been chosen meanwhile.
    if (asked !== this.reading) return;
    if (answer === undefined) {
      this.readAt += retryAfter - refreshEvery;
      return;
    }
    const instrument = this.store.instruments.get(symbol)!;
    const ticks = (price: string): number => Number(instrument.ticks(price));
    this.candles = answer.candles.map(([start, open, high, low, close]) => ({ start, open: ticks(open), high: ticks(high), low: ticks(low), close: ticks(close), volume: 0n }));
    this.takePrice();
    this.dirty = true;
  }
}
