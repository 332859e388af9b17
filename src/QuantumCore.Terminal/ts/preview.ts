import type { BookSide } from "./book.js";
import { percent } from "./format.js";
import type { Instrument } from "./instrument.js";
import type { Side } from "./protocol.js";

/** Hundredths of a per cent beyond the market that a limit may be without a question. */
const farThrough = 200n;

/** Says how far a limit lies through the market, as "5.00 % above the best ask"; empty where that is not far, and where there is no market. */
export function howFarThrough(side: Side, ticks: bigint, book: { bids: BookSide; asks: BookSide }, last: bigint): string {
  const met = side === "buy" ? book.asks : book.bids;
  const best = met.count > 0 ? BigInt(met.price(0)) : last;
  const beyond = side === "buy" ? ticks - best : best - ticks;
  if (best <= 0n || beyond * 10_000n <= best * farThrough) return "";
  const reference = met.count === 0 ? "last price" : side === "buy" ? "best ask" : "best bid";
  return `${percent(beyond, best).replace("+", "")} ${side === "buy" ? "above" : "below"} the ${reference}`;
}

/** What an order would take from the shown book now. */
export interface Walk {
  lots: bigint;
  /** Paid or received, in minor units of the quote asset. */
  value: bigint;
  /** Ticks of the last level it meets; 0 when it meets none. */
  worst: bigint;
}

/** Takes lots from the other side of the book, best price first, no further than a limit. */
export function walk(instrument: Instrument, levels: BookSide, side: Side, lots: bigint, limit?: bigint): Walk {
  const taken: Walk = { lots: 0n, value: 0n, worst: 0n };
  for (let i = 0; i < levels.count && taken.lots < lots; i++) {
    const price = BigInt(levels.price(i));
    if (limit !== undefined && (side === "buy" ? price > limit : price < limit)) break;
    const part = least(lots - taken.lots, levels.quantity(i));
    taken.lots += part;
    taken.value += instrument.notional(price, part);
    taken.worst = price;
  }
  return taken;
}

/** Takes what an amount of the quote asset pays for, rounded down to whole lots at each price. */
export function walkAmount(instrument: Instrument, levels: BookSide, amount: bigint): Walk {
  const taken: Walk = { lots: 0n, value: 0n, worst: 0n };
  for (let i = 0; i < levels.count; i++) {
    const price = BigInt(levels.price(i));
    const most = instrument.lotsFor(amount - taken.value, price);
    const part = least(most, levels.quantity(i));
    if (part === 0n) break;
    taken.lots += part;
    taken.value += instrument.notional(price, part);
    taken.worst = price;
    if (part === most) break;
  }
  return taken;
}

/** A fee, rounded up to whole minor units. */
export function fee(value: bigint, ppm: bigint): bigint {
  return divideUp(value * ppm, 1_000_000n);
}

/** The mean price of a walk in ticks, rounded to the worse side. */
export function averageTicks(instrument: Instrument, taken: Walk, side: Side): bigint {
  const one = instrument.notional(1n, taken.lots);
  return one === 0n ? 0n : side === "buy" ? divideUp(taken.value, one) : taken.value / one;
}

/** The worst price that a market order is covered at: the reference, and the instrument's protection beyond it. */
export function protectedTicks(instrument: Instrument, reference: bigint, side: Side): bigint {
  const part = reference * instrument.protectionPpm;
  return side === "buy" ? reference + part / 1_000_000n : reference - part / 1_000_000n;
}

/** The most lots that money pays for at a price, the fee of a taker included. */
export function affordable(instrument: Instrument, available: bigint, ticks: bigint): bigint {
  let lots = instrument.lotsFor((available * 1_000_000n) / (1_000_000n + instrument.takerPpm), ticks);
  while (lots > 0n && cost(instrument, ticks, lots) > available) lots--;
  return lots;
}

/** What a buy holds at most: its value and the taker's fee on it. */
export function cost(instrument: Instrument, ticks: bigint, lots: bigint): bigint {
  const value = instrument.notional(ticks, lots);
  return value + fee(value, instrument.takerPpm);
}

export function least(left: bigint, right: bigint): bigint {
  return left < right ? left : right;
}

function divideUp(value: bigint, by: bigint): bigint {
  return (value + by - 1n) / by;
}
