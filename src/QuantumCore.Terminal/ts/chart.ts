import type { Alerts } from "./alerts.js";
import { button, byId, make, open } from "./dom.js";
import { clock, parts, percent, two } from "./format.js";
import type { Instrument } from "./instrument.js";
import { Indicators } from "./indicators.js";
import { Lines, priceTag } from "./lines.js";
import type { Side } from "./protocol.js";
import { startOfCandle, type Candle, type Store } from "./store.js";
import { font, Surface, tableOf, theme } from "./surface.js";

const axisHeight = 20;
const leastAxisWidth = 74;
const volumeShare = 0.18;
const minuteMillis = 60_000;
const dayMillis = 86_400_000;
const niceMinutes = [1, 2, 5, 10, 15, 30, 60, 120, 240, 360, 720, 1_440, 2_880, 7_200, 14_400, 43_200, 129_600];

/** Candles with volume: hollow ones rose, filled ones fell. */
export class Chart extends Surface {
  /** Older candles are wanted. */
  onNeedOlder: () => void = () => undefined;
  /** An order at a price was chosen: the ticket is filled, nothing is sent. */
  onOrder: (ticks: number, side: Side, kind: "limit" | "stop") => void = () => undefined;
  readonly lines: Lines;
  private readonly indicators: Indicators;

  private barWidth = 8;
  /** Bars between the newest candle and the right edge; negative when the view was moved into the past. */
  private rightBars = 3;
  private follows = true;
  private manual: { low: number; high: number } | undefined;
  private pointer: { x: number; y: number } | undefined;
  private magnet = false;
  private low = 0;
  private high = 1;
  private axisWidth = leastAxisWidth;
  private readonly fingers = new Map<number, { x: number; y: number }>();
  /** Start of the newest candle that was painted. */
  private newest = 0;

  constructor(private readonly store: Store, private readonly alerts: Alerts) {
    super("chart", "Candles. Arrows move through time, plus and minus zoom, End returns to now.", "img");
    this.lines = new Lines(store, alerts, this.host, this, () => (this.dirty = true));
    this.indicators = new Indicators(store, () => (this.dirty = true));
    const canvas = this.canvas;
    canvas.style.touchAction = "pan-y";
    canvas.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    canvas.addEventListener("pointerdown", (event) => this.press(event));
    canvas.addEventListener("pointermove", (event) => this.move(event));
    for (const name of ["pointerup", "pointercancel"] as const) canvas.addEventListener(name, (event) => this.letGo(event));
    canvas.addEventListener("pointerleave", () => this.point(undefined));
    canvas.addEventListener("dblclick", (event) => {
      if (event.offsetX > this.plotWidth) this.setManual(undefined);
      else this.toNow();
    });
    canvas.addEventListener("contextmenu", (event) => {
      event.preventDefault();
      if (event.offsetX < this.plotWidth) this.askOrder(this.ticksAt(event.offsetY));
      else this.askAlert(this.ticksAt(event.offsetY));
    });
    canvas.addEventListener("keydown", (event) => this.key(event));
    byId("to-now").addEventListener("click", () => this.toNow());
  }

  get plotWidth(): number {
    return this.width - this.axisWidth;
  }

  get plotHeight(): number {
    return this.height - axisHeight - this.indicators.height;
  }

  /** Goes back to the newest candle and follows it. */
  toNow(): void {
    this.rightBars = 3;
    this.follows = true;
    this.setManual(undefined);
  }

  /** Offers orders at a price, the one under the pointer or the last: limits on the better side of the market, stops on the other. */
  askOrder(price = this.pointedTicks()): void {
    const { instrument, last } = this.store;
    const ticks = Math.max(1, Math.round(price));
    if (instrument === undefined || last === 0) return;
    const [limit, stop]: readonly [Side, Side] = ticks <= last ? ["buy", "sell"] : ["sell", "buy"];
    const offer = (side: Side, kind: "limit" | "stop"): HTMLButtonElement => button(`${side === "buy" ? "Buy" : "Sell"} ${kind}`, () => {
      // The focus goes to the ticket, not back to the chart.
      dialog.onclose = null;
      dialog.close();
      this.onOrder(ticks, side, kind);
    }, { class: "plain", "data-side": side });
    const dialog = open(`At ${instrument.price(ticks)}`, make("p", {}, "The ticket is filled in. Nothing is sent yet."), make("div", { class: "actions" },
      button("Alert", () => this.askAlert(ticks), { class: "plain" }), offer(stop, "stop"), offer(limit, "limit")));
  }

