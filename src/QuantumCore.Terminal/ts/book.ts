import type { BookMessage, Levels } from "./protocol.js";

/** One side by price: sorted typed arrays, best first. */
export class BookSide {
  count = 0;
  private prices = new Float64Array(256);
  private quantities = new BigInt64Array(256);

  /** @param sign 1 for asks, whose lowest price is best; -1 for bids. */
  constructor(private readonly sign: 1 | -1) {}

  /** Ticks of the level at a place. */
  price(at: number): number {
    return this.prices[at]!;
  }

  /** Lots of the level at a place: those of many orders may be more than a number holds to the last one. */
  quantity(at: number): bigint {
    return this.quantities[at]!;
  }

  clear(): void {
    this.count = 0;
  }

  /** Sets a level's lots; 0 takes it away. */
  set(price: number, quantity: bigint): void {
    const at = this.find(price);
    const known = at < this.count && this.prices[at] === price;
    if (quantity > 0n && known) {
      this.quantities[at] = quantity;
    } else if (quantity > 0n) {
      this.grow();
      this.prices.copyWithin(at + 1, at, this.count);
      this.quantities.copyWithin(at + 1, at, this.count);
      this.prices[at] = price;
      this.quantities[at] = quantity;
      this.count++;
    } else if (known) {
      this.prices.copyWithin(at, at + 1, this.count);
      this.quantities.copyWithin(at, at + 1, this.count);
      this.count--;
    }
  }

  /** The first place whose price is no better. */
  private find(price: number): number {
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.prices[middle]! - price) * this.sign < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private grow(): void {
    if (this.count < this.prices.length) return;
    const [prices, quantities] = [new Float64Array(this.count * 2), new BigInt64Array(this.count * 2)];
    prices.set(this.prices);
    quantities.set(this.quantities);
    [this.prices, this.quantities] = [prices, quantities];
  }
}

/** The book of one symbol, as the stream tells it. */
export class Book {
  readonly bids = new BookSide(-1);
  readonly asks = new BookSide(1);
  sequence = -1;

  clear(): void {
    this.bids.clear();
    this.asks.clear();
    this.sequence = -1;
  }

  /** Takes a message: false when it does not follow on what is known, and the book is to be asked for anew. */
  apply(message: BookMessage): boolean {
    if (message.type === "snapshot") this.clear();
    else if (this.sequence < 0 || (message.previousSequence ?? 0) > this.sequence) return false;
    else if (message.sequence <= this.sequence) return true;
    set(this.bids, message.bids);
    set(this.asks, message.asks);
    this.sequence = message.sequence;
    return true;
  }
}

/** Rows of a side for the eye: levels of one group added up. */
export interface Rows {
  count: number;
  readonly prices: Float64Array;
  readonly quantities: bigint[];
}

export function newRows(most: number): Rows {
  return { count: 0, prices: new Float64Array(most), quantities: [] };
}

/** The price of the group that a price falls in: bids round down and asks up, so that no group looks better than it is. */
export function groupOf(price: number, step: number, isBid: boolean): number {
  return step === 1 ? price : (isBid ? Math.floor(price / step) : Math.ceil(price / step)) * step;
}

/** Adds a side's levels up to groups of so many ticks, best first, into rows. */
export function group(side: BookSide, isBid: boolean, step: number, most: number, rows: Rows): void {
  rows.count = 0;
  let current = Number.NaN;
  for (let at = 0; at < side.count; at++) {
    const price = groupOf(side.price(at), step, isBid);
    if (price !== current) {
      if (rows.count === most) return;
      rows.prices[rows.count] = current = price;
      rows.quantities[rows.count] = 0n;
      rows.count++;
    }
    rows.quantities[rows.count - 1]! += side.quantity(at);
  }
}

function set(side: BookSide, levels: Levels): void {
  for (const [price, quantity] of levels) side.set(Number(price), BigInt(quantity));
}
