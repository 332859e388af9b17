import { read } from "./api.js";
import { byId, write } from "./dom.js";
import { decimal, units } from "./format.js";
import type { Instrument } from "./instrument.js";
import type { CandleRow } from "./protocol.js";
import { current } from "./session.js";
import type { Store } from "./store.js";

interface Cause { cause: string; in: string; out: string }
interface Asset { asset: string; opening: string; closing: string; causes: readonly Cause[] }

const refreshEvery = 30_000;
const afterFill = 500;
const dayMillis = 86_400_000;
/** What is moved by these came from outside, and is no profit. */
const fromOutside: ReadonlySet<string> = new Set(["deposit", "withdrawal", "transfer"]);

/** What an account has won or lost since the UTC day began: at the prices of now and of then, without what came from outside. */
export class Today {
  private asked = { at: -Infinity, account: "" };
  /** First prices of days, by symbol and day: they stay what they are. */
  private readonly opens = new Map<string, bigint>();
  private statement: { account: string; day: string; assets: readonly Asset[] } | undefined;

  constructor(private readonly store: Store) {}

  /** Reads the ledger of the day now and then, and soon after a fill. */
  watch(now: number, isFilled: boolean): void {
    const account = this.store.account ?? "";
    if (isFilled) this.asked.at = Math.min(this.asked.at, now - refreshEvery + afterFill);
    if (account === "" || (now - this.asked.at < refreshEvery && this.asked.account === account)) return;
    this.asked = { at: now, account };
    void this.read(account);
  }

  /** Writes the profit at the prices that are known now. */
  render(): void {
    const place = byId("today");
    const [statement, market] = [this.statement, [...this.store.instruments.values()][0]];
    const profit = market === undefined || statement === undefined || statement.account !== this.store.account ? undefined : this.profit(statement.assets, statement.day, market);
    write(place, profit === undefined ? "–" : `${profit > 0n ? "+" : ""}${decimal(profit, market!.quoteScale)} ${market!.quote}`);
    place.className = profit === undefined || profit === 0n ? "" : profit > 0n ? "up" : "down";
  }

  /** Minor units of the first market's quote; undefined where a price is not known. */
  private profit(assets: readonly Asset[], day: string, market: Instrument): bigint | undefined {
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
      const first = this.opens.get(`${instrument.symbol} ${day}`);
      if (first === undefined || last === 0n) return undefined;
      const value = (ticks: bigint, text: string): bigint => instrument.notional(ticks, instrument.lotsOf(text));
      // What a demo has paid in counts at the listed price, as in the positions.
      const paid = current?.demo === true && instrument.referenceTicks > 0n ? instrument.referenceTicks : last;
      profit += value(last, closing) - value(first, opening) - moved.reduce((sum, cause) => sum + value(paid, cause.in) - value(paid, cause.out), 0n);
    }
    return profit;
  }

  private marketOf(asset: string, quote: string): Instrument | undefined {
    return [...this.store.instruments.values()].find((instrument) => instrument.base === asset && instrument.quote === quote);
  }

  private async read(account: string): Promise<void> {
    const start = Math.floor(this.store.now() / dayMillis) * dayMillis;
    const day = new Date(start).toISOString().slice(0, 10);
    const answer = await read<{ assets: Asset[] }>(`/account/statement?from=${day}&to=${day}&limit=1`);
    const quote = [...this.store.instruments.values()][0]?.quote;
    if (answer === undefined || quote === undefined) return;
    for (const { asset } of answer.assets) {
      const instrument = this.marketOf(asset, quote);
      if (instrument === undefined || this.opens.has(`${instrument.symbol} ${day}`)) continue;
      const candles = (await read<{ candles: CandleRow[] }>(`/candles/${encodeURIComponent(instrument.symbol)}?period=1d&limit=1`))?.candles;
      const candle = candles?.[0];
      // Of a symbol that has not traded today the last price is that of before.
      if (candle !== undefined) this.opens.set(`${instrument.symbol} ${day}`, instrument.ticks(candle[0] === start ? candle[1] : candle[4]));
    }
    if (this.store.account === account) this.statement = { account, day, assets: answer.assets };
    this.render();
  }
}
