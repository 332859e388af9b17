import { read } from "./api.js";
import { button, make, wide, write } from "./dom.js";
import { clock, percent, plain, units } from "./format.js";
import type { Instrument } from "./instrument.js";
import type { CandleRow } from "./protocol.js";
import type { Store } from "./store.js";
import { tableOf } from "./surface.js";

interface Entry { timeNanos: string; asset: string; amount: string }
interface Asset { asset: string; opening: string; closing: string }
interface Statement { assets: Asset[]; entries: Entry[]; next: string | null }

/** What an account was worth at a time, in minor units of the quote asset. */
interface Point { millis: number; worth: bigint }

interface Range { label: string; step: number; count: number; period: string }

const minute = 60_000;
const quarter = 900_000;
const day = 86_400_000;
const ranges: readonly Range[] = [{ label: "1 hour", step: minute, count: 61, period: "1m" }, { label: "24 hours", step: quarter, count: 97, period: "15m" }, { label: "30 days", step: day, count: 30, period: "1d" }];
/** Of a thousand entries each, which take some milliseconds. */
const mostPages = 50;
/** Fewer points than these are not joined. */
const leastOfLine = 8;
const svgSpace = "http://www.w3.org/2000/svg";

/** What the account was worth over time: its ledger at each moment, at the prices of that moment. */
export function equityCard(store: Store): HTMLElement {
  const card = wide("Equity");
  const body = make("div");
  const said = make("b");
  const buttons = ranges.map((range) => button(range.label, () => void show(range), { class: "ghost", "aria-pressed": "false" }));
  card.append(make("div", { class: "card-title" }, make("h2", {}, "Equity"), ...buttons, make("span", { class: "grow" }), said), body);
  let shown: Range | undefined;
  const show = async (range: Range): Promise<void> => {
    if (shown !== range) {
      write(said, "");
      body.replaceChildren(make("p", { class: "empty" }, "Loading…"));
    }
    shown = range;
    buttons.forEach((pressed, at) => pressed.setAttribute("aria-pressed", String(ranges[at] === range)));
    const market = [...store.instruments.values()][0];
    const points = market === undefined ? undefined : await worthOver(range, store, market.quote);
    // Another range may have been chosen meanwhile.
    if (shown !== range) return;
    if (points === undefined || market === undefined) {
      write(said, "");
      body.replaceChildren(make("p", { class: "empty" }, "It can't be told now: the ledger or the prices can't be read, or the account has too many entries for these hours."));
      return;
    }
    const [first, last] = [points[0]!, points.at(-1)!];
    write(said, `${market.money(last.worth)} ${market.quote} (${percent(last.worth - first.worth, first.worth)})`);
    const table = tableOf(["Time", `Worth in ${market.quote}`], points.map((point) => [named(point.millis, range), market.money(point.worth)]).reverse());
    body.replaceChildren(picture(points, market), make("div", { class: "equity-axis" }, make("span", {}, named(first.millis, range)), make("span", {}, named(last.millis, range))),
      make("details", {}, make("summary", {}, "As a table"), table));
  };
  void show(ranges[0]!);
  return card;
}

/** Points from the oldest to now; undefined when something can't be read. */
async function worthOver(range: Range, store: Store, quote: string): Promise<Point[] | undefined> {
  const now = store.now();
  const times = Array.from({ length: range.count }, (_, at) => range.step * (Math.floor(now / range.step) - range.count + 2 + at)).filter((time) => time < now);
  times.push(now);
  const held = range.step === day ? await heldByDays(times) : await heldByEntries(times);
  if (held === undefined) return undefined;
  const names = new Set(held.flatMap((balances) => [...balances.keys()]));
  const prices = new Map<string, (millis: number) => bigint>();
  for (const instrument of store.instruments.values()) {
    if (instrument.quote !== quote || !names.has(instrument.base) || prices.has(instrument.base)) continue;
    // What was held then is of the units of then.
    const answer = await read<{ candles: CandleRow[] }>(`/candles/${encodeURIComponent(instrument.symbol)}?period=${range.period}&limit=${range.count + 1}&adjustment=raw`);
    if (answer === undefined) return undefined;
    prices.set(instrument.base, priceAt(answer.candles, instrument, range.step));
  }
  const market = [...store.instruments.values()].find((instrument) => instrument.quote === quote)!;
  const points = times.map((millis, at) => ({ millis, worth: worth(held[at]!, millis, quote, market, store, prices) }));
  // Before anything came in there is nothing to see.
  const began = points.findIndex((point) => point.worth !== 0n);
  return points.slice(began < 0 ? points.length - 1 : began);
}

/** Balances at the end of days: each from the statement of its own day. The last time is now, on the day that is not over. */
async function heldByDays(times: readonly number[]): Promise<Map<string, string>[] | undefined> {
  const answers = await Promise.all(times.map((time) => {
    // Midnight belongs to the day before it: what it closed with.
    const name = dayOf(time - 1);
    return read<Statement>(`/account/statement?from=${name}&to=${name}&limit=1`);
  }));
  if (answers.some((answer) => answer === undefined)) return undefined;
  return answers.map((answer) => new Map(answer!.assets.map((asset) => [asset.asset, asset.closing])));
}

