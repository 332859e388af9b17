import { button, byId, make, open } from "./dom.js";
import { prefs, setPrefs } from "./prefs.js";
import type { Candle, Store } from "./store.js";
import { font, theme } from "./surface.js";

export type Study = "sma" | "ema" | "vwap" | "bollinger" | "rsi" | "macd";

/** Indicators by their names in the settings, with what they are called and with which numbers. */
export const studies: readonly (readonly [Study, string])[] = [
  ["sma", "SMA 20"], ["ema", "EMA 50"], ["vwap", "VWAP of the UTC day"], ["bollinger", "Bollinger 20, 2"], ["rsi", "RSI 14"], ["macd", "MACD 12, 26, 9"],
];

const dayMillis = 86_400_000;
/** Height of the place of an indicator that has no price. */
const paneHeight = 68;

type Line = readonly number[];
type Drawn = { name: string; lines: readonly { values: Line; colour: () => string; dashes: readonly number[] }[] };

/** Means of so many values; no number while there are fewer. */
export function sma(values: Line, length: number): number[] {
  let sum = 0;
  return values.map((value, at) => {
    sum += value - (at >= length ? values[at - length]! : 0);
    return at < length - 1 ? NaN : sum / length;
  });
}

/** Means that forget, begun with the plain mean of the first values; no number before it. */
export function ema(values: Line, length: number): number[] {
  const [share, first] = [2 / (length + 1), values.findIndex((value) => !Number.isNaN(value))];
  let [mean, sum] = [NaN, 0];
  return values.map((value, at) => {
    const seen = at - first + 1;
    if (first < 0 || seen < 1) return NaN;
    if (seen <= length) {
      sum += value;
      mean = seen === length ? sum / length : NaN;
    } else mean += share * (value - mean);
    return mean;
  });
}

/** Value by volume since the day of UTC began; of candles of a day or more, since the first. */
export function vwap(candles: readonly Candle[]): number[] {
  let [value, volume, day] = [0, 0, NaN];
  const restarts = candles.length > 1 && candles[1]!.start - candles[0]!.start < dayMillis;
  return candles.map(({ start, high, low, close, volume: lots }) => {
    if (restarts && Math.floor(start / dayMillis) !== day) [value, volume, day] = [0, 0, Math.floor(start / dayMillis)];
    value += ((high + low + close) / 3) * Number(lots);
    volume += Number(lots);
    return volume === 0 ? NaN : value / volume;
  });
}

/** The mean, and two standard deviations above and below it. */
export function bollinger(values: Line, length: number, width: number): { middle: number[]; upper: number[]; lower: number[] } {
  const middle = sma(values, length);
  const spread = middle.map((mean, at) => Number.isNaN(mean) ? NaN : width * Math.sqrt(values.slice(at - length + 1, at + 1).reduce((sum, value) => sum + (value - mean) ** 2, 0) / length));
  return { middle, upper: middle.map((mean, at) => mean + spread[at]!), lower: middle.map((mean, at) => mean - spread[at]!) };
}

/** Wilder's index of rises among all movements, 0 to 100. */
export function rsi(values: Line, length: number): number[] {
  let [rises, falls] = [0, 0];
  return values.map((value, at) => {
    if (at === 0) return NaN;
    const change = value - values[at - 1]!;
    const share = 1 / length;
    if (at <= length) {
      rises += Math.max(change, 0) * share;
      falls += Math.max(-change, 0) * share;
      if (at < length) return NaN;
    } else {
      rises += (Math.max(change, 0) - rises) * share;
      falls += (Math.max(-change, 0) - falls) * share;
    }
    return rises + falls === 0 ? 50 : (100 * rises) / (rises + falls);
  });
}

/** The fast mean less the slow one, its own mean, and the difference of both. */
export function macd(values: Line): { line: number[]; signal: number[]; bars: number[] } {
  const [fast, slow] = [ema(values, 12), ema(values, 26)];
  const line = fast.map((value, at) => value - slow[at]!);
  const signal = ema(line, 9);
  return { line, signal, bars: line.map((value, at) => value - signal[at]!) };
}

/** What the chart gives to draw on: where a bar stands, and how wide it is. */
export interface Frame { readonly plotWidth: number; readonly plotHeight: number; x(index: number): number; y(ticks: number): number }

/** The indicators that a person has chosen, drawn over the candles and in places under them. */
export class Indicators {
  private known = "";
  private named = "";
  private list: readonly Study[] = [];
  private over: Drawn[] = [];
  private under: { name: string; lines: Drawn["lines"]; bars: Line | undefined; range: readonly [number, number] | undefined }[] = [];

  constructor(private readonly store: Store, private readonly repaint: () => void) {
    byId("indicators").addEventListener("click", () => this.choose());
  }

  /** Height of what stands under the candles. */
  get height(): number {
    return this.chosen().filter((study) => study === "rsi" || study === "macd").length * paneHeight;
  }

  /** Draws the lines that have prices, and their names with the values of a bar. */
  drawOver(g: CanvasRenderingContext2D, frame: Frame, first: number, last: number): void {
    this.compute();
    for (const { lines } of this.over) for (const line of lines) this.line(g, frame, line, first, last, (value) => frame.y(value));
  }

