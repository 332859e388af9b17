import { read } from "./api.js";
import { moment, pretty, units } from "./format.js";
import type { Instrument } from "./instrument.js";
import { least } from "./preview.js";
import type { Margin, MarginPosition, MarginTerms, Side } from "./protocol.js";
import type { Store } from "./store.js";
import { toast } from "./toast.js";

/** Mark prices move a margin account all the time, and no message tells: in milliseconds. */
const refresh = 1_000;
/** A cash account is made a margin account, and terms are set, by an administrator: seldom. */
const seldom = 30_000;
const million = 1_000_000n;

/** Keeps how the margin account of the store stands, and says when it is called, liquidated, or well again. */
export class MarginWatch {
  private asking = false;
  private whose = "";
  private nextAt = 0;
  private termsAt = -Infinity;
  private told: Margin["state"] = "healthy";

  constructor(private readonly store: Store) {}

  /** One frame: asks when it is time to. */
  watch(now: number): void {
    const { account } = this.store;
    if (account === undefined || this.asking || (account === this.whose && now < this.nextAt)) return;
    if (account !== this.whose) this.told = "healthy";
    this.whose = account;
    void this.ask(now, account);
  }

  private async ask(now: number, account: string): Promise<void> {
    this.asking = true;
    const answer = await read<{ account: string; margin?: Margin }>("/account");
    const margin = answer?.margin;
    if (margin !== undefined && now - this.termsAt > seldom) await this.readTerms(now);
    this.asking = false;
    this.nextAt = now + (answer !== undefined && margin === undefined ? seldom : refresh);
    // Somebody else may be signed in by now.
    if (answer?.account !== account || this.store.account !== account) return;
    this.store.takeMargin(margin);
    if (margin !== undefined) this.tell(margin);
  }

  private async readTerms(now: number): Promise<void> {
    const answer = await read<{ instruments: MarginTerms[] }>("/margin");
    if (answer === undefined) return;
    this.termsAt = now;
    for (const terms of answer.instruments) this.store.marginTerms.set(terms.symbol, terms);
  }

  private tell(margin: Margin): void {
    if (margin.state === this.told) return;
    this.told = margin.state;
    const { title, text } = inWords(margin);
    toast(margin.state === "healthy" ? "good" : "urgent", title, text, "margin");
  }
}

/** How it stands, for a person. */
function inWords(margin: Margin): { title: string; text: string } {
  const money = (amount: string): string => `${pretty(amount)} ${margin.currency}`;
  const stands = `Equity ${money(margin.equity)}, initial margin ${money(margin.initialMargin)}, maintenance margin ${money(margin.maintenanceMargin)}.`;
  switch (margin.state) {
    case "healthy":
      return { title: "Margin is enough again", text: stands };
    case "restricted":
      return { title: "Below the initial margin", text: `Orders may only make positions smaller. ${stands}` };
    case "called":
      return { title: "Margin call", text: `${money(margin.callAmount)} are missing${margin.deadline === undefined ? "" : ` and due ${moment(Date.parse(margin.deadline))}`}, or positions are closed. ${stands}` };
    case "liquidating":
      return { title: "Liquidation", text: `Positions are closed until the margin is enough; orders are refused meanwhile. ${stands}` };
  }
}

/** What an order of a margin account would open at a price; 0 for one that makes a position smaller alone. */
function opened(instrument: Instrument, margin: Margin, side: Side, lots: bigint): bigint {
  const owned = ownedLots(instrument, margin);
  const closes = side === "sell" ? owned : -owned;
  return closes > 0n ? lots - least(lots, closes) : lots;
}

/** For what value the account may open more, in minor units of the quote asset. */
export function buyingPower(instrument: Instrument, margin: Margin, terms: MarginTerms | undefined): bigint {
  const known = positionIn(margin, instrument.symbol)?.buyingPower;
  if (known !== undefined) return units(known, instrument.quoteScale);
  const first = terms?.long.tiers[0];
  const excess = units(margin.excess, instrument.quoteScale);
  return first === undefined || instrument.quote !== margin.currency || excess <= 0n ? 0n : (excess * million) / BigInt(Math.max(first.initialPpm, first.maintenancePpm));
}

/** The most lots that may be sold: what there is; when there is nothing, what is located and not sold yet. */
export function sellable(instrument: Instrument, margin: Margin): bigint {
  const owned = ownedLots(instrument, margin);
  if (owned > 0n) return owned;
  const left = instrument.lots(positionIn(margin, instrument.symbol)?.located ?? "0") + owned;
  return left > 0n ? left : 0n;
}

/** What is to be expected of an order before it is sent. Whether it is taken the exchange alone can tell: it counts open orders, tiers and groups. */
export function foresee(instrument: Instrument, margin: Margin, terms: MarginTerms | undefined, side: Side, lots: bigint, worstTicks: bigint): string {
  if (terms === undefined || instrument.quote !== margin.currency || (margin.symbol ?? instrument.symbol) !== instrument.symbol) return `This margin account does not trade ${instrument.symbol}.`;
  const more = opened(instrument, margin, side, lots);
  if (more <= 0n) return "";
  if (margin.state !== "healthy") return "The account may only make positions smaller now.";
  if (side === "sell" && terms.short === undefined) return `Nobody goes short of ${instrument.base}, and this is more than there is.`;
  const power = buyingPower(instrument, margin, terms);
  if (instrument.notional(worstTicks, more) > power) return `More than the buying power of ${instrument.money(power)} ${instrument.quote}.`;
  return side === "sell" ? `${instrument.quantity(more)} ${instrument.base} are sold short: as many have to be located.` : "";
}

/** Where nothing is left of the account, when the position is closed there. */
export function bankruptcyOf(position: MarginPosition | undefined): string {
  return position?.bankruptcyPrice === undefined ? "–" : pretty(position.bankruptcyPrice);
}

export function positionIn(margin: Margin, symbol: string): MarginPosition | undefined {
  return margin.positions.find((position) => position.symbol === symbol);
}

/** What it has of the base asset; what it is short of is below 0. */
function ownedLots(instrument: Instrument, margin: Margin): bigint {
  return instrument.lotsOf(positionIn(margin, instrument.symbol)?.quantity ?? "0");
}