  private pointedTicks(): number {
    return this.pointer === undefined || this.pointer.x > this.plotWidth ? this.store.last : this.ticksAt(this.pointer.y);
  }

  /** Asks for a price to wait for: the one under the pointer, or the last. */
  askAlert(ticks = this.pointedTicks()): void {
    if (this.store.instrument !== undefined) this.alerts.ask(this.store.instrument, Math.max(1, Math.round(ticks)));
  }

  protected draw(g: CanvasRenderingContext2D): void {
    const { candles, instrument } = this.store;
    byId("to-now").hidden = this.follows;
    if (instrument === undefined || candles.length === 0) {
      g.font = font(12);
      g.textAlign = "center";
      g.fillStyle = theme.muted;
      g.fillText(instrument === undefined || this.store.link === "connecting" ? "Loading candles…" : "No trades yet. The first one draws the first candle.", this.width / 2, this.height / 2);
      return;
    }

    // Who looks at the past stays there: a new bar moves the view by one only where it follows.
    // Older ones, put before them, move nothing: places are counted from the newest.
    const known = candles.findLastIndex((candle) => candle.start <= this.newest);
    if (!this.follows && known >= 0) this.rightBars -= candles.length - 1 - known;
    this.newest = candles.at(-1)!.start;
    // A digit that is cut off makes another price.
    g.font = font(11, 600);
    this.axisWidth = Math.max(leastAxisWidth, Math.ceil(g.measureText(instrument.price(Math.round(Math.max(this.high, candles.at(-1)!.high)))).width) + 12);
    const [first, last] = this.visible();
    this.fit(candles, first, last);
    this.drawGrid(g, candles, first, last, instrument);
    g.save();
    g.beginPath();
    g.rect(0, 0, this.plotWidth, this.plotHeight);
    g.clip();
    this.drawVolume(g, candles, first, last);
    this.drawCandles(g, candles, first, last);
    this.drawFills(g, candles, instrument);
    this.indicators.drawOver(g, this, first, last);
    g.restore();
    const at = this.pointer === undefined ? candles.length - 1 : this.indexAt(this.pointer.x);
    const text = (ticks: number): string => instrument.price(Math.round(ticks));
    this.indicators.drawUnder(g, this, first, last, at, text);
    this.indicators.drawNames(g, at, text);
    this.lines.draw(g, instrument);
    this.drawLast(g, instrument);
    this.drawLegend(g, candles, instrument);
    if (this.pointer !== undefined) this.drawCross(g, candles, instrument);
    if (first < 200) this.onNeedOlder();
  }

  protected asTable(): HTMLTableElement {
    const instrument = this.store.instrument!;
    return tableOf(
      ["Start", "Open", "High", "Low", "Close", "Volume"],
      this.store.candles.slice(-100).reverse().map((c) => [
        `${parts(c.start).day} ${clock(c.start)}`, ...[c.open, c.high, c.low, c.close].map((ticks) => instrument.price(ticks)), instrument.quantity(c.volume),
      ]));
  }

  x(index: number): number {
    return this.plotWidth - (this.store.candles.length - index + this.rightBars - 0.5) * this.barWidth;
  }

  y(ticks: number): number {
    const top = 24;
    const room = this.plotHeight * (1 - volumeShare) - top;
    return top + ((this.high - ticks) / (this.high - this.low)) * room;
  }

  ticksAt(y: number): number {
    const top = 24;
    return this.high - ((y - top) / (this.plotHeight * (1 - volumeShare) - top)) * (this.high - this.low);
  }

  private indexAt(x: number): number {
    const last = this.store.candles.length - 1;
    const index = Math.round((x - this.x(last)) / this.barWidth) + last;
    return Math.max(0, Math.min(last, index));
  }

  private visible(): [number, number] {
    const count = this.store.candles.length;
    const bars = Math.ceil(this.plotWidth / this.barWidth);
    const last = Math.min(count - 1, Math.ceil(count - 1 + this.rightBars));
    return [Math.max(0, Math.floor(count + this.rightBars) - bars - 1), Math.max(0, last)];
  }

