import { call, mayChange, pause } from "./api.js";
import { changeInWords, decimal, millisOf, pretty } from "./format.js";
import type { AccountMessage, Fill, Order, OrderName } from "./protocol.js";
import type { Store } from "./store.js";
import { isTold, toast } from "./toast.js";

/** Orders whose fills are summed up for their toasts; an older one begins anew. */
const mostFilled = 1_000;
/** Milliseconds that a message may take; clocks that differ by more are not set alike. */
const wayOfMessages = 5_000;
/** Orders whose end is asked for; of more that end at once the newest. */
const mostEnding = 200;
/** How often it is asked how an order ended, before nobody waits for it any more. */
const mostAsked = 60;

/** Keeps the account of the store: what the stream says, and by calls what it only hints at: fills, and how orders ended. */
export class Account {
  /** Set while fills are about to be read: an account that never rests has them read all the same. */
  private timer: number | undefined;
  /** When this page first knew the account, in milliseconds of this machine's clock: earlier fills are no news. */
  private since: number | undefined;
  private hasFills = false;
  /** Fills are being read, and are to be read once more: answers that overtake each other would tell fills twice. */
  private reading = false;
  private again = false;
  /** Orders that are over, by name, until it is known how: with how often that was asked for. */
  private readonly ending = new Map<string, { order: OrderName; asked: number }>();
  private learning = false;
  /** Counts those who were signed in: what was asked for one is not shown to the next. */
  private whose = 0;
  /** Fills of an order since this page saw them, for the one toast about it. */
  private readonly filled = new Map<string, { lots: bigint; value: bigint; count: number }>();

  constructor(private readonly store: Store) {}

  /** Somebody else is signed in, or nobody. */
  forget(): void {
    this.whose++;
    clearTimeout(this.timer);
    this.timer = undefined;
    this.since = undefined;
    this.hasFills = this.reading = this.again = this.learning = false;
    this.ending.clear();
    this.filled.clear();
    this.store.forgetAccount();
  }

  take(message: AccountMessage): void {
    const gone = message.snapshot ? [] : message.closed.filter((order) => this.store.orders.has(order.clientOrderId));
    // Of a snapshot after a lost connection, what is not open any more ended meanwhile.
    const before = message.snapshot && this.since !== undefined ? [...this.store.orders.values()] : [];
    this.since ??= Date.now();
    this.store.takeAccount(message);
    for (const order of [...gone, ...before.filter((order) => !this.store.orders.has(order.clientOrderId))]) this.learnEnd(order);
    for (const order of message.orders) this.tellLate(order);
    this.readFillsIn(100);
  }

  /** An order that had not come yet when the exchange was asked for it. */
  private tellLate({ clientOrderId, side, quantity, symbol }: Order): void {
    if (isTold(clientOrderId, "Not placed") && !isTold(clientOrderId, "Order placed")) toast("good", "Order placed", `${side === "buy" ? "Buy" : "Sell"} ${quantity} ${symbol}: it came late.`, clientOrderId);
  }

  private readFillsIn(milliseconds: number): void {
    this.timer ??= window.setTimeout(() => {
      this.timer = undefined;
      void this.readFills();
    }, milliseconds);
  }

  /** Reads the newest fills; tells those that are new, one toast an order. Not answered, it asks again: nothing else may. */
  async readFills(): Promise<void> {
    this.again = this.reading;
    if (this.reading) return;
    const whose = this.whose;
    this.reading = true;
    const outcome = await call<{ fills: Fill[] }>("GET", "/fills?limit=200");
    if (whose !== this.whose) return;
    this.reading = false;
    if (this.again) this.readFillsIn(0);
    if (outcome.kind !== "done") {
      const isNobodys = outcome.kind === "refused" && (outcome.problem.status === 401 || outcome.problem.status === 403);
      if (!isNobodys) this.readFillsIn(1_000);
      return;
    }

    // What the exchange's clock differs by a little is the message's way here. While it is not known, what is read first is no news.
    const { hasFills } = this;
    const { clockOffset } = this.store;
    const since = (this.since ?? Infinity) + (clockOffset === undefined ? Infinity : Math.abs(clockOffset) < wayOfMessages ? 0 : clockOffset);
    const { fresh, changed } = this.store.takeFills(outcome.value.fills);
    this.hasFills = true;
    for (const fill of changed)
      toast("bad", fill.state === "void" ? "Trade declared void" : "Trade corrected", `${fill.side === "buy" ? "Bought" : "Sold"} ${pretty(fill.quantity)} ${fill.symbol}: ${changeInWords(fill)}`, `${fill.symbol} ${fill.tradeId}`);
    this.tell(fresh.filter((fill) => hasFills || millisOf(fill.timeNanos) >= since).reverse());
  }

