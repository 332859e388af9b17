import { read } from "./api.js";
import { byId, write } from "./dom.js";
import { decimal, units } from "./format.js";
import type { Instrument } from "./instrument.js";
import type { CandleRow } from "./protocol.js";
import type { Store } from "./store.js";

interface Cause { cause: string; lines: number; in: string; out: string }
interface Asset { asset: string; opening: string; closing: string; causes: readonly Cause[] }
interface Entry { timeNanos: string; cause: string; asset: string; amount: string }
interface Statement { assets: readonly Asset[]; entries: readonly Entry[]; next: string | null }
/** Units that came in or went out, at the price of that minute. */
interface Move { asset: string; amount: string; ticks: bigint }

const refreshEvery = 30_000;
const afterFill = 500;
const dayMillis = 86_400_000;
const minuteMillis = 60_000;
/** Pages of a thousand entries that are read. Units that came in behind them count at the price of now: no profit and no loss. */
const mostPages = 10;
/** What is moved by these came from outside, and is no profit. */
const fromOutside: ReadonlySet<string> = new Set(["deposit", "withdrawal", "transfer"]);

/** What an account has won or lost since the UTC day began, at the prices of now and of then. What came from outside counts from the moment it came. */
export class Today {
  private asked = { at: -Infinity, account: "" };
  /** Prices that stay what they are, by symbol and time: the first ones of days, and those of minutes that are over. */
  private readonly prices = new Map<string, bigint>();
  private isReading = false;
  /** The entries that were last read, and how many lines the ledger had of them. */
  private found: { of: string; lines: number; entries: readonly Entry[] } = { of: "", lines: 0, entries: [] };
  private statement: { account: string; day: string; assets: readonly Asset[]; moves: readonly Move[] } | undefined;

  constructor(private readonly store: Store) {}

  /** Reads the ledger of the day now and then, and soon after a fill. */
  watch(now: number, isFilled: boolean): void {
    const account = this.store.account ?? "";
    if (isFilled) this.asked.at = Math.min(this.asked.at, now - refreshEvery + afterFill);
    if (account === "" || this.isReading || (now - this.asked.at < refreshEvery && this.asked.account === account)) return;
    this.asked = { at: now, account };
    this.isReading = true;
    void this.read(account).finally(() => {
      this.isReading = false;
    });
  }

  /** Writes the profit at the prices that are known now. */
  render(): void {
    const place = byId("today");
    const [statement, market] = [this.statement, [...this.store.instruments.values()][0]];
    const profit = market === undefined || statement === undefined || statement.account !== this.store.account ? undefined : this.profit(statement.assets, statement.moves, statement.day, market);
    write(place, profit === undefined ? "–" : `${profit > 0n ? "+" : ""}${decimal(profit, market!.quoteScale)} ${market!.quote}`);
    place.className = profit === undefined || profit === 0n ? "" : profit > 0n ? "up" : "down";
  }

  /** Minor units of the first market's quote; undefined where a price is not known. */
  private profit(assets: readonly Asset[], moves: readonly Move[], day: string, market: Instrument): bigint | undefined {
    let profit = 0n;
    for (const { asset, opening, closing, causes } of assets) {
      const moved = causes.filter(({ cause }) => fromOutside.has(cause));
      if (asset === market.quote) {
        const money = (text: string): bigint => units(text, market.quoteScale);
        profit += money(closing) - money(opening) - moved.reduce((sum, cause) => sum + money(cause.in) - money(cause.out), 0n);
        continue;
      }
      const instrument = this.marketOf(asset, market.quote);
      if (instrument === undefined || (/^[0.]*$/.test(opening) && /^[0.]*$/.test(closing) && causes.length === 0)) continue;
      const last = instrument.ticks(this.store.tickers.get(instrument.symbol)?.lastPrice ?? "0");
      const first = this.prices.get(`${instrument.symbol} ${day}`);
      if (first === undefined || last === 0n) return undefined;
      const value = (ticks: bigint, text: string): bigint => instrument.notional(ticks, instrument.lotsOf(text));
      profit += value(last, closing) - value(first, opening) - moved.reduce((sum, cause) => sum + value(last, cause.in) - value(last, cause.out), 0n);
      // Since it came its price has changed.
      for (const move of moves) if (move.asset === asset) profit += value(last, move.amount) - value(move.ticks, move.amount);
    }
    return profit;
  }