  private fit(candles: readonly Candle[], first: number, last: number): void {
    if (this.manual !== undefined) {
      [this.low, this.high] = [this.manual.low, this.manual.high];
      return;
    }
    let [low, high] = [Infinity, -Infinity];
    for (let i = first; i <= last; i++) {
      low = Math.min(low, candles[i]!.low);
      high = Math.max(high, candles[i]!.high);
    }
    if (low === Infinity) [low, high] = [candles.at(-1)!.low, candles.at(-1)!.high];
    const margin = Math.max((high - low) * 0.06, 2);
    [this.low, this.high] = [low - margin, high + margin];
  }

  private drawGrid(g: CanvasRenderingContext2D, candles: readonly Candle[], first: number, last: number, instrument: Instrument): void {
    g.font = font(11);
    g.lineWidth = 1;
    const step = nice(((this.high - this.low) * 56) / Math.max(this.plotHeight * (1 - volumeShare), 1));
    g.textAlign = "left";
    for (let ticks = Math.ceil(this.low / step) * step; ticks <= this.high; ticks += step) {
      const y = Math.round(this.y(ticks)) + 0.5;
      line(g, theme.line, 0, y, this.plotWidth, y);
      g.fillStyle = theme.muted;
      if (ticks > 0) g.fillText(instrument.price(Math.round(ticks)), this.plotWidth + 6, y);
    }

    const bar = this.store.candleMillis / minuteMillis;
    const minutes = niceMinutes.find((m) => (m / bar) * this.barWidth >= 64) ?? 525_600;
    g.textAlign = "center";
    // Candles begin by UTC, which on other clocks may be no round time: the first one of each step is marked, whenever it begins.
    let before = candles[first - 1] === undefined ? undefined : this.placeOf(candles[first - 1]!.start);
    for (let i = first; i <= last; i++) {
      const place = this.placeOf(candles[i]!.start);
      const isTick = before === undefined ? place.minute % minutes === 0 : Math.floor(place.minute / minutes) !== Math.floor(before.minute / minutes);
      const beginsDay = before === undefined ? place.minute % 1_440 === 0 : place.day !== before.day;
      before = place;
      const x = Math.round(this.x(i)) + 0.5;
      if (!isTick || x < 24 || x > this.plotWidth - 24) continue;
      line(g, theme.line, x, 0, x, this.plotHeight);
      g.fillStyle = theme.muted;
      g.fillText(beginsDay ? place.day.slice(5) : place.time, x, this.height - axisHeight / 2);
    }
  }

  /** When a candle began, by the chosen clock, and minutes of that clock since some midnight. A day is the exchange's: it has its name of UTC on any clock. */
  private placeOf(start: number): { day: string; time: string; minute: number } {
    if (this.store.candleMillis >= dayMillis) return { day: new Date(start).toISOString().slice(0, 10), time: "00:00", minute: start / minuteMillis };
    const { day, hours, minutes } = parts(start);
    return { day, time: `${two(hours)}:${two(minutes)}`, minute: Date.parse(`${day}T${two(hours)}:${two(minutes)}Z`) / minuteMillis };
  }

  private drawVolume(g: CanvasRenderingContext2D, candles: readonly Candle[], first: number, last: number): void {
    const sorted = candles.slice(first, last + 1).map((candle) => Number(candle.volume)).sort((a, b) => a - b);
    const most = Math.max(sorted[Math.floor((sorted.length - 1) * 0.97)] ?? 1, 1);
    const room = this.plotHeight * volumeShare - 6;
    const width = Math.max(1, Math.floor(this.barWidth * 0.7));
    for (let i = first; i <= last; i++) {
      const candle = candles[i]!;
      const height = Math.min(1, Number(candle.volume) / most) * room;
      g.fillStyle = candle.close >= candle.open ? theme["up-fill"] : theme["down-fill"];
      g.fillRect(Math.round(this.x(i) - width / 2), this.plotHeight - height, width, height);
    }
  }

  private drawCandles(g: CanvasRenderingContext2D, candles: readonly Candle[], first: number, last: number): void {
    const body = Math.max(1, Math.floor(this.barWidth * 0.66));
    g.lineWidth = 1;
    for (let i = first; i <= last; i++) {
      const { open, high, low, close } = candles[i]!;
      const rose = close >= open;
      const x = Math.round(this.x(i));
      const [top, bottom] = [Math.round(this.y(Math.max(open, close))), Math.round(this.y(Math.min(open, close)))];
      const colour = rose ? theme.up : theme.down;
      g.fillStyle = g.strokeStyle = colour;
      const [highest, lowest] = [Math.round(this.y(high)), Math.round(this.y(low))];
      g.fillRect(x, highest, 1, Math.max(top - highest, 0));
      g.fillRect(x, bottom, 1, Math.max(lowest - bottom, 0));
      const [left, height] = [x - Math.floor(body / 2), Math.max(1, bottom - top)];
      if (rose && body > 2 && height > 1) g.strokeRect(left + 0.5, top + 0.5, body - 1, height - 1);
      else g.fillRect(left, top, body, height);
    }
  }

