import { Book } from "./book.js";
import { millisOf } from "./format.js";
import type { Instrument } from "./instrument.js";
import type { AccountMessage, Balance, BookMessage, CandleRow, Fill, Margin, MarginTerms, MarketState, Order, Side, Ticker, TradeJson } from "./protocol.js";

export type Topic = "book" | "trades" | "candles" | "tickers" | "state" | "link" | "orders" | "balances" | "fills";
export type Link = "connecting" | "live" | "resyncing" | "stale" | "offline";

export interface Trade {
  id: string; price: number; quantity: number; side: Side | null; millis: number; own: boolean;
  /** A strategy's leg: the last price stays what it was. */
  isLeg: boolean;
  /** Its price since an operator changed it; null: it is void; undefined: it is as it was made. */
  now: number | null | undefined;
}

/** In ticks and lots, of which there may be more than a number holds to the last one; `start` is its first millisecond. */
export interface Candle { start: number; open: number; high: number; low: number; close: number; volume: bigint }

/** An own open order of the shown symbol: what it is drawn at, in ticks, its trigger before its limit; and what is left of it, in lots. */
export interface OwnOrder { readonly order: Order; readonly ticks: number; readonly lots: bigint }

const mostTrades = 600;

/** All that the page knows. It is changed by messages and calls alone; who shows it reads it when its topic is dirty. */
export class Store {
  readonly instruments = new Map<string, Instrument>();
  readonly tickers = new Map<string, Ticker>();
  readonly book = new Book();
  readonly orders = new Map<string, Order>();
  readonly balances = new Map<string, Balance>();
  /** Closed while this page was open, newest first. */
  readonly closed: Order[] = [];
  readonly dirty = new Set<Topic>();

  instrument: Instrument | undefined;
  trades: Trade[] = [];
  private ownKnown: { instrument: Instrument; orders: readonly OwnOrder[] } | undefined;
  /** Orders of fills, to mark own trades. */
  readonly ownTrades = new Set<string>();
  fills: Fill[] = [];
  candles: Candle[] = [];
  candleMillis = 60_000;
  state: MarketState | undefined;
  link: Link = "connecting";
  account: string | undefined;
  frozen = false;
  /** Of a margin account, how it stood when it was last asked. */
  margin: Margin | undefined;
  readonly marginTerms = new Map<string, MarginTerms>();
  /** The exchange's clock less this machine's, in milliseconds, once it has told its time. */
  clockOffset: number | undefined;
  lastBookMillis = 0;
  messages = 0;
  resyncs = 0;

  touch(...topics: Topic[]): void {
    for (const topic of topics) this.dirty.add(topic);
  }

  /** The exchange's time. */
  now(): number {
    return Date.now() + (this.clockOffset ?? 0);
  }

  /** Ticks of the last trade; 0 for none. A split changes it without a trade: where the book's state is the newer one it says so. */
  get last(): number {
    const [trade, { instrument, state }] = [this.trades.find((one) => !one.isLeg), this];
    const ticker = instrument === undefined ? undefined : this.tickers.get(instrument.symbol);
    // A ticker of while nothing trades is newer than any trade. A split comes then, and the book's state is not told for its last price alone.
    const isStill = (state?.phase === "halt" || state?.phase === "closed") && ticker?.phase === state.phase;
    const told = isStill ? ticker.lastPrice : state !== undefined && (trade === undefined || state.sequence >= sequenceOf(trade.id)) ? state.lastPrice : null;
    if (trade !== undefined && told === null) return trade.price;
    const price = told ?? ticker?.lastPrice;
    return price == null ? 0 : Number(instrument!.ticks(price));
  }

  /** Forgets the market of a symbol, for another one. */
  choose(instrument: Instrument): void {
    this.instrument = instrument;
    this.book.clear();
    this.trades = [];
    this.candles = [];
    this.state = undefined;
    this.touch("book", "trades", "candles", "state", "tickers", "orders", "balances");
  }

  /** Takes a message about the book: false when it has to be asked for anew. */
  takeBook(message: BookMessage): boolean {
    if (!this.book.apply(message)) return false;
    this.touch("book");
    for (const trade of message.trades ?? []) this.takeTrade(trade);
    for (const change of message.tradeChanges ?? []) {
      const trade = this.trades.find((one) => one.id === change.tradeId);
      if (trade !== undefined) trade.now = change.price === null ? null : Number(change.price);
      this.touch("trades");
    }
    return true;
  }