  private marketOf(asset: string, quote: string): Instrument | undefined {
    return [...this.store.instruments.values()].find((instrument) => instrument.base === asset && instrument.quote === quote);
  }

  private async read(account: string): Promise<void> {
    const start = Math.floor(this.store.now() / dayMillis) * dayMillis;
    const day = new Date(start).toISOString().slice(0, 10);
    const path = `/account/statement?from=${day}&to=${day}`;
    const answer = await read<Statement>(`${path}&limit=1`);
    const quote = [...this.store.instruments.values()][0]?.quote;
    if (answer === undefined || quote === undefined) return;
    for (const { asset } of answer.assets) {
      const instrument = this.marketOf(asset, quote);
      if (instrument === undefined || this.prices.has(`${instrument.symbol} ${day}`)) continue;
      const candle = await candleBefore(instrument, "1d");
      // Of a symbol that has not traded today the last price is that of before.
      if (candle !== undefined) this.prices.set(`${instrument.symbol} ${day}`, instrument.ticks(candle[0] === start ? candle[1] : candle[4]));
    }
    const moves = await this.movesOf(answer.assets, path, account, quote);
    if (this.store.account === account) this.statement = { account, day, assets: answer.assets, moves };
    this.render();
  }

  /** Gives the units that came in and went out, of assets that have a market, with the prices that are known. */
  private async movesOf(assets: readonly Asset[], path: string, account: string, quote: string): Promise<readonly Move[]> {
    const isMove = (asset: string, cause: string): boolean => fromOutside.has(cause) && this.marketOf(asset, quote) !== undefined;
    const lines = assets.reduce((sum, { asset, causes }) => causes.reduce((lines, one) => lines + (isMove(asset, one.cause) ? one.lines : 0), sum), 0);
    const of = `${account} ${path}`;
    if (this.found.of !== of || this.found.lines !== lines) {
      const entries = await this.entriesOf(isMove, lines, path);
      if (entries !== undefined) this.found = { of, lines, entries };
      else if (this.found.of !== of) return [];
    }
    const moves: Move[] = [];
    for (const { asset, amount, timeNanos } of this.found.entries) {
      const ticks = await this.priceAt(this.marketOf(asset, quote)!, Number(BigInt(timeNanos) / 1_000_000n));
      if (ticks !== undefined) moves.push({ asset, amount, ticks });
    }
    return moves;
  }

  /** Gives the ledger's entries of moves; undefined where a page can't be read. */
  private async entriesOf(isMove: (asset: string, cause: string) => boolean, lines: number, path: string): Promise<readonly Entry[] | undefined> {
    const found: Entry[] = [];
    let after: string | null = "";
    for (let page = 0; page < mostPages && found.length < lines && after !== null; page++) {
      const answer: Statement | undefined = await read<Statement>(`${path}&limit=1000${after === "" ? "" : `&after=${encodeURIComponent(after)}`}`);
      if (answer === undefined) return undefined;
      found.push(...answer.entries.filter(({ asset, cause }) => isMove(asset, cause)));
      after = answer.next;
    }
    return found;
  }

  /** The last price of a minute; undefined before the first trade. */
  private async priceAt(instrument: Instrument, millis: number): Promise<bigint | undefined> {
    const end = (Math.floor(millis / minuteMillis) + 1) * minuteMillis;
    const key = `${instrument.symbol} ${end}`;
    const known = this.prices.get(key);
    if (known !== undefined) return known;
    const candle = await candleBefore(instrument, "1m", new Date(end).toISOString());
    if (candle === undefined) return undefined;
    const ticks = instrument.ticks(candle[4]);
    if (this.store.now() >= end) this.prices.set(key, ticks);
    return ticks;
  }
}

/** The newest candle, or the newest one that began before a time. */
async function candleBefore(instrument: Instrument, period: string, before?: string): Promise<CandleRow | undefined> {
  const path = `/candles/${encodeURIComponent(instrument.symbol)}?period=${period}&limit=1${before === undefined ? "" : `&before=${encodeURIComponent(before)}`}`;
  return (await read<{ candles: CandleRow[] }>(path))?.candles[0];
}