  private drawFills(g: CanvasRenderingContext2D, candles: readonly Candle[], instrument: Instrument): void {
    for (const fill of this.store.fills) {
      if (fill.symbol !== instrument.symbol || fill.state === "void") continue;
      const start = startOfCandle(Number(fill.timeNanos.slice(0, -6)), this.store.candleMillis);
      const index = candles.findIndex((candle) => candle.start === start);
      if (index < 0) continue;
      const [x, isBuy] = [this.x(index), fill.side === "buy"];
      const y = this.y(isBuy ? candles[index]!.low : candles[index]!.high) + (isBuy ? 5 : -5);
      const tip = isBuy ? 7 : -7;
      g.fillStyle = theme.own;
      g.beginPath();
      g.moveTo(x, y);
      g.lineTo(x - 4, y + tip);
      g.lineTo(x + 4, y + tip);
      g.fill();
    }
  }

  private drawLast(g: CanvasRenderingContext2D, instrument: Instrument): void {
    const last = this.store.last;
    const candle = this.store.candles.at(-1)!;
    const y = Math.round(this.y(last)) + 0.5;
    if (last === 0 || y < 0 || y > this.plotHeight) return;
    const colour = candle.close >= candle.open ? theme.up : theme.down;
    g.setLineDash([2, 3]);
    line(g, colour, 0, y, this.plotWidth, y);
    g.setLineDash([]);
    priceTag(g, this.plotWidth, y, instrument.price(last), colour, theme.panel);
  }

  private drawLegend(g: CanvasRenderingContext2D, candles: readonly Candle[], instrument: Instrument): void {
    const index = this.pointer === undefined ? candles.length - 1 : this.indexAt(this.pointer.x);
    const candle = candles[index];
    if (candle === undefined) return;
    const before = candles[index - 1]?.close ?? candle.open;
    const change = percent(BigInt(candle.close - before), BigInt(before));
    const colour = candle.close >= candle.open ? theme.up : theme.down;
    const colours: Record<string, string> = { "": candle.close >= before ? theme.up : theme.down, Vol: theme.text };
    const wide = this.width > 560;
    const pieces: [string, string][] = [
      ["O", instrument.price(candle.open)], ["H", instrument.price(candle.high)], ["L", instrument.price(candle.low)], ["C", instrument.price(candle.close)],
      ...(wide ? [["", change], ["Vol", instrument.quantity(candle.volume)]] as [string, string][] : []),
    ];
    let x = 10;
    g.textAlign = "left";
    g.font = font(this.width > 420 ? 11.5 : 10.5);
    for (const [name, value] of pieces) {
      for (const [text, fill] of [[name, theme.muted], [value, colours[name] ?? colour]] as const) {
        if (text === "") continue;
        g.fillStyle = fill;
        g.fillText(text, x, 12);
        x += g.measureText(text).width + 5;
      }
      x += 3;
    }
  }

  private drawCross(g: CanvasRenderingContext2D, candles: readonly Candle[], instrument: Instrument): void {
    const { x, y } = this.pointer!;
    if (x > this.plotWidth || y > this.plotHeight) return;
    const index = this.indexAt(x);
    const at = Math.round(this.x(index)) + 0.5;
    const price = this.magnet ? candles[index]!.close : this.ticksAt(y);
    const level = Math.round(this.magnet ? this.y(price) : y) + 0.5;
    g.setLineDash([3, 3]);
    line(g, theme.muted, at, 0, at, this.plotHeight);
    line(g, theme.muted, 0, level, this.plotWidth, level);
    g.setLineDash([]);
    priceTag(g, this.plotWidth, level, instrument.price(Math.max(0, Math.round(price))), theme.text, theme.panel);
    const { day, time } = this.placeOf(candles[index]!.start);
    const label = this.store.candleMillis >= dayMillis ? day : `${day.slice(5)} ${time}`;
    const width = g.measureText(label).width + 12;
    const left = Math.max(0, Math.min(this.plotWidth - width, at - width / 2));
    g.fillStyle = theme.text;
    g.fillRect(left, this.height - axisHeight + 1, width, axisHeight - 2);
    g.fillStyle = theme.panel;
    g.textAlign = "center";
    g.fillText(label, left + width / 2, this.height - axisHeight / 2);
  }

