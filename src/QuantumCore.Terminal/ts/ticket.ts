import { explain, mayChange } from "./api.js";
import { byId, button, confirm, make, write } from "./dom.js";
import { decimal, percent, units, zoneName } from "./format.js";
import type { Instrument } from "./instrument.js";
import { basisPoints, kindOf, kinds, timeNames, unpriced, type Entry, type FieldName } from "./kinds.js";
import { buyingPower, foresee, sellable } from "./margin.js";
import { prefs, wantsToBeAsked } from "./prefs.js";
import { affordable, averageTicks, cost, fee, howFarThrough, protectedTicks, walk, walkAmount, type Walk } from "./preview.js";
import type { Problem, Side } from "./protocol.js";
import { newId, place, sayPlaced, type Known } from "./sending.js";
import { current, whyNoAccount } from "./session.js";
import type { Store } from "./store.js";
import { toast } from "./toast.js";

const labels: Readonly<Record<FieldName, string>> = {
  price: "Price", quantity: "Quantity", total: "Total", trigger: "Trigger price", stopPrice: "Stop limit", target: "Target price",
  trail: "Distance", activation: "Activation", display: "Visible quantity", peg: "Follows", offset: "Offset", triggerBy: "Triggered by", tif: "In force", goodTill: "Until",
};

const choices: Partial<Record<FieldName, readonly (readonly [string, string])[]>> = {
  peg: [["primary", "Own side's best"], ["market", "Other side's best"], ["midpoint", "The middle"]],
  triggerBy: [["last", "Last trade"], ["quote", "Quote"], ["mark", "Mark price"]],
};

const order: readonly FieldName[] = ["trigger", "triggerBy", "trail", "activation", "peg", "offset", "price", "target", "stopPrice", "quantity", "total", "display", "tif", "goodTill"];
const priceFields: ReadonlySet<FieldName> = new Set<FieldName>(["price", "trigger", "stopPrice", "target", "activation", "offset"]);

/** The members of an order that the exchange names in a refusal, and where a person wrote them. */
const fieldOf: Readonly<Record<string, FieldName>> = {
  price: "price", quantity: "quantity", quoteAmount: "total", triggerPrice: "trigger", displayQuantity: "display", trailingBasisPoints: "trail",
  activationPrice: "activation", goodTill: "goodTill", timeInForce: "tif", peg: "peg", pegOffset: "offset", triggerBy: "triggerBy",
};

/** The first year that has five digits: such a date can be written, and is none of the exchange's. */
const endOfTime = Date.UTC(10_000, 0);

interface Checked { entry: Entry; lots: bigint; ticks: bigint; walk: Walk; error: string; errorField: FieldName | undefined; hint: string }

/** The order ticket: fields by kind, a preview in whole units, and one order at a time on its way. */
export class Ticket {
  side: Side = "buy";
  /** The order was taken, or is at least known: told to who shows it. */
  onPlaced: () => void = () => undefined;

  private kind = kinds[0]!;
  private busy = false;
  /** How much is said by the quote asset. */
  private byTotal = false;
  private touched = new Set<FieldName>();
  /** Names of orders that were sent, by what they said, until their outcome is known: what says the same is the same order. */
  private readonly unsettled = new Map<string, string>();
  /** What the exchange refused, until that field is written anew. */
  private refused: { field: FieldName; why: string } | undefined;
  private readonly form = byId<HTMLFormElement>("ticket-form");
  private readonly rows = new Map<FieldName, { row: HTMLElement; input: HTMLInputElement | HTMLSelectElement; unit: HTMLElement; problem: HTMLElement }>();
  private readonly shown = new Map<string, HTMLElement>();
  private readonly sides: Record<Side, HTMLButtonElement>;
  private readonly kindSelect: HTMLSelectElement;
  private readonly problem = make("p", { id: "ticket-problem", role: "alert" });
  private readonly send = make("button", { id: "send", type: "submit", disabled: true }, "Buy");
  private readonly best = button("", () => this.useBest(), { class: "ghost", hidden: "" });
  private shares = make("div");