/** Balances at moments of the last day: the opening ones, and every entry since. */
async function heldByEntries(times: readonly number[]): Promise<Map<string, string>[] | undefined> {
  const [from, to] = [dayOf(times[0]!), dayOf(times.at(-1)!)];
  const sums = new Map<string, { scale: number; sum: bigint }>();
  const held: Map<string, string>[] = [];
  const keep = (): void => void held.push(new Map([...sums].map(([asset, { scale, sum }]) => [asset, plain(sum, scale)])));
  let after = "";
  for (let page = 0; page < mostPages; page++) {
    const answer = await read<Statement>(`/account/statement?from=${from}&to=${to}&limit=1000${after === "" ? "" : `&after=${encodeURIComponent(after)}`}`);
    if (answer === undefined) return undefined;
    if (page === 0) for (const { asset, opening } of answer.assets) sums.set(asset, { scale: digits(opening), sum: units(opening, digits(opening)) });
    for (const entry of answer.entries) {
      const millis = Number(BigInt(entry.timeNanos) / 1_000_000n);
      while (held.length < times.length - 1 && times[held.length]! < millis) keep();
      const known = sums.get(entry.asset) ?? { scale: digits(entry.amount), sum: 0n };
      sums.set(entry.asset, { scale: known.scale, sum: known.sum + units(entry.amount, known.scale) });
    }
    if (answer.next === null) {
      while (held.length < times.length) keep();
      return held;
    }
    after = answer.next;
  }
  return undefined;
}

/** The last price before a moment: of a candle that was over, or of the one that is not over yet; before the first, what that one opened with. */
function priceAt(candles: readonly CandleRow[], instrument: Instrument, step: number): (millis: number) => bigint {
  return (millis) => {
    const newest = candles.at(-1);
    const last = newest !== undefined && newest[0] < millis ? newest : candles.findLast(([start]) => start + step <= millis);
    return last !== undefined ? instrument.ticks(last[4]) : candles[0] !== undefined ? instrument.ticks(candles[0][1]) : 0n;
  };
}

function worth(held: ReadonlyMap<string, string>, millis: number, quote: string, market: Instrument, store: Store, prices: ReadonlyMap<string, (millis: number) => bigint>): bigint {
  let sum = 0n;
  for (const [asset, total] of held) {
    if (asset === quote) sum += units(total, market.quoteScale);
    const instrument = [...store.instruments.values()].find((candidate) => candidate.base === asset && candidate.quote === quote);
    const price = prices.get(asset);
    if (instrument !== undefined && price !== undefined) sum += instrument.notional(price(millis), instrument.lotsOf(total));
  }
  return sum;
}

function picture(points: readonly Point[], market: Instrument): Element {
  const worths = points.map((point) => point.worth);
  const [low, high] = [worths.reduce((a, b) => (b < a ? b : a)), worths.reduce((a, b) => (b > a ? b : a))];
  const room = high === low ? 1n : high - low;
  const [begin, end] = [points[0]!.millis, points.at(-1)!.millis];
  const place = (point: Point): string => `${(((point.millis - begin) / Math.max(1, end - begin)) * 1_000).toFixed(1)},${(170 - Number(((point.worth - low) * 1_600n) / room) / 10).toFixed(1)}`;
  const svg = document.createElementNS(svgSpace, "svg");
  const set = (element: Element, attributes: Readonly<Record<string, string>>): Element => {
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    return element;
  };
  set(svg, { class: "equity", viewBox: "0 0 1000 180", preserveAspectRatio: "none", role: "img", "aria-label": `Worth over time: lowest ${market.money(low)}, highest ${market.money(high)} ${market.quote}` });
  for (const y of ["10", "90", "170"]) svg.append(set(document.createElementNS(svgSpace, "line"), { class: "equity-grid", x1: "0", x2: "1000", y1: y, y2: y }));
  // Between a few points nothing is known: they stand for themselves.
  const isLine = points.length >= leastOfLine;
  svg.append(isLine ? set(document.createElementNS(svgSpace, "polyline"), { class: "equity-line", points: points.map(place).join(" ") })
    : set(document.createElementNS(svgSpace, "path"), { class: "equity-points", d: points.map((point) => `M ${place(point)} h 0`).join(" ") }));
  const values = [high, (high + low) / 2n, low].map((value) => make("span", {}, market.money(value)));
  const box = make("div", { class: "equity-box" }, make("div", { class: "equity-values", "aria-hidden": "true" }, ...(high === low ? values.slice(0, 1) : values)));
  box.prepend(svg);
  return box;
}

function named(millis: number, range: Range): string {
  return range.step === day ? dayOf(millis - 1) : clock(millis);
}

/** A day of the ledger: they are UTC's. */
const dayOf = (millis: number): string => new Date(millis).toISOString().slice(0, 10);

const digits = (text: string): number => text.split(".")[1]?.length ?? 0;