  private wheel(event: WheelEvent): void {
    event.preventDefault();
    if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) this.pan(-event.deltaX);
    else this.zoom(Math.exp(-event.deltaY * 0.0015), event.offsetX);
  }

  /** Zooms about the bar at a place: it stays where it is. */
  private zoom(factor: number, x: number): void {
    const width = Math.max(1.5, Math.min(40, this.barWidth * factor));
    const bars = (this.plotWidth - x) / this.barWidth;
    if (!this.follows) this.rightBars += (this.plotWidth - x) / width - bars;
    this.barWidth = width;
    this.dirty = true;
  }

  private pan(pixels: number): void {
    const count = this.store.candles.length;
    this.rightBars = Math.max(-count + 10, Math.min(20, this.rightBars - pixels / this.barWidth));
    this.follows = this.rightBars >= 0;
    this.dirty = true;
  }

  private press(event: PointerEvent): void {
    if (event.button !== 0) return;
    this.canvas.setPointerCapture(event.pointerId);
    if (event.offsetX < this.plotWidth && this.fingers.size === 0 && this.lines.take(event.offsetY)) return;
    this.fingers.set(event.pointerId, { x: event.offsetX, y: event.offsetY });
  }

  private letGo(event: PointerEvent): void {
    this.fingers.delete(event.pointerId);
    if (this.lines.isHeld) this.lines.release();
  }

  private move(event: PointerEvent): void {
    if (this.lines.isHeld) {
      this.lines.move(event.offsetY);
      return;
    }
    const finger = this.fingers.get(event.pointerId);
    if (finger === undefined) {
      this.canvas.style.cursor = event.offsetX < this.plotWidth && this.lines.isOver(event.offsetY) ? "ns-resize" : "";
      this.point({ x: event.offsetX, y: event.offsetY });
      return;
    }
    const other = [...this.fingers.entries()].find(([id]) => id !== event.pointerId)?.[1];
    if (other !== undefined) {
      const before = Math.hypot(finger.x - other.x, finger.y - other.y);
      const now = Math.hypot(event.offsetX - other.x, event.offsetY - other.y);
      if (before > 0) this.zoom(now / before, (event.offsetX + other.x) / 2);
    } else if (finger.x > this.plotWidth) {
      this.stretch(event.offsetY - finger.y);
    } else {
      this.pan(event.offsetX - finger.x);
    }
    this.fingers.set(event.pointerId, { x: event.offsetX, y: event.offsetY });
  }

  /** The price axis pulled: its scale is the hand's until a double click. */
  private stretch(pixels: number): void {
    const half = ((this.high - this.low) / 2) * Math.exp(pixels * 0.006);
    const middle = (this.high + this.low) / 2;
    this.setManual({ low: middle - half, high: middle + half });
  }

  private setManual(range: { low: number; high: number } | undefined): void {
    this.manual = range;
    this.dirty = true;
  }

  private point(place: { x: number; y: number } | undefined): void {
    this.pointer = place;
    this.dirty = true;
  }

  private key(event: KeyboardEvent): void {
    if (event.key === "ArrowLeft") this.pan(this.barWidth * 5);
    else if (event.key === "ArrowRight") this.pan(-this.barWidth * 5);
    else if (event.key === "+" || event.key === "=") this.zoom(1.25, this.plotWidth);
    else if (event.key === "-") this.zoom(0.8, this.plotWidth);
    else if (event.key === "Home") this.pan(this.store.candles.length * this.barWidth);
    else if (event.key === "End") this.toNow();
    else if (event.key.toLowerCase() === "m") this.magnet = !this.magnet;
    else if (!this.lines.key(event.key)) return;
    this.dirty = true;
    event.preventDefault();
    event.stopPropagation();
  }
}

function line(g: CanvasRenderingContext2D, colour: string, x1: number, y1: number, x2: number, y2: number): void {
  g.strokeStyle = colour;
  g.beginPath();
  g.moveTo(x1, y1);
  g.lineTo(x2, y2);
  g.stroke();
}

/** 1, 2 or 5 times a power of ten, at least 1: a step that a person counts in. */
function nice(step: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(step, 1)));
  return [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= step) ?? 10 * power;
}
