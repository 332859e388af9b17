/** What the native API says, and what this client knows of it. Unknown kinds and members are passed over. */

export type Side = "buy" | "sell";
export type Phase = "preOpen" | "opening" | "continuous" | "volatility" | "closing" | "halt" | "closed";

export interface InstrumentJson {
  symbol: string; baseAsset: string; baseDecimals: number; quoteAsset: string; quoteDecimals: number;
  tickSize: string; lotSize: string; minPrice: string; maxPrice: string; minQuantity: string; maxQuantity: string;
  minNotional: string; maxNotional: string; makerFeePpm: number; takerFeePpm: number; protectionPpm: number; referencePrice: string;
}

export interface Ticker {
  symbol: string; phase: Phase; lastPrice: string | null; openPrice: string | null; highPrice: string | null; lowPrice: string | null;
  volume: string; quoteVolume: string; trades: number;
}

export interface MarketState {
  symbol: string; sequence: number; phase: Phase; lastPrice: string | null; markPrice: string | null; referencePrice: string | null;
  priceLimits: { lowest: string; highest: string } | null;
  indicative: { price: string | null; quantity: string; imbalance: string } | null;
  phaseReason: string | null; phaseSince: string | null; nextPhase: Phase | null; nextPhaseTime: string | null; auctionSeconds: number | null;
}

/** Whole ticks and lots; text where a number is too large for JSON's readers. */
export type Whole = number | string;
export type Levels = readonly (readonly [Whole, Whole])[];

export interface TradeJson {
  tradeId: string; price: Whole; quantity: Whole; takerSide: Side | null; timeNanos: string; leg?: true;
  state?: "void" | "corrected"; correctedPrice?: string;
}

/** What became of a trade of before; null: it is void. */
export interface TradeChangeJson { tradeId: string; price: Whole | null }

export interface BookMessage {
  type: "snapshot" | "update"; symbol: string; previousSequence?: number; sequence: number; timeNanos: string;
  bids: Levels; asks: Levels; trades?: readonly TradeJson[]; tradeChanges?: readonly TradeChangeJson[];
}

export interface Heartbeat { type: "heartbeat"; symbol: string; sequence: number; timeNanos: string }
export type StateMessage = MarketState & { type: "state" };
export interface TickersMessage { type: "tickers"; timeNanos: string; tickers: readonly Ticker[] }
export interface ErrorMessage { type: "error"; code: string; field: string | null; detail: string }

/** `pending` is what of the total is not settled yet. */
export interface Balance { asset: string; total: string; held: string; available: string; pending?: string }

export type OrderStatus = "new" | "partiallyFilled" | "filled" | "cancelled" | "expired" | "rejected";

/** `orderId` is 0 while an order is on its way to its book. */
export interface OrderName { symbol: string; orderId: number; clientOrderId: string }

export interface Order {
  orderId: number; clientOrderId: string; symbol: string; side: Side; type: string; timeInForce: string;
  price: string; averagePrice?: string; quantity: string; filled: string; remaining: string; status: OrderStatus; endReason: string | null;
  stage?: "working" | "pending" | "armed"; refusal?: string;
  timeNanos: string; postOnly?: boolean; triggerPrice?: string; displayQuantity?: string; trailingDistance?: string;
  trailingBasisPoints?: number; fills?: readonly OrderFill[];
}

export interface OrderFill { tradeId: string; price: string; quantity: string; fee: string; liquidity: "maker" | "taker" }

export interface Fill extends OrderFill {
  symbol: string; orderId: number; clientOrderId: string; side: Side; timeNanos: string;
  /** What became of the trade afterwards, and the price it was made at. */
  state?: "void" | "corrected"; tradedPrice?: string;
}

/** What an operator made of a trade. */
export interface TradeChange {
  symbol: string; tradeId: string; state: "void" | "corrected"; tradedPrice: string; price: string | null; quantity: string; buyer: string; seller: string;
}

export interface AccountMessage {
  type: "account"; snapshot: boolean; message?: number; account: string; sequence: number; state: "open" | "frozen";
  balances: readonly Balance[]; orders: readonly Order[];
  closed: readonly OrderName[];
}

/** How a margin account stands, of `GET /account`. Amounts are decimals of its currency. */
export interface Margin {
  currency: string; symbol?: string; state: "healthy" | "restricted" | "called" | "liquidating";
  equity: string; initialMargin: string; maintenanceMargin: string; excess: string; withdrawable: string; accruedInterest: string;
  callAmount: string; deadline?: string; isStale: boolean; positions: readonly MarginPosition[];
}

export interface MarginPosition {
  symbol: string; quantity: string; markPrice?: string; initialMargin: string; maintenanceMargin: string; buyingPower: string; located: string;
  bankruptcyPrice?: string; group?: string;
}

/** What is agreed for an instrument, as far as a page says anything about it. Without `short` nobody goes short. */
export interface MarginTerms { symbol: string; long: { tiers: readonly { initialPpm: number; maintenancePpm: number }[] }; short?: object }

/** A price that is waited for, and where it has fired. */
export interface AlertJson {
  id: number; symbol: string; price: string; above: boolean; timeNanos: string; fired?: { price: string; timeNanos: string };
}

/** All alerts of an account; `since` names the run of the exchange that keeps them. */
export interface AlertsMessage { type: "alerts"; account: string; since: string; alerts: readonly AlertJson[] }

export type Message = BookMessage | Heartbeat | StateMessage | TickersMessage | AccountMessage | AlertsMessage | ErrorMessage;

/** Start in milliseconds, open, high, low, close, volume, trades. */
export type CandleRow = readonly [number, string, string, string, string, string, number];

export interface Problem { title: string; status: number; detail?: string; code: string; field: string | null; limit: string | null }

const kinds = new Set(["snapshot", "update", "heartbeat", "state", "tickers", "account", "alerts", "error"]);

/** A message of the stream; undefined for what is none, or of a kind that is not known here. */
export function decode(text: string): Message | undefined {
  try {
    const message = JSON.parse(text) as { type?: unknown };
    return typeof message.type === "string" && kinds.has(message.type) ? (message as Message) : undefined;
  } catch {
    return undefined;
  }
}