  takeState(state: MarketState): void {
    const before = this.last;
    this.state = state;
    this.touch("state", "book");
    this.touchLast(before);
  }

  takeTickers(tickers: readonly Ticker[]): void {
    const before = this.last;
    for (const ticker of tickers) this.tickers.set(ticker.symbol, ticker);
    this.touch("tickers");
    this.touchLast(before);
  }

  /** Repaints the last price if it is not the one before: a split changes it without a trade. */
  private touchLast(before: number): void {
    if (this.last !== before) this.touch("trades");
  }

  /** Older trades, newest first, from a call; those that the stream told since stay in front. What became of those that are known is told by it, too. */
  takePast(trades: readonly TradeJson[]): void {
    const known = new Map(this.trades.map((trade) => [trade.id, trade]));
    for (const past of trades.map((trade) => this.tradeOf(trade))) {
      const trade = known.get(past.id);
      if (trade === undefined) this.trades.push(past);
      else if (past.now !== undefined) trade.now = past.now;
    }
    this.trades.sort((left, right) => right.millis - left.millis || compareIds(right.id, left.id));
    this.trades.length = Math.min(this.trades.length, mostTrades);
    this.touch("trades");
  }

  /** Whether the exchange says of a candle that was over by a time another thing than it did before: since a split all of them are of other units. */
  differs(rows: readonly CandleRow[], overBy: number): boolean {
    const known = new Map(this.candles.map(({ start, open }) => [start, open]));
    return rows.some(([start, open]) => start + this.candleMillis <= overBy && known.has(start) && known.get(start) !== Number(this.instrument!.ticks(open)));
  }

  /** Candles of a call: newer than what is known they replace it, older they go before it. */
  takeCandles(rows: readonly CandleRow[]): void {
    const instrument = this.instrument!;
    const taken = rows.map(([start, open, high, low, close, volume]) => ({
      start,
      open: Number(instrument.ticks(open)),
      high: Number(instrument.ticks(high)),
      low: Number(instrument.ticks(low)),
      close: Number(instrument.ticks(close)),
      volume: instrument.lots(volume),
    }));
    const first = taken[0]?.start ?? 0;
    const last = taken.at(-1)?.start ?? 0;
    this.candles = [...this.candles.filter((c) => c.start < first), ...taken, ...this.candles.filter((c) => c.start > last)];
    this.touch("candles");
  }

  /** Own open orders of the shown symbol: read once for all that is drawn until they change, as there may be thousands. */
  get own(): readonly OwnOrder[] {
    const { instrument } = this;
    if (instrument === undefined) return [];
    if (this.ownKnown?.instrument !== instrument) {
      const orders = [...this.orders.values()].filter((order) => order.symbol === instrument.symbol);
      this.ownKnown = { instrument, orders: orders.map((order) => ({ order, ticks: Number(instrument.ticks(order.stage === "working" ? order.price : order.triggerPrice ?? order.price)), lots: instrument.lots(order.remaining) })) };
    }
    return this.ownKnown.orders;
  }

  /** Nobody's account is shown any more. */
  forgetAccount(): void {
    this.ownKnown = undefined;
    this.account = undefined;
    this.frozen = false;
    this.margin = undefined;
    for (const known of [this.orders, this.balances, this.ownTrades]) known.clear();
    this.closed.length = 0;
    this.fills = [];
    for (const trade of this.trades) trade.own = false;
    this.touch("orders", "balances", "fills", "trades", "book", "candles");
  }

  takeAccount(message: AccountMessage): void {
    if (message.snapshot) {
      this.orders.clear();
      this.balances.clear();
    }
    this.ownKnown = undefined;
    this.account = message.account;
    this.frozen = message.state === "frozen";
    for (const balance of message.balances) this.balances.set(balance.asset, balance);
    for (const order of message.orders) this.orders.set(order.clientOrderId, order);
    for (const order of message.closed) this.orders.delete(order.clientOrderId);
    this.touch("orders", "balances", "book", "candles");
  }

  /** How a margin account stands now; undefined for a cash account. */
  takeMargin(margin: Margin | undefined): void {
    this.margin = margin;
    this.touch("balances");
  }