  private tell(fills: readonly Fill[]): void {
    for (const fill of fills) {
      const instrument = this.store.instruments.get(fill.symbol);
      if (instrument === undefined) continue;
      const sum = this.filled.get(fill.clientOrderId) ?? { lots: 0n, value: 0n, count: 0 };
      const lots = instrument.lots(fill.quantity);
      sum.lots += lots;
      sum.value += instrument.notional(instrument.ticks(fill.price), lots);
      sum.count++;
      this.filled.set(fill.clientOrderId, sum);
      if (this.filled.size > mostFilled) this.filled.delete(this.filled.keys().next().value!);
      const one = instrument.notional(1n, sum.lots);
      const average = one === 0n ? fill.price : instrument.price(sum.value / one);
      const many = sum.count === 1 ? "" : ` in ${sum.count} fills`;
      toast("good", `${fill.side === "buy" ? "Bought" : "Sold"} ${instrument.quantity(sum.lots)} ${instrument.base}`, `average ${average}${many}, ${fill.liquidity}`, fill.clientOrderId);
    }
  }

  private learnEnd(order: OrderName): void {
    this.ending.set(order.clientOrderId, { order, asked: 0 });
    if (this.ending.size > mostEnding) this.ending.delete(this.ending.keys().next().value!);
    if (!this.learning) void this.learnEnds();
  }

  /** Asks for one after the other. What is not answered comes last, a second later, and not for ever. */
  private async learnEnds(): Promise<void> {
    const whose = this.whose;
    this.learning = true;
    for (const [name, end] of this.ending) {
      const outcome = await call<Order>("GET", pathOf(end.order));
      if (whose === this.whose && mayChange(outcome)) await pause(1_000);
      if (whose !== this.whose) return;
      this.ending.delete(name);
      if (mayChange(outcome) && ++end.asked < mostAsked) this.ending.set(name, end);
      else if (outcome.kind === "done") this.tellEnd(outcome.value);
    }
    this.learning = false;
  }

  private tellEnd(order: Order): void {
    const { symbol, status, endReason, clientOrderId, side, quantity } = order;
    this.store.takeClosed(order);
    // Of what this page sent itself it has told the answer.
    const title = `Order ${status}`;
    const isOwnWish = status === "cancelled" && (endReason === "user" || endReason === "replaced" || endReason === "massCancel");
    const isNews = status === "rejected" ? !isTold(clientOrderId) : (status === "expired" || status === "cancelled") && !isOwnWish && !isTold(clientOrderId, title);
    if (isNews) toast(status === "rejected" ? "bad" : "plain", title, `${side === "buy" ? "Buy" : "Sell"} ${quantity} ${symbol}: ${endInWords(order)}`, clientOrderId);
  }
}

/** Where an order is asked for: by its name alone while it has no number, on its way to its book and for ever when it ended there. */
export function pathOf({ symbol, orderId, clientOrderId }: OrderName): string {
  return orderId === 0 ? `/orders/by-client-id/${encodeURIComponent(clientOrderId)}` : `/orders/${encodeURIComponent(symbol)}/${orderId}`;
}

/** Why an order ended or was not taken, in words. */
export function endInWords({ endReason, refusal }: Order): string {
  return [reasonInWords(endReason), reasonInWords(refusal)].filter((word) => word !== "").join(": ");
}

/** How an order stands, and why where it is over. */
export function stateInWords(order: Order): string {
  return [reasonInWords(order.status), endInWords(order)].filter((word) => word !== "").join(": ");
}

/** A word of the exchange as a person writes it. */
export function reasonInWords(reason: string | null | undefined): string {
  return (reason ?? "").replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`).trim();
}

/** What an open order waits for, beside its type: the price of its trigger or how far that is behind, its parent, or nothing any more. */
export function stageInWords({ stage, triggerPrice, trailingDistance, trailingBasisPoints }: Order): string {
  const trigger = triggerPrice !== undefined ? ` ${pretty(triggerPrice)}`
    : trailingDistance !== undefined ? ` ${pretty(trailingDistance)} behind` : trailingBasisPoints !== undefined ? ` ${decimal(trailingBasisPoints, 2)} % behind` : "";
  return stage === "pending" ? `${trigger} after its parent` : stage === "working" ? `${trigger} triggered` : trigger;
}

/** How much of an order is filled, in whole per cent. */
export function filledShare(filled: bigint, quantity: bigint): string {
  return quantity === 0n ? "0 %" : `${decimal((filled * 100n) / quantity, 0)} %`;
}
