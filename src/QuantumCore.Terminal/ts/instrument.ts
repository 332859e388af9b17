import { decimal, parse, plain, units } from "./format.js";
import type { InstrumentJson } from "./protocol.js";

/** An instrument in whole ticks and lots, and the way from them to text and back. */
export class Instrument {
  readonly symbol: string;
  readonly base: string;
  readonly quote: string;
  readonly baseScale: number;
  readonly quoteScale: number;
  readonly priceScale: number;
  readonly quantityScale: number;
  readonly makerPpm: bigint;
  readonly takerPpm: bigint;
  readonly protectionPpm: bigint;
  readonly minLots: bigint;
  readonly maxLots: bigint;
  readonly minNotional: bigint;
  /** Ticks of the price that it was listed at; 0 for none. */
  readonly referenceTicks: bigint;
  private readonly tick: bigint;
  private readonly lot: bigint;
  private readonly minTicks: bigint;
  private readonly maxTicks: bigint;

  constructor(json: InstrumentJson) {
    this.symbol = json.symbol;
    this.base = json.baseAsset;
    this.quote = json.quoteAsset;
    this.baseScale = json.baseDecimals;
    this.quoteScale = json.quoteDecimals;
    this.priceScale = digits(json.tickSize);
    this.quantityScale = digits(json.lotSize);
    this.tick = units(json.tickSize, this.priceScale);
    this.lot = units(json.lotSize, this.quantityScale);
    this.makerPpm = BigInt(json.makerFeePpm);
    this.takerPpm = BigInt(json.takerFeePpm);
    this.protectionPpm = BigInt(json.protectionPpm);
    this.minLots = this.lots(json.minQuantity);
    this.maxLots = this.lots(json.maxQuantity);
    this.minTicks = this.ticks(json.minPrice);
    this.maxTicks = this.ticks(json.maxPrice);
    this.referenceTicks = this.ticks(json.referencePrice ?? "0");
    this.minNotional = units(json.minNotional, json.quoteDecimals);
  }

  /** Ticks of a price of the exchange. */
  ticks(price: string): bigint {
    return units(price, this.priceScale) / this.tick;
  }

  /** Lots of a quantity of the exchange. */
  lots(quantity: string): bigint {
    return units(quantity, this.quantityScale) / this.lot;
  }

  price(ticks: number | bigint, grouped = true): string {
    return decimal(BigInt(ticks) * this.tick, this.priceScale, grouped);
  }

  /** A price of a group of so many ticks: the zeros that all its prices end in are left out. */
  groupPrice(ticks: number, step: number): string {
    const text = BigInt(ticks) * this.tick;
    let scale = this.priceScale;
    let size = BigInt(step) * this.tick;
    let value = text;
    while (scale > 0 && size % 10n === 0n) {
      size /= 10n;
      value /= 10n;
      scale--;
    }
    return decimal(value, scale);
  }

  quantity(lots: number | bigint, grouped = true): string {
    return decimal(BigInt(lots) * this.lot, this.quantityScale, grouped);
  }

  /** Minor units of the quote asset: exact, for a tick times a lot is a whole number of them. */
  notional(ticks: bigint, lots: bigint): bigint {
    const shift = this.quoteScale - this.priceScale - this.quantityScale;
    const product = ticks * this.tick * lots * this.lot;
    return shift >= 0 ? product * 10n ** BigInt(shift) : product / 10n ** BigInt(-shift);
  }

  /** Smallest units of its quantity that a lot has. */
  get lotUnits(): bigint {
    return this.lot;
  }

  /** The price at which so many lots are worth a value, with four decimals more than a price has: for the eye. */
  mean(value: bigint, lots: bigint): string {
    const one = this.notional(1n, lots);
    return one === 0n ? this.price(0) : plain((value * 10_000n * this.tick) / one, this.priceScale + 4);
  }

  /** The most lots that an amount of the quote asset pays for at a price. */
  lotsFor(amount: bigint, ticks: bigint): bigint {
    const one = this.notional(ticks, 1n);
    return one === 0n ? 0n : amount / one;
  }

  /** Lots of an amount of the base asset, rounded down. */
  lotsOf(available: string): bigint {
    return units(available, this.quantityScale) / this.lot;
  }

  money(minorUnits: bigint): string {
    return decimal(minorUnits, this.quoteScale);
  }

  /** Reads a price; a text says what is wrong with it. */
  readPrice(text: string): bigint | string {
    const value = parse(text, this.priceScale);
    if (value === undefined) return complaint(text, this.priceScale);
    if (value % this.tick !== 0n) return `a multiple of ${this.price(1)}`;
    const ticks = value / this.tick;
    if (ticks < this.minTicks || ticks < 1n) return `at least ${this.price(this.minTicks > 1n ? this.minTicks : 1n)}`;
    return ticks > this.maxTicks ? `at most ${this.price(this.maxTicks)}` : ticks;
  }

  /** Reads a difference of prices, from one tick; a text says what is wrong with it. */
  readDistance(text: string): bigint | string {
    const value = parse(text, this.priceScale);
    if (value === undefined) return complaint(text, this.priceScale);
    if (value % this.tick !== 0n) return `a multiple of ${this.price(1)}`;
    return value < this.tick ? `at least ${this.price(1)}` : value / this.tick;
  }

  /** Reads a quantity; a text says what is wrong with it. */
  readQuantity(text: string): bigint | string {
    const value = parse(text, this.quantityScale);
    if (value === undefined) return complaint(text, this.quantityScale);
    if (value % this.lot !== 0n) return `a multiple of ${this.quantity(1)}`;
    const lots = value / this.lot;
    if (lots < this.minLots || lots < 1n) return `at least ${this.quantity(this.minLots > 1n ? this.minLots : 1n)}`;
    return lots > this.maxLots ? `at most ${this.quantity(this.maxLots)}` : lots;
  }

  /** Reads an amount of the quote asset; a text says what is wrong with it. */
  readMoney(text: string): bigint | string {
    const value = parse(text, this.quoteScale);
    if (value === undefined) return complaint(text, this.quoteScale);
    return value < 1n ? "more than 0" : value;
  }
}

function digits(text: string): number {
  return text.split(".")[1]?.length ?? 0;
}

function complaint(text: string, scale: number): string {
  const decimals = text.split(".")[1]?.length ?? 0;
  return decimals > scale ? (scale === 0 ? "a whole number" : `at most ${scale} decimals`) : "digits and one dot";
}