  /** Writes which lines there are, with their values at a bar. */
  drawNames(g: CanvasRenderingContext2D, index: number, text: (value: number) => string): void {
    let x = 10;
    g.font = font(11);
    g.textAlign = "left";
    for (const { name, lines } of this.over) {
      const value = lines[0]!.values[index];
      const says = `${name} ${value === undefined || Number.isNaN(value) ? "–" : text(value)}`;
      g.fillStyle = lines[0]!.colour();
      g.fillText(says, x, 27);
      x += g.measureText(says).width + 12;
    }
  }

  /** Draws what has a place of its own, each between a line and the next. */
  drawUnder(g: CanvasRenderingContext2D, frame: Frame, first: number, last: number, index: number, text: (value: number) => string): void {
    this.under.forEach(({ name, lines, bars, range }, at) => {
      const top = frame.plotHeight + at * paneHeight;
      const seen = [...lines.map((line) => line.values), ...(bars === undefined ? [] : [bars])].flatMap((values) => values.slice(first, last + 1).filter((value) => !Number.isNaN(value)));
      const most = Math.max(...seen.map(Math.abs), 1e-9);
      const [low, high] = range ?? [-most, most];
      const y = (value: number): number => top + 16 + ((high - value) / (high - low)) * (paneHeight - 22);
      g.fillStyle = theme.line;
      g.fillRect(0, top, frame.plotWidth, 1);
      for (const level of range === undefined ? [0] : [30, 70]) g.fillRect(0, Math.round(y(level)), frame.plotWidth, 1);
      if (bars !== undefined) {
        for (let i = first; i <= last; i++) {
          const value = bars[i] ?? NaN;
          if (Number.isNaN(value)) continue;
          g.fillStyle = value >= 0 ? theme["up-fill"] : theme["down-fill"];
          g.fillRect(Math.round(frame.x(i)) - 2, Math.min(y(0), y(value)), 4, Math.abs(y(value) - y(0)));
        }
      }
      for (const line of lines) this.line(g, frame, line, first, last, y);
      g.font = font(11);
      g.textAlign = "left";
      g.fillStyle = lines[0]!.colour();
      const value = lines[0]!.values[index];
      g.fillText(`${name} ${value === undefined || Number.isNaN(value) ? "–" : range === undefined ? text(value) : value.toFixed(1)}`, 10, top + 9);
    });
  }

  private line(g: CanvasRenderingContext2D, frame: Frame, { values, colour, dashes }: Drawn["lines"][number], first: number, last: number, y: (value: number) => number): void {
    g.strokeStyle = colour();
    g.lineWidth = 1.3;
    g.setLineDash([...dashes]);
    g.beginPath();
    for (let i = Math.max(0, first - 1); i <= last; i++) {
      const value = values[i] ?? NaN;
      if (Number.isNaN(value)) continue;
      g.lineTo(frame.x(i), y(value));
    }
    g.stroke();
    g.setLineDash([]);
    g.lineWidth = 1;
  }

  private chosen(): readonly Study[] {
    if (prefs.indicators !== this.named) {
      this.named = prefs.indicators;
      const names = new Set(this.named.split(","));
      this.list = studies.map(([study]) => study).filter((study) => names.has(study));
    }
    return this.list;
  }

  /** Computes anew what has changed: the choice, or the candles. */
  private compute(): void {
    const { candles, candleMillis } = this.store;
    const [oldest, newest] = [candles[0], candles.at(-1)];
    const known = `${prefs.indicators} ${candleMillis} ${candles.length} ${oldest?.start} ${newest?.start} ${newest?.close} ${newest?.volume}`;
    if (known === this.known) return;
    this.known = known;
    const closes = candles.map((candle) => candle.close);
    const one = (values: Line, colour: () => string, dashes: readonly number[] = []) => ({ values, colour, dashes });
    this.over = [];
    this.under = [];
    for (const study of this.chosen()) {
      if (study === "sma") this.over.push({ name: "SMA 20", lines: [one(sma(closes, 20), () => theme.study1)] });
      else if (study === "ema") this.over.push({ name: "EMA 50", lines: [one(ema(closes, 50), () => theme.study2)] });
      else if (study === "vwap") this.over.push({ name: "VWAP", lines: [one(vwap(candles), () => theme.text, [2, 2])] });
      else if (study === "bollinger") {
        const { middle, upper, lower } = bollinger(closes, 20, 2);
        this.over.push({ name: "Bollinger 20, 2", lines: [one(middle, () => theme.muted, [5, 3]), one(upper, () => theme.muted), one(lower, () => theme.muted)] });
      } else if (study === "rsi") this.under.push({ name: "RSI 14", lines: [one(rsi(closes, 14), () => theme.study1)], bars: undefined, range: [0, 100] });
      else {
        const { line, signal, bars } = macd(closes);
        this.under.push({ name: "MACD 12, 26, 9", lines: [one(line, () => theme.study1), one(signal, () => theme.study2)], bars, range: undefined });
      }
    }
  }

  private choose(): void {
    const rows = studies.map(([study, label]) => {
      const box = make("input", { type: "checkbox", checked: this.chosen().includes(study), "data-study": study });
      box.addEventListener("change", () => {
        const kept = this.chosen().filter((one) => one !== study);
        setPrefs({ indicators: (box.checked ? [...kept, study] : kept).join(",") });
        this.repaint();
      });
      return make("label", { class: "field" }, make("span", {}, label), box);
    });
    const dialog = open("Indicators", ...rows, make("div", { class: "actions" }, button("Close", () => dialog.close(), { class: "plain" })));
  }
}