  /** An order that is over, with how it ended. */
  takeClosed(order: Order): void {
    if (this.closed.some((known) => known.clientOrderId === order.clientOrderId && known.orderId === order.orderId)) return;
    this.closed.unshift(order);
    this.closed.length = Math.min(this.closed.length, 200);
    this.touch("orders");
  }

  /** The newest fills, newest first; gives those that were not known. */
  takeFills(fills: readonly Fill[]): { fresh: Fill[]; changed: Fill[] } {
    const known = new Map(this.fills.map((fill) => [keyOfFill(fill), fill]));
    const fresh = fills.filter((fill) => !known.has(keyOfFill(fill)));
    const changed = fills.filter((fill) => {
      const before = known.get(keyOfFill(fill));
      return before !== undefined && (before.state !== fill.state || before.price !== fill.price);
    });
    if (fresh.length === 0 && changed.length === 0) return { fresh, changed };
    this.fills = [...fills];
    // Trades that are older have their mark.
    this.ownTrades.clear();
    for (const fill of fills) this.ownTrades.add(`${fill.symbol} ${fill.tradeId}`);
    for (const trade of this.trades) trade.own ||= this.ownTrades.has(`${this.instrument?.symbol} ${trade.id}`);
    this.touch("fills", "trades", "candles");
    return { fresh, changed };
  }

  private takeTrade(json: TradeJson): void {
    const newest = this.trades[0];
    if (newest !== undefined && compareIds(json.tradeId, newest.id) <= 0) return;
    const trade = this.tradeOf(json);
    this.trades.unshift(trade);
    if (this.trades.length > mostTrades) this.trades.length = mostTrades;
    this.fold(trade);
    this.touch("trades", "candles");
  }

  /** Brings the newest candle up to a trade; the exchange's own candle replaces it later. */
  private fold(trade: Trade): void {
    const start = startOfCandle(trade.millis, this.candleMillis);
    const candle = this.candles.at(-1);
    if (candle === undefined || start > candle.start) {
      this.candles.push({ start, open: trade.price, high: trade.price, low: trade.price, close: trade.price, volume: BigInt(trade.quantity) });
    } else if (start === candle.start) {
      candle.high = Math.max(candle.high, trade.price);
      candle.low = Math.min(candle.low, trade.price);
      candle.close = trade.price;
      candle.volume += BigInt(trade.quantity);
    }
  }

  private tradeOf(json: TradeJson): Trade {
    // Calls write decimals, the stream ticks and lots.
    const instrument = this.instrument!;
    return {
      id: json.tradeId,
      price: typeof json.price === "string" ? Number(instrument.ticks(json.price)) : json.price,
      quantity: typeof json.quantity === "string" ? Number(instrument.lots(json.quantity)) : json.quantity,
      side: json.takerSide,
      millis: millisOf(json.timeNanos),
      own: this.ownTrades.has(`${instrument.symbol} ${json.tradeId}`),
      isLeg: json.leg === true,
      now: json.state === undefined ? undefined : json.correctedPrice === undefined ? null : Number(instrument.ticks(json.correctedPrice)),
    };
  }
}

const weekMillis = 604_800_000;
/** The first week of the clock began on a Thursday, and weeks begin on Mondays. */
const firstMonday = 345_600_000;

/** When the candle of so many milliseconds began that a moment is in. */
export function startOfCandle(millis: number, length: number): number {
  const shift = length === weekMillis ? firstMonday : 0;
  return Math.floor((millis - shift) / length) * length + shift;
}

/** Whether an order stands in the book: it has entered, and waits for no trigger and no parent. */
export function isInBook(order: Order): boolean {
  return order.orderId !== 0 && (order.stage === undefined || order.stage === "working");
}

/** Under which no other fill of an account is: who trades with himself has two of one trade. */
export function keyOfFill(fill: Fill): string {
  return `${fill.symbol} ${fill.tradeId} ${fill.orderId}`;
}

/** Of which change of its book a trade is a part. */
function sequenceOf(tradeId: string): number {
  return Number(tradeId.split("-")[0]);
}

/** Trade ids are two numbers: a sequence and a place in it. */
export function compareIds(left: string, right: string): number {
  const [leftSequence = 0, leftIndex = 0] = left.split("-").map(Number);
  const [rightSequence = 0, rightIndex = 0] = right.split("-").map(Number);
  return leftSequence - rightSequence || leftIndex - rightIndex;
}
