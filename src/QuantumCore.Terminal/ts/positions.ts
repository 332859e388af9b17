import { plain, units } from "./format.js";
import type { Instrument } from "./instrument.js";
import { current } from "./session.js";
import type { Store } from "./store.js";

/** An account's position in a symbol, as the exchange tells it: what was traded, and earned on it. */
export interface Position {
  symbol: string; asset: string; quantity: string; cost: string; averagePrice: string | null; realised: string; unrealised: string | null; mark: string | null; fees: string;
}

/**
 * Positions as large as the balances: what the demo has paid in counts at the listed price, behind what was traded. Of anybody else nobody knows what a
 * deposit has cost, and a margin account's balances are its positions already.
 */
export function withDeposits(traded: readonly Position[], store: Store): readonly Position[] {
  if (current?.demo !== true || store.margin !== undefined) return traded;
  const found = new Map(traded.map((position) => [position.symbol, position]));
  const bases = new Set<string>();
  for (const instrument of store.instruments.values()) {
    const { base, symbol } = instrument;
    // Where an asset has several markets, what was paid in counts in the first.
    if (bases.has(base)) continue;
    bases.add(base);
    const [total, last] = [store.balances.get(base)?.total ?? "0", store.tickers.get(symbol)?.lastPrice ?? null];
    const whole = together(instrument, instrument.lotsOf(total), found.get(symbol), last);
    if (whole !== undefined) found.set(symbol, whole);
  }
  return [...found.values()].sort((left, right) => (left.symbol < right.symbol ? -1 : 1));
}

/** What was traded and what was paid in; undefined where nothing was. */
function together(instrument: Instrument, held: bigint, traded: Position | undefined, last: string | null): Position | undefined {
  const [scale, reference] = [instrument.quoteScale, instrument.referenceTicks];
  const [lots, cost, realised] = traded === undefined ? [0n, 0n, 0n] : [instrument.lots(traded.quantity), units(traded.cost, scale), units(traded.realised, scale)];
  const deposited = held - lots;
  if (deposited <= 0n || reference <= 0n) return undefined;
  // What was sold beyond what was bought is of what was paid in: no short position.
  const sold = lots < 0n ? -lots : 0n;
  const wholeCost = (sold > 0n ? 0n : cost) + instrument.notional(reference, deposited - sold);
  const profit = realised + (sold > 0n ? -cost - instrument.notional(reference, sold) : 0n);
  const mark = traded?.mark ?? last;
  return {
    symbol: instrument.symbol, asset: instrument.quote, quantity: plain(held * instrument.lotUnits, instrument.quantityScale), cost: plain(wholeCost, scale),
    averagePrice: held === 0n ? null : instrument.mean(wholeCost, held), realised: plain(profit, scale), mark,
    unrealised: mark === null ? null : plain(instrument.notional(instrument.ticks(mark), held) - wholeCost, scale), fees: traded?.fees ?? plain(0n, scale),
  };
}