  constructor(private readonly store: Store) {
    this.sides = {
      buy: button("Buy", () => this.setSide("buy"), { "data-side": "buy", "aria-pressed": "true" }),
      sell: button("Sell", () => this.setSide("sell"), { "data-side": "sell", "aria-pressed": "false" }),
    };
    this.kindSelect = make("select", { id: "kind" }, ...kinds.map((kind) => make("option", { value: kind.id }, kind.label)));
    this.kindSelect.addEventListener("change", () => this.setKind(this.kindSelect.value));
    this.build();
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.submit();
    });
    this.setSide("buy");
    this.setKind("limit");
  }

  setSide(side: Side): void {
    this.side = side;
    this.form.dataset["side"] = side;
    for (const [name, element] of Object.entries(this.sides)) element.setAttribute("aria-pressed", String(name === side));
    this.refresh();
  }

  setKind(id: string): void {
    this.kind = kindOf(id);
    this.kindSelect.value = this.kind.id;
    const tif = this.rows.get("tif")!.input as HTMLSelectElement;
    tif.replaceChildren(...this.kind.times.map((time) => make("option", { value: time }, timeNames[time] ?? time)));
    this.touched.clear();
    this.refused = undefined;
    this.layOut();
    this.refresh();
  }

  /** Another symbol: what was filled in belonged to the one before. */
  clear(): void {
    for (const [name, { input }] of this.rows) if (input instanceof HTMLInputElement && name !== "goodTill") input.value = "";
    this.touched.clear();
    this.refused = undefined;
    this.layOut();
    this.refresh();
  }

  /** Fills a price in, and a quantity where one is given; nothing is sent. */
  fill(ticks: number, side: Side, lots: bigint | undefined): void {
    const instrument = this.store.instrument!;
    if (!this.kind.fields.includes("price")) this.setKind("limit");
    this.setSide(side);
    this.put("price", instrument.price(ticks, false));
    if (lots !== undefined) this.put("quantity", instrument.quantity(lots, false));
    this.refresh();
    this.focus();
  }

  /** Fills in a limit or a trigger, by the kind; nothing is sent. */
  prepare(ticks: number, side: Side, kind: "limit" | "stop"): void {
    this.setKind(kind);
    this.setSide(side);
    this.put(kind === "limit" ? "price" : "trigger", this.store.instrument!.price(ticks, false));
    this.refresh();
    this.focus();
  }

  /** Prepares to close a position; nothing is sent. */
  prepareClose(side: Side, quantity: string): void {
    this.setKind("market");
    this.setSide(side);
    this.put("quantity", quantity);
    this.refresh();
    this.focus();
  }

  /** Puts the focus on the quantity, whose text is replaced by what is typed. */
  focus(): void {
    const { input } = this.rows.get(this.byTotal ? "total" : "quantity")!;
    input.focus();
    if (input instanceof HTMLInputElement) input.select();
  }

  /** Checks and previews anew: prices, balances or the book may have moved. */
  refresh(): void {
    const instrument = this.store.instrument;
    if (instrument === undefined) return;
    const checked = this.check(instrument);
    this.showPreview(instrument, checked);
    const closed = this.whyClosed();
    const shows = checked.errorField !== undefined && this.touched.has(checked.errorField);
    for (const [name, { input, problem }] of this.rows) {
      const wrong = shows && checked.errorField === name ? checked.error : this.refused?.field === name ? this.refused.why : "";
      input.setAttribute("aria-invalid", String(wrong !== ""));
      write(problem, wrong);
      problem.hidden = wrong === "";
    }
    write(this.rows.get("goodTill")!.row.firstElementChild!, `Until, ${zoneName()}`);
    const general = checked.errorField === undefined ? checked.error : "";
    this.problem.classList.toggle("hint", general === "" && checked.hint !== "");
    write(this.problem, general !== "" ? general : checked.hint);
    this.best.hidden = !checked.error.startsWith("would match now");
    write(this.best, this.side === "buy" ? "Use the best bid" : "Use the best ask");
    this.send.disabled = this.busy || closed !== "" || checked.error !== "";
    write(this.send, closed !== "" ? closed : this.busy ? "Sending…" : `${this.side === "buy" ? "Buy" : "Sell"} ${instrument.base}`);
  }

  private build(): void {
    const kindRow = make("label", { class: "ticket-field" }, make("span", {}, "Type"), this.kindSelect);
    const fields = order.map((name) => this.field(name));
    this.shares = make("div", { class: "shares", role: "group", "aria-label": "Share of what is available" },
      ...[25, 50, 75, 100].map((share) => button(share === 100 ? "Max" : `${share}%`, () => this.useShare(BigInt(share)))));
    const rows = ["Available", "Average price", "Impact on best", "Takes / rests", "Fee (est.)", "After it", "Total (est.)"].map((label) => {
      const value = make("dd");
      this.shown.set(label, value);
      return make("div", label.startsWith("Total") ? { class: "total" } : {}, make("dt", {}, label), value);
    });
    const at = order.indexOf("display");
    this.form.append(
      make("div", { class: "sides" }, this.sides.buy, this.sides.sell, button("×", () => this.closeSheet(), { class: "close-sheet", "aria-label": "Close the ticket" })),
      kindRow, ...fields.slice(0, at), this.shares, ...fields.slice(at), this.best,
      make("dl", { class: "preview" }, ...rows), make("div", { class: "send-row" }, this.problem, this.send));
  }

  private field(name: FieldName): HTMLElement {
    const input = name === "tif" || choices[name] !== undefined
      ? make("select", { id: name }, ...(choices[name] ?? []).map(([value, label]) => make("option", { value }, label)))
      : make("input", { id: name, ...(name === "goodTill" ? { type: "datetime-local", step: "1" } : { inputmode: "decimal" }), "aria-describedby": `${name}-problem` });
    const isSwitch = name === "quantity" || name === "total";
    const unit = isSwitch ? button("", () => this.switchUnit(), { class: "unit", title: "By quantity or by total" }) : make("em");
    const problem = make("p", { class: "problem", id: `${name}-problem`, hidden: true });
    const row = make("label", { class: "ticket-field", for: name }, make("span", {}, labels[name]), input, unit, problem);
    this.rows.set(name, { row, input, unit, problem });
    input.addEventListener("input", () => this.typed(name));
    if (input instanceof HTMLInputElement) input.addEventListener("keydown", (event) => this.step(name, input, event));
    return row;
  }

  private typed(name: FieldName): void {
    this.touched.add(name);
    if (this.refused?.field === name) this.refused = undefined;
    if (name === "tif") this.layOut();
    this.refresh();
  }

  private switchUnit(): void {
    if (!this.kind.fields.includes("total")) return;
    this.byTotal = !this.byTotal;
    this.rows.get(this.byTotal ? "quantity" : "total")!.input.value = "";
    this.layOut();
    this.refresh();
    this.focus();
  }

  private layOut(): void {
    if (!this.kind.fields.includes("total")) this.byTotal = false;
    const instrument = this.store.instrument;
    const tif = this.text("tif");
    for (const [name, { row, unit, input }] of this.rows) {
      row.hidden = !this.kind.fields.includes(name) || (name === "goodTill" && tif !== "gtd") || (name === "tif" && this.kind.times.length === 0)
        || (name === "quantity" && this.byTotal) || (name === "total" && !this.byTotal);
      if (instrument === undefined || !(input instanceof HTMLInputElement)) continue;
      if (unit instanceof HTMLButtonElement) unit.disabled = !this.kind.fields.includes("total");
      write(unit, priceFields.has(name) || name === "total" ? instrument.quote : name === "quantity" || name === "display" ? instrument.base : name === "trail" ? "%" : "");
      const optional = this.kind.optional?.includes(name) ?? false;
      input.placeholder = optional ? "optional" : priceFields.has(name) ? instrument.price(0) : name === "quantity" || name === "display" ? instrument.quantity(0) : "";
    }
  }

  /** One tick or lot up or down; with Shift ten. */
  private step(name: FieldName, input: HTMLInputElement, event: KeyboardEvent): void {
    const direction = event.key === "ArrowUp" ? 1n : event.key === "ArrowDown" ? -1n : 0n;
    const instrument = this.store.instrument;
    if (direction === 0n || instrument === undefined || !(priceFields.has(name) || name === "quantity" || name === "display")) return;
    event.preventDefault();
    const isPrice = priceFields.has(name);
    const read = readerOf(instrument, name)(input.value);
    const start = typeof read === "bigint" ? read : isPrice && name !== "offset" ? BigInt(this.store.last) : 0n;
    const next = start + direction * (event.shiftKey ? 10n : 1n);
    if (next < 1n) return;
    this.put(name, isPrice ? instrument.price(next, false) : instrument.quantity(next, false));
    this.typed(name);
  }

  private put(name: FieldName, text: string): void {
    if (name === "quantity" && this.byTotal) this.switchUnit();
    this.rows.get(name)!.input.value = text;
    this.touched.add(name);
    if (this.refused?.field === name) this.refused = undefined;
  }

  private text(name: FieldName): string {
    return this.rows.get(name)!.input.value.trim();
  }

  /** Reads every field; the first thing that is wrong is told, in words. */
  private check(instrument: Instrument): Checked {
    const none: Walk = { lots: 0n, value: 0n, worst: 0n };
    const read: Partial<Record<FieldName, bigint>> = {};
    const text: Partial<Record<FieldName, string>> = {};
    const checked: Checked = {
      entry: { symbol: instrument.symbol, side: this.side, id: newId(), tif: this.text("tif"), text }, lots: 0n, ticks: 0n, walk: none, error: "", errorField: undefined, hint: "",
    };
    const fail = (error: string, field?: FieldName): void => {
      const place = field === "quantity" && this.byTotal ? "total" : field;
      if (checked.error === "") [checked.error, checked.errorField] = [error, place];
    };
    for (const name of this.kind.fields) this.readField(instrument, name, read, text, fail);
    const total = read.total;
    checked.ticks = read.price ?? read.trigger ?? BigInt(this.store.last);
    checked.lots = read.quantity ?? (total === undefined || this.kind.id === "market" ? 0n : instrument.lotsFor(total, checked.ticks));
    if (this.kind.id !== "market" && total !== undefined && checked.lots > 0n) text.quantity = instrument.quantity(checked.lots, false);
    if (checked.error !== "") return checked;

    const levels = this.side === "buy" ? this.store.book.asks : this.store.book.bids;
    const limit = this.kind.id === "market" ? undefined : checked.ticks;
    if (this.kind.id === "market" && total !== undefined && read.quantity === undefined) {
      checked.walk = walkAmount(instrument, levels, total);
      checked.lots = checked.walk.lots;
    } else if (this.kind.takes || this.kind.id === "postOnly") {
      checked.walk = walk(instrument, levels, this.side, checked.lots, limit);
    }
    this.checkSense(instrument, checked, read, fail);
    this.checkFunds(instrument, checked, fail);
    return checked;
  }

  private readField(
    instrument: Instrument, name: FieldName, read: Partial<Record<FieldName, bigint>>, text: Partial<Record<FieldName, string>>, fail: (error: string, field: FieldName) => void,
  ): void {
    const written = this.text(name);
    if (this.rows.get(name)!.row.hidden) return;
    if (name === "tif" || name === "peg" || name === "triggerBy") {
      text[name] = written;
    } else if (name === "goodTill") {
      const until = Date.parse(prefs.zone === "utc" ? `${written}Z` : written);
      if (written === "") fail("until when?", name);
      else if (!(until < endOfTime)) fail("a year of four digits", name);
      else text[name] = `${new Date(until).toISOString().slice(0, 19)}Z`;
    } else if (written === "") {
      if (this.kind.optional?.includes(name) !== true) fail(name === "quantity" || name === "total" ? "how much?" : "needed", name);
    } else if (name === "trail") {
      if (basisPoints(written) === 0) fail("0.01 to 99.99, at most 2 decimals", name);
      else text[name] = written;
    } else {
      const value = readerOf(instrument, name)(written);
      if (typeof value === "string") fail(value, name);
      else {
        read[name] = value;
        text[name] = priceFields.has(name) ? instrument.price(value, false) : name === "total" ? decimal(value, instrument.quoteScale, false) : instrument.quantity(value, false);
      }
    }
  }

  /** Whether it means what a person is likely to mean. */
  private checkSense(instrument: Instrument, checked: Checked, read: Partial<Record<FieldName, bigint>>, fail: (error: string, field?: FieldName) => void): void {
    const { id } = this.kind;
    const isBuy = this.side === "buy";
    const auction = this.isCall() || checked.entry.tif === "opg" || checked.entry.tif === "cls";
    if (id === "postOnly" && checked.walk.lots > 0n && !auction) fail("would match now: post-only would be refused", "price");
    if (id === "market" && !auction && checked.walk.lots < checked.lots) fail(`the book has ${instrument.quantity(checked.walk.lots)} now`, "quantity");
    if (id === "market" && !auction && checked.lots === 0n) fail("less than one lot at this price", "total");
    if (id === "iceberg" && (read.display ?? 0n) > checked.lots) fail("at most the quantity", "display");
    const isStop = id === "stop" || id === "stopLimit";
    const passed = this.triggering(checked.entry.text.triggerBy);
    if (passed > 0n && read.trigger !== undefined && id !== "bracket") {
      const above = isStop || id === "oco" ? isBuy : !isBuy;
      if (above ? read.trigger <= passed : read.trigger >= passed) fail(`would trigger immediately: ${above ? "above" : "below"} ${instrument.price(passed)} is needed`, "trigger");
    }
    if (id === "pegged" && checked.entry.text.peg === "market" && read.offset === undefined) fail(`away from the other side's best: at least ${instrument.price(1)}`, "offset");
    if (id === "bracket" && read.price !== undefined) {
      if (isBuy ? read.target! <= read.price : read.target! >= read.price) fail(`${isBuy ? "above" : "below"} the price`, "target");
      if (isBuy ? read.trigger! >= read.price : read.trigger! <= read.price) fail(`${isBuy ? "below" : "above"} the price`, "trigger");
    }
    if (instrument.notional(checked.ticks, checked.lots) < instrument.minNotional) fail(`at least ${instrument.money(instrument.minNotional)} ${instrument.quote} in value`, "quantity");
    if (checked.entry.tif === "fok" && checked.walk.lots < checked.lots) checked.hint = "The shown book can't fill all of it now.";
    if (checked.entry.tif === "ioc" && id === "limit" && checked.walk.lots < checked.lots) checked.hint = `${instrument.quantity(checked.lots - checked.walk.lots)} would be dropped.`;
  }

  /** Orders are collected: nothing trades before they are matched together. */
  private isCall(): boolean {
    const phase = this.store.state?.phase;
    return phase === "preOpen" || phase === "opening" || phase === "closing" || phase === "volatility";
  }

  /** Ticks of the price that a trigger is compared with, as far as the page knows it; 0 where it does not: the mark price is the exchange's. */
  private triggering(by = "last"): bigint {
    const met = this.side === "buy" ? this.store.book.asks : this.store.book.bids;
    return by === "last" ? BigInt(this.store.last) : by === "quote" && met.count > 0 ? BigInt(met.price(0)) : 0n;
  }

  private checkFunds(instrument: Instrument, checked: Checked, fail: (error: string, field?: FieldName) => void): void {
    const { account, margin } = this.store;
    if (account === undefined) return;
    const worst = this.worstTicks(instrument, checked.ticks);
    if (margin !== undefined) {
      checked.hint = foresee(instrument, margin, this.store.marginTerms.get(instrument.symbol), this.side, checked.lots, worst) || checked.hint;
      return;
    }
    if (this.side === "sell") {
      if (checked.lots > this.mostToSell(instrument)) fail(`more ${instrument.base} than available`, "quantity");
      return;
    }
    const isAmount = this.kind.id === "market" && this.text("total") !== "";
    const needed = isAmount ? checked.walk.value + fee(checked.walk.value, instrument.takerPpm) : cost(instrument, worst, checked.lots);
    if (needed > this.money(instrument)) fail(`${instrument.money(needed)} ${instrument.quote} is needed, fee included`, isAmount ? "total" : "quantity");
  }

  private showPreview(instrument: Instrument, checked: Checked): void {
    const { walk: taken, lots } = checked;
    const isCall = this.isCall();
    const levels = this.side === "buy" ? this.store.book.asks : this.store.book.bids;
    const takes = this.kind.takes && !isCall && taken.lots > 0n;
    const rests = lots - (takes ? taken.lots : 0n);
    const restValue = instrument.notional(checked.ticks, rests);
    const value = (takes ? taken.value : 0n) + restValue;
    const fees = (takes ? fee(taken.value, instrument.takerPpm) : 0n) + fee(restValue, instrument.makerPpm);
    const put = (label: string, text: string): void => {
      const element = this.shown.get(label)!;
      write(element, text);
      element.title = text;
    };
    put("Available", this.store.account === undefined ? "–" : this.side === "buy" ? `${instrument.money(this.money(instrument))} ${instrument.quote}${this.store.margin === undefined ? "" : " of buying power"}`
      : this.store.margin === undefined ? `${decimal(units(this.available(instrument.base), instrument.quantityScale), instrument.quantityScale)} ${instrument.base}` : `${instrument.quantity(this.mostToSell(instrument))} ${instrument.base}`);
    const average = takes ? averageTicks(instrument, taken, this.side) : 0n;
    const indicative = this.store.state?.indicative?.price;
    put("Average price", isCall ? (indicative == null ? "auction" : `${indicative} indicative`) : takes ? instrument.price(average) : "–");
    const best = levels.count === 0 ? 0n : BigInt(levels.price(0));
    put("Impact on best", takes ? percent(taken.worst > best ? taken.worst - best : best - taken.worst, best) : "–");
    put("Takes / rests", lots === 0n ? "–" : `${instrument.quantity(takes ? taken.lots : 0n)} / ${instrument.quantity(rests)}`);
    put("Fee (est.)", lots === 0n ? "–" : `${instrument.money(fees)} ${instrument.quote}`);
    const held = instrument.lotsOf(this.store.balances.get(instrument.base)?.total ?? "0");
    put("After it", lots === 0n ? "–" : `${instrument.quantity(this.side === "buy" ? held + lots : held - lots)} ${instrument.base}`);
    put("Total (est.)", lots === 0n ? "–" : `${instrument.money(this.side === "buy" ? value + fees : value - fees)} ${instrument.quote}`);
  }

  private available(asset: string): string {
    return this.store.balances.get(asset)?.available ?? "0";
  }

  /** What a buy may cost, in minor units; of a margin account, its buying power. */
  private money(instrument: Instrument): bigint {
    const { margin, marginTerms } = this.store;
    return margin !== undefined ? buyingPower(instrument, margin, marginTerms.get(instrument.symbol)) : units(this.available(instrument.quote), instrument.quoteScale);
  }

  private mostToSell(instrument: Instrument): bigint {
    const { margin } = this.store;
    return margin !== undefined ? sellable(instrument, margin) : instrument.lotsOf(this.available(instrument.base));
  }

  /** What a buy is covered at: its limit, or how far the instrument lets it go where it has none. */
  private worstTicks(instrument: Instrument, ticks: bigint): bigint {
    return this.side === "buy" && unpriced.has(this.kind.id) ? protectedTicks(instrument, ticks, "buy") : ticks;
  }

  private useShare(share: bigint): void {
    const instrument = this.store.instrument;
    if (instrument === undefined) return;
    // What is written in a field of another kind is not meant.
    const field = (["price", "trigger"] as const).find((name) => this.kind.fields.includes(name));
    const price = field === undefined ? "" : instrument.readPrice(this.text(field));
    const last = BigInt(this.store.last);
    const ticks = typeof price === "bigint" ? this.worstTicks(instrument, price) : this.side === "buy" ? protectedTicks(instrument, last, "buy") : last;
    const most = this.side === "sell" ? this.mostToSell(instrument) : ticks > 0n ? affordable(instrument, this.money(instrument), ticks) : 0n;
    const lots = (most * share) / 100n;
    this.put("quantity", lots > 0n ? instrument.quantity(lots, false) : "");
    this.refresh();
  }

  private useBest(): void {
    const own = this.side === "buy" ? this.store.book.bids : this.store.book.asks;
    if (own.count > 0) this.put("price", this.store.instrument!.price(own.price(0), false));
    this.refresh();
  }

  /** Why nothing can be sent now, as the button says it; empty when it can. */
  private whyClosed(): string {
    const phase = this.store.state?.phase;
    if (this.store.link !== "live") return "Waiting for live data…";
    if (this.store.account === undefined) return current?.account == null ? whyNoAccount("to trade") : "Waiting for the account…";
    if (this.store.frozen) return "This account is frozen";
    if (this.store.margin?.state === "liquidating") return "Positions are being closed";
    return phase === "halt" ? "Trading is halted" : phase === "closed" ? "The market is closed" : "";
  }

  private async submit(): Promise<void> {
    const instrument = this.store.instrument;
    if (this.busy || this.send.disabled || instrument === undefined) return;
    const checked = this.check(instrument);
    if (checked.error !== "") return;
    const words = this.describe(instrument, checked);
    const value = instrument.notional(checked.ticks, checked.lots);
    const said = JSON.stringify([current?.account, this.kind.body({ ...checked.entry, id: "" })]);
    const written = this.howMuch();
    this.busy = true;
    this.refresh();
    try {
      const { path, body } = this.kind;
      const far = this.kind.takes && checked.entry.text.price !== undefined ? howFarThrough(this.side, checked.ticks, this.store.book, BigInt(this.store.last)) : "";
      const asks = far !== "" || wantsToBeAsked(value > checked.walk.value ? value : checked.walk.value, instrument.quoteScale);
      if (asks && !(await confirm(words, `Yes, ${checked.entry.side}`, far === "" ? "" : make("p", {}, `This limit is ${far}.`)))) return;
      const id = this.unsettled.get(said) ?? checked.entry.id;
      this.unsettled.set(said, id);
      await place(path, id, body({ ...checked.entry, id }), words, (outcome) => {
        // Of what was sent before an exchange that is busy has said nothing.
        if (!mayChange(outcome)) this.unsettled.delete(said);
        this.tell(outcome, id, words, written);
      });
    } finally {
      this.busy = false;
      this.refresh();
    }
  }

  private describe(instrument: Instrument, checked: Checked): string {
    const { text } = checked.entry;
    const price = this.kind.id === "market" ? "at the market" : text.price !== undefined ? `at ${text.price}` : text.trigger !== undefined ? `from ${text.trigger}` : `${text.trail} % behind`;
    return `${this.side === "buy" ? "Buy" : "Sell"} ${instrument.quantity(checked.lots)} ${instrument.base} ${price}, ${this.kind.label.toLowerCase()}`;
  }

  private howMuch(): string {
    return `${this.store.instrument?.symbol} ${this.text("quantity")} ${this.text("total")}`;
  }

  private tell(outcome: Known, id: string, words: string, written: string): void {
    if (outcome.kind === "refused") {
      this.showRefusal(outcome.problem, words, id);
      return;
    }
    const placed = outcome.value.orders?.[0] ?? outcome.value;
    sayPlaced(placed, outcome.value.orders === undefined ? "Order placed" : "Orders placed", words, id);
    if (placed.status !== "new" && placed.status !== "partiallyFilled") this.store.takeClosed(placed);
    // Who writes the next one already goes on with it.
    if (written === this.howMuch()) {
      for (const name of ["quantity", "total"] as const) this.rows.get(name)!.input.value = "";
      this.touched.clear();
      this.refused = undefined;
      this.closeSheet();
    }
    this.onPlaced();
  }

  /** A refusal goes where its cause was written, when that can be told; it is always said. */
  private showRefusal(problem: Problem, words: string, id: string): void {
    const member = problem.field?.split(",")[0]?.replace(/^.*\./, "") ?? "";
    const field = fieldOf[member];
    if (field !== undefined && !this.rows.get(field)!.row.hidden) this.refused = { field, why: explain(problem) };
    toast("bad", "Refused", `${words}: ${explain(problem)} [${problem.code}]`, id);
  }

  private closeSheet(): void {
    delete byId("trade").dataset["sheet"];
  }
}

/** How the text of a field with a number is read: whole ticks, lots or minor units, or what is wrong with it. */
function readerOf(instrument: Instrument, name: FieldName): (text: string) => bigint | string {
  if (name === "offset") return (text) => instrument.readDistance(text);
  if (priceFields.has(name)) return (text) => instrument.readPrice(text);
  return name === "total" ? (text) => instrument.readMoney(text) : (text) => instrument.readQuantity(text);
}
