import { filledShare, pathOf, stageInWords, stateInWords } from "./account.js";
import { call, explain, pause, read } from "./api.js";
import { asCards, byId, button, confirm, labelCells, make, tabs, write } from "./dom.js";
import { changeInWords, mean, millisOf, moment, pretty, units } from "./format.js";
import type { Instrument } from "./instrument.js";
import { unpriced } from "./kinds.js";
import { bankruptcyOf, positionIn } from "./margin.js";
import { withDeposits, type Position } from "./positions.js";
import { howFarThrough } from "./preview.js";
import type { Order, Side } from "./protocol.js";
import { current, whyNoAccount } from "./session.js";
import { keyOfFill, type Store } from "./store.js";
import { toast } from "./toast.js";

type Tab = "open" | "positions" | "balances" | "fills" | "history";
const names: Readonly<Record<Tab, string>> = { open: "Open orders", positions: "Positions", balances: "Balances", fills: "Fills", history: "History" };
const openHeads = ["Time", "Symbol", "Side", "Type", "Price", "Quantity", "Filled", "Actions"] as const;
const mostRows = 200;
const positionsRefresh = 2_000;
const positionsAnyway = 15_000;

export const kindNames: Readonly<Record<string, string>> = {
  limit: "Limit", market: "Market", stop: "Stop", stopLimit: "Stop limit", takeProfit: "Take-profit", takeProfitLimit: "Take-profit limit",
  trailingStop: "Trailing stop", trailingStopLimit: "Trailing stop limit", pegged: "Pegged", leg: "Leg",
};

/** A row of another tab than the open orders', under a key that no other row has. */
interface Line { key: string; cells: readonly (string | HTMLElement)[] }

interface Row { element: HTMLTableRowElement; price: HTMLInputElement; quantity: HTMLInputElement; filled: HTMLElement; stages: readonly HTMLElement[]; note: HTMLElement; shown: Order; busy: boolean }

/** The account's tables under the chart. */
export class Blotter {
  /** A position is to be closed: the ticket is filled, nothing is sent. */
  onClosePosition: (symbol: string, side: Side, quantity: string) => void = () => undefined;

  /** What is known of positions is another than before. */
  onPositions: () => void = () => undefined;

  private tab: Tab = "open";
  private readonly host = byId("blotter");
  private readonly rows = new Map<string, Row>();
  private readonly allCount = make("span");
  private readonly allSymbol = make("span", { class: "where-wide" });
  /** Which of the pages of open orders is shown. */
  private page = 0;
  private readonly shownOf = make("span", { role: "status" });
  private readonly pagers = [button("Previous", () => this.turn(-1), { class: "ghost" }), button("Next", () => this.turn(1), { class: "ghost" })] as const;
  private readonly pager = make("div", { class: "pager", role: "group", "aria-label": "Pages of open orders" }, this.pagers[0], this.shownOf, this.pagers[1]);
  private readonly count = make("span", { class: "count" }, "0");
  /** Whose they are stands with them: who is signed in next is not shown them. */
  private positions: { account: string; list: readonly Position[] } | undefined;
  private positionsAsked = { at: -Infinity, account: "" };
  /** The table of another tab than the open orders', and a sentence under it while it has no rows, or not all that there are. */
  private plain = make("table");
  private readonly none = make("p", { class: "empty" });
  private readonly lines = new Map<string, { element: HTMLTableRowElement; said: readonly string[] }>();
  private newestFirst = true;
  /** Names of open orders whose cancel was sent. */
  private readonly cancelling = new Set<string>();

  constructor(private readonly store: Store) {
    const list = byId("blotter-tabs");
    for (const [tab, name] of Object.entries(names)) {
      list.append(make("button", { role: "tab", type: "button", "data-tab": tab, "aria-selected": String(tab === "open"), "aria-controls": "blotter" }, name, ...(tab === "open" ? [" ", this.count] : [])));
    }
    tabs(list, "data-tab", (name) => {
      this.tab = name as Tab;
      this.page = 0;
      this.rows.clear();
      this.host.replaceChildren();
      this.render();
    });
    byId("cancel-all").append(this.allCount, this.allSymbol);
    byId("cancel-all").addEventListener("click", () => void this.cancelAll());
  }

  render(): void {
    const open = [...this.store.orders.values()];
    for (const name of this.cancelling) if (!this.store.orders.has(name)) this.cancelling.delete(name);
    write(this.count, String(open.length));
    const all = byId("cancel-all");
    const here = open.filter((order) => order.symbol === this.store.instrument?.symbol).length;
    all.hidden = this.tab !== "open" || here === 0;
    write(this.allCount, `Cancel all ${here}`);
    write(this.allSymbol, ` of ${this.store.instrument?.symbol ?? ""}`);
    if (this.store.account === undefined) this.show(current?.account == null ? `${whyNoAccount("to see orders and balances")}.` : "Loading…");
    else if (this.tab === "open") this.renderOpen(open);
    else if (this.tab === "positions") this.renderPositions();
    else if (this.tab === "balances") this.renderBalances();
    else if (this.tab === "fills") this.renderFills();
    else this.renderHistory();
  }

  /** Cancels the newest open order. */
  cancelNewest(): void {
    // Those whose cancel is on its way are meant no more: the key pressed twice cancels two.
    const newest = [...this.store.orders.values()].filter((order) => !this.cancelling.has(order.clientOrderId)).sort(byTime).at(0);
    if (newest !== undefined) void this.cancel(newest);
  }

  /** Asks, and cancels all orders of the symbol. */
  async cancelAll(): Promise<void> {
    const symbol = this.store.instrument?.symbol;
    const count = [...this.store.orders.values()].filter((order) => order.symbol === symbol).length;
    if (symbol === undefined || count === 0 || !(await confirm(`Cancel all ${count} open orders of ${symbol}?`, `Cancel ${count} orders`))) return;
    const outcome = await call<{ cancelled: number }>("DELETE", `/orders?symbol=${encodeURIComponent(symbol)}`);
    if (outcome.kind === "done") toast("good", "Cancelled", `${outcome.value.cancelled} orders of ${symbol}`);
    else toast("bad", "Not all cancelled", outcome.kind === "refused" ? explain(outcome.problem) : "No answer came; it may be sent again.");
  }

  private renderOpen(open: Order[]): void {
    if (open.length === 0) {
      this.show("No open orders. Click a price in the book, or press B or S.");
      return;
    }
    if (this.rows.size === 0) this.host.replaceChildren(this.openTable(), this.pager);
    const body = this.host.querySelector("tbody")!;
    const from = this.pageOf(open.length) * mostRows;
    const sorted = open.sort(this.newestFirst ? byTime : (left, right) => byTime(right, left)).slice(from, from + mostRows);
    write(this.shownOf, `${from + 1} to ${from + sorted.length} of ${open.length}`);
    const keep = new Set(sorted.map((order) => order.clientOrderId));
    for (const [id, row] of this.rows) {
      if (keep.has(id)) continue;
      row.element.remove();
      this.rows.delete(id);
    }
    sorted.forEach((order, at) => {
      const instrument = this.store.instruments.get(order.symbol);
      if (instrument === undefined) return;
      let row = this.rows.get(order.clientOrderId);
      if (row === undefined) this.rows.set(order.clientOrderId, (row = this.makeRow(order, instrument)));
      if (body.children[at] !== row.element) body.insertBefore(row.element, body.children[at] ?? null);
      this.updateRow(row, order, instrument);
    });
  }

  /** The page of so many orders that is shown: the last one where there are not as many any more. */
  private pageOf(count: number): number {
    const last = Math.max(0, Math.ceil(count / mostRows) - 1);
    this.page = Math.min(this.page, last);
    const [previous, next] = this.pagers;
    this.pager.hidden = last === 0;
    // One that can't be pressed keeps the focus all the same: who turns pages by keys goes on from there.
    previous.setAttribute("aria-disabled", String(this.page === 0));
    next.setAttribute("aria-disabled", String(this.page === last));
    return this.page;
  }

  private turn(by: number): void {
    if (this.pagers[by < 0 ? 0 : 1].getAttribute("aria-disabled") === "true") return;
    this.page += by;
    this.host.scrollTop = 0;
    this.render();
  }

  private openTable(): HTMLTableElement {
    const table = make("table");
    const sort = button("Time", () => {
      this.newestFirst = !this.newestFirst;
      this.page = 0;
      head.setAttribute("aria-sort", this.newestFirst ? "descending" : "ascending");
      this.render();
    });
    const head = make("th", { scope: "col", class: "text", "aria-sort": this.newestFirst ? "descending" : "ascending" }, sort);
    const plain = (text: string, cssClass = ""): HTMLElement => make("th", { scope: "col", class: cssClass }, text);
    table.createTHead().append(make("tr", {}, head, plain("Symbol", "text optional"), plain("Side", "text"), plain("Type", "text optional"), plain("Price"), plain("Quantity"), plain("Filled"), make("th", { scope: "col" }, make("span", { class: "hidden-text" }, "Actions"))));
    table.createTBody();
    return asCards(table);
  }

  private makeRow(order: Order, instrument: Instrument): Row {
    const note = make("span", { class: "note" });
    const input = (name: string, placeholder = ""): HTMLInputElement => {
      const made = make("input", { inputmode: "decimal", placeholder, "aria-label": `${name} of the ${order.side} order ${order.clientOrderId}` });
      made.addEventListener("input", () => this.judge(this.rows.get(order.clientOrderId)!, instrument));
      made.addEventListener("keydown", (event) => {
        if (event.key === "Enter") void this.amend(this.rows.get(order.clientOrderId)!, instrument);
        else if (event.key === "Escape") this.restore(this.rows.get(order.clientOrderId)!, instrument);
        else return;
        event.preventDefault();
        event.stopPropagation();
      });
      return made;
    };
    const [price, quantity, filled] = [input("Price", "market"), input("Quantity"), make("td")];
    const [stage, narrowStage] = [make("small", { class: "muted stage" }), make("span")];
    const label = order.postOnly === true ? "Post-only" : order.displayQuantity !== undefined ? "Iceberg" : kindNames[order.type] ?? order.type;
    const element = make("tr", { "data-order": String(order.orderId) },
      make("td", { class: "text" }, moment(millisOf(order.timeNanos))), make("td", { class: "text optional" }, order.symbol),
      // What a narrow page has no column for stands under the side.
      make("td", { class: "text" }, sideOf(order), make("small", { class: "muted where-narrow" }, `${order.symbol} ${label}`, narrowStage)),
      make("td", { class: "text optional" }, label, stage),
      make("td", {}, price), make("td", {}, quantity, note), filled,
      make("td", { class: "actions" },
        button("Amend", () => void this.amend(this.rows.get(order.clientOrderId)!, instrument), { class: "amend", "aria-label": `Amend the ${order.side} order ${order.clientOrderId}` }),
        button("Cancel", (pressed) => void this.cancel(this.rows.get(order.clientOrderId)?.shown ?? order, pressed), { "aria-label": `Cancel the ${order.side} order ${order.clientOrderId}` })));
    labelCells(element, openHeads);
    const row: Row = { element, price, quantity, filled, stages: [stage, narrowStage], note, shown: order, busy: false };
    this.restore(row, instrument);
    return row;
  }

  /** Brings a row up to date; what a person is writing stays. */
  private updateRow(row: Row, order: Order, instrument: Instrument): void {
    const changed = row.price.value !== plainPrice(row.shown, instrument) || row.quantity.value !== plainQuantity(row.shown, instrument);
    row.shown = order;
    row.element.dataset["order"] = String(order.orderId);
    if (changed) this.judge(row, instrument);
    else this.restore(row, instrument);
    const [filled, quantity] = [instrument.lots(order.filled), instrument.lots(order.quantity)];
    const average = filled === 0n ? "–" : averageOf(order, this.store);
    write(row.filled, `${instrument.quantity(filled)} (${filledShare(filled, quantity)})${average === "–" ? "" : ` at ${average}`}`);
    for (const stage of row.stages) write(stage, stageInWords(order));
  }

  private restore(row: Row, instrument: Instrument): void {
    row.price.value = plainPrice(row.shown, instrument);
    row.quantity.value = plainQuantity(row.shown, instrument);
    // A price that is not the order's own to choose is not there to be changed.
    row.price.disabled = !["limit", "stopLimit", "takeProfitLimit"].includes(row.shown.type);
    this.judge(row, instrument);
  }

  /** Says what a change would do, before it is sent. */
  private judge(row: Row, instrument: Instrument): void {
    const [price, lots] = [instrument.readPrice(row.price.value), instrument.readQuantity(row.quantity.value)];
    const newPrice = row.price.value !== plainPrice(row.shown, instrument);
    const newQuantity = row.quantity.value !== plainQuantity(row.shown, instrument);
    row.price.classList.toggle("changed", newPrice);
    row.quantity.classList.toggle("changed", newQuantity);
    const best = row.shown.side === "buy" ? this.store.book.asks : this.store.book.bids;
    let note = "";
    if (newPrice && typeof price === "string") note = `price: ${price}`;
    else if (newQuantity && typeof lots === "string") note = `quantity: ${lots}`;
    else if (newPrice && typeof price === "bigint" && row.shown.symbol === this.store.instrument?.symbol && best.count > 0 && row.shown.type === "limit"
      && (row.shown.side === "buy" ? price >= BigInt(best.price(0)) : price <= BigInt(best.price(0)))) note = "would match now";
    else if (newPrice || (newQuantity && typeof lots === "bigint" && lots > instrument.lots(row.shown.quantity))) note = "loses priority";
    write(row.note, note);
  }

  private async amend(row: Row, instrument: Instrument): Promise<void> {
    // The second press of two is for what the first one has sent already.
    if (row.busy) return;
    const [price, lots] = [instrument.readPrice(row.price.value), instrument.readQuantity(row.quantity.value)];
    const body: { price?: string; quantity?: string } = {};
    if (row.price.value !== plainPrice(row.shown, instrument)) body.price = typeof price === "bigint" ? instrument.price(price, false) : "";
    if (row.quantity.value !== plainQuantity(row.shown, instrument)) body.quantity = typeof lots === "bigint" ? instrument.quantity(lots, false) : "";
    if ((body.price !== undefined && typeof price === "string") || (body.quantity !== undefined && typeof lots === "string")) {
      toast("bad", "Not amended", body.price !== undefined && typeof price === "string" ? `Price: ${price}` : `Quantity: ${String(lots)}`);
      return;
    }
    if (body.price === undefined && body.quantity === undefined) {
      toast("plain", "Nothing to amend", "Write a new price or quantity into the row first.");
      return;
    }
    (document.activeElement as HTMLElement | null)?.blur();
    row.busy = true;
    const amended = await this.change(row.shown, body);
    row.busy = false;
    // What was refused stays written, to be mended; so does what got no answer, until the order is as it says.
    if (amended === undefined) {
      [row.price.value, row.quantity.value] = [body.price ?? row.price.value, body.quantity ?? row.quantity.value];
      this.judge(row, instrument);
      return;
    }
    row.shown = amended;
    this.restore(row, instrument);
  }

  /** Changes an order and says what became of it; the order as it is then, where that is known. */
  async change({ symbol, orderId, side, type }: Order, body: { price?: string; quantity?: string }): Promise<Order | undefined> {
    const { instrument, book, last } = this.store;
    const isShown = instrument !== undefined && symbol === instrument.symbol && type === "limit" && body.price !== undefined;
    const far = isShown ? howFarThrough(side, instrument.ticks(body.price!), book, BigInt(last)) : "";
    if (far !== "" && !(await confirm(`${side === "buy" ? "Buy" : "Sell"} at ${body.price}?`, "Amend", make("p", {}, `This limit is ${far}.`)))) return undefined;
    const outcome = await call<Order>("PATCH", `/orders/${encodeURIComponent(symbol)}/${orderId}`, body);
    if (outcome.kind === "done") {
      toast("good", "Amended", `${symbol}: ${[body.quantity && `quantity ${body.quantity}`, body.price && `price ${body.price}`].filter(Boolean).join(", ")}`);
      return outcome.value;
    }
    toast("bad", outcome.kind === "refused" ? "Refused" : "Outcome unknown", outcome.kind === "refused" ? `${explain(outcome.problem)} [${outcome.problem.code}]` : "The row shows the order as soon as it is known.");
    return undefined;
  }

  private async cancel(order: Order, pressed?: HTMLButtonElement): Promise<void> {
    if (pressed !== undefined) {
      pressed.disabled = true;
      write(pressed, "Cancelling…");
    }
    this.cancelling.add(order.clientOrderId);
    const outcome = await call<Order>("DELETE", pathOf(order));
    // What was taken stays marked until the stream has told it.
    if (outcome.kind !== "done") this.cancelling.delete(order.clientOrderId);
    if (outcome.kind === "done") {
      // It may have been filled before it could be cancelled.
      const { status } = outcome.value;
      toast(status === "cancelled" ? "good" : "plain", status === "cancelled" ? "Cancelled" : `Order ${status}`, `${order.side === "buy" ? "Buy" : "Sell"} ${order.quantity} ${order.symbol}`, order.clientOrderId);
      return;
    }
    toast("bad", outcome.kind === "refused" ? "Not cancelled" : "Outcome unknown", outcome.kind === "refused" ? explain(outcome.problem) : "No answer came; it may be sent again.");
    if (pressed !== undefined) {
      pressed.disabled = false;
      write(pressed, "Cancel");
    }
  }

  private renderBalances(): void {
    const isPending = [...this.store.balances.values()].some((balance) => balance.pending !== undefined);
    const rows = [...this.store.balances.values()].filter((balance) => !/^[0.]*$/.test(balance.total)).map((balance) => {
      const market = [...this.store.instruments.values()].find((instrument) => instrument.base === balance.asset);
      const last = market === undefined ? undefined : this.store.tickers.get(market.symbol)?.lastPrice;
      const value = market === undefined ? pretty(balance.total) : last == null ? "–" : market.money(market.notional(market.ticks(last), market.lotsOf(balance.total)));
      const quote = market?.quote ?? balance.asset;
      return { key: balance.asset, cells: [balance.asset, pretty(balance.total), pretty(balance.available), pretty(balance.held), ...(isPending ? [pretty(balance.pending ?? "0")] : []), value === "–" ? value : `${value} ${quote}`] };
    });
    this.table(["Asset", "Total", "Available", "In orders", ...(isPending ? ["Not settled"] : []), "Value"], rows, "No balances yet. Money comes in by a deposit.", 1);
  }

  private renderFills(): void {
    const isChanged = this.store.fills.some((fill) => fill.state !== undefined);
    const rows = this.store.fills.map((fill) => ({ key: keyOfFill(fill), cells: [
      moment(millisOf(fill.timeNanos)), fill.symbol, sideOf(fill), pretty(fill.price), pretty(fill.quantity), pretty(fill.fee), fill.liquidity, fill.tradeId,
      ...(isChanged ? [changeInWords(fill)] : []),
    ] }));
    this.table(["Time", "Symbol", "Side", "Price", "Quantity", "Fee", "Role", "Trade", ...(isChanged ? ["Changed"] : [])], rows, "No fills yet. Your trades appear here.", 3);
  }

  private renderHistory(): void {
    const rows = this.store.closed.map((order) => ({ key: `${order.clientOrderId} ${order.orderId}`, cells: [
      moment(millisOf(order.timeNanos)), order.symbol, sideOf(order), kindNames[order.type] ?? order.type,
      limitOf(order), averageOf(order, this.store), pretty(order.quantity), pretty(order.filled), stateInWords(order),
    ] }));
    this.table(["Time", "Symbol", "Side", "Type", "Price", "Average", "Quantity", "Filled", "End"], rows, "No order has ended while this page was open. Older ones are on the Orders page.", 4);
  }

  private renderPositions(): void {
    const [now, account] = [performance.now(), this.store.account!];
    const known = this.positions?.account === account ? this.positions.list : undefined;
    if (now - this.positionsAsked.at > positionsRefresh || this.positionsAsked.account !== account) void this.readPositions(now, account);
    if (known === undefined) {
      this.show("Loading positions…");
      return;
    }
    const { margin, instruments } = this.store;
    const open = withDeposits(known, this.store).filter((position) => !/^[0.]*$/.test(position.quantity));
    const bankrupt = (symbol: string): string[] => margin === undefined ? [] : [bankruptcyOf(positionIn(margin, symbol))];
    this.table(["Symbol", "Quantity", "Average entry", "Mark", ...(margin === undefined ? [] : ["Bankrupt at"]), "Unrealised", "Realised", ""], open.map((position) => ({ key: position.symbol, cells: [
      position.symbol, pretty(position.quantity), position.averagePrice === null ? "–" : mean(position.averagePrice, instruments.get(position.symbol)?.priceScale ?? 2), position.mark === null ? "–" : pretty(position.mark),
      ...bankrupt(position.symbol), gain(position.unrealised), gain(position.realised),
      // What was listed after this page was opened it can't show.
      !instruments.has(position.symbol) ? "" : button("Close", () => this.close(position.symbol), { "aria-label": `Close the position in ${position.symbol}` }),
    ] })), "No positions. What you buy here is shown with its cost and profit.", 1);
  }

  /** The position as it is when it is to be closed, which may be another one than its row was made for. */
  private close(symbol: string): void {
    const position = withDeposits(this.positions?.list ?? [], this.store).find((one) => one.symbol === symbol);
    if (position !== undefined) this.onClosePosition(symbol, position.quantity.startsWith("-") ? "buy" : "sell", position.quantity.replace("-", ""));
  }

  /** The position in a symbol, as far as it is known. */
  positionOf(symbol: string): Position | undefined {
    return this.positions?.account !== this.store.account ? undefined : withDeposits(this.positions?.list ?? [], this.store).find((one) => one.symbol === symbol);
  }

  /** Keeps positions known for who shows them beside the tables: soon after a fill, else now and then. */
  watchPositions(now: number, isFilled: boolean): void {
    const account = this.store.account;
    if (isFilled) this.positionsAsked.at = Math.min(this.positionsAsked.at, now - positionsAnyway + 500);
    if (account !== undefined && (now - this.positionsAsked.at > positionsAnyway || this.positionsAsked.account !== account)) void this.readPositions(now, account);
  }

  private async readPositions(now: number, account: string): Promise<void> {
    this.positionsAsked = { at: now, account };
    const answer = await read<{ positions: Position[] }>("/account/positions");
    if (answer === undefined) await pause(positionsRefresh);
    else if (this.store.account === account) this.positions = { account, list: answer.positions };
    this.onPositions();
    this.store.touch("balances");
  }

  /** Brings the table up to date. A cell that says the same stays, with its focus, what is selected in it, and a press that has begun. */
  private table(heads: readonly string[], lines: readonly Line[], empty: string, texts: number): void {
    const said = heads.join();
    if (!this.plain.isConnected || this.plain.dataset["heads"] !== said) {
      this.lines.clear();
      this.plain = tableOfCells(heads, [], texts);
      this.plain.dataset["heads"] = said;
      this.host.replaceChildren(this.plain, this.none);
    }
    const shown = lines.slice(0, mostRows);
    const keep = new Set(shown.map(({ key }) => key));
    for (const [key, { element }] of this.lines) {
      if (keep.has(key)) continue;
      element.remove();
      this.lines.delete(key);
    }
    const body = this.plain.tBodies[0]!;
    shown.forEach(({ key, cells }, at) => {
      const said = cells.map((cell) => (typeof cell === "string" ? cell : cell.textContent ?? ""));
      const before = this.lines.get(key);
      const element = before?.element ?? rowOfCells(cells, texts);
      if (before === undefined) labelCells(element, heads);
      cells.forEach((cell, column) => {
        if (before !== undefined && before.said[column] !== said[column]) element.cells[column]!.replaceChildren(cell);
      });
      this.lines.set(key, { element, said });
      if (body.children[at] !== element) body.insertBefore(element, body.children[at] ?? null);
    });
    const isCut = lines.length >= mostRows && (this.tab === "fills" || this.tab === "history");
    this.none.hidden = lines.length > 0 && !isCut;
    write(this.none, isCut ? `The newest ${mostRows}. Older ones are on the Orders page.` : empty);
  }

  /** A sentence in the place of a table, whose rows are none any more. */
  private show(text: string): void {
    this.rows.clear();
    this.host.replaceChildren(make("p", { class: "empty" }, text));
  }
}

/** The limit of an order. */
export function limitOf(order: Order): string {
  return unpriced.has(order.type) ? "–" : pretty(order.price);
}

/** What an order traded at on average: as the exchange tells it, or by its fills where those are all known. */
export function averageOf(order: Order, store: Store): string {
  const instrument = store.instruments.get(order.symbol);
  if (instrument === undefined) return "–";
  if (order.averagePrice !== undefined) return mean(order.averagePrice, instrument.priceScale);
  let [lots, value] = [0n, 0n];
  for (const fill of store.fills) {
    if (fill.symbol !== order.symbol || fill.orderId !== order.orderId) continue;
    lots += instrument.lots(fill.quantity);
    value += instrument.notional(instrument.ticks(fill.price), instrument.lots(fill.quantity));
  }
  const one = instrument.notional(1n, lots);
  return lots === 0n || lots !== instrument.lots(order.filled) || one === 0n ? "–" : instrument.price(value / one);
}

/** A table whose first columns are texts and the others numbers. */
export function tableOfCells(heads: readonly string[], rows: readonly (readonly (string | Node)[])[], texts: number): HTMLTableElement {
  const table = make("table");
  table.createTHead().append(make("tr", {}, ...heads.map((head, at) => make("th", { scope: "col", class: at < texts ? "text" : "" }, head === "" ? make("span", { class: "hidden-text" }, "Actions") : head))));
  const body = table.createTBody();
  for (const row of rows) body.append(rowOfCells(row, texts));
  return asCards(table);
}

function rowOfCells(cells: readonly (string | Node)[], texts: number): HTMLTableRowElement {
  return make("tr", {}, ...cells.map((cell, at) => make("td", { class: at < texts ? "text" : cell instanceof HTMLButtonElement ? "actions" : "" }, cell)));
}

/** The side in its colour. */
export function sideOf({ side }: { side: Side }): HTMLElement {
  return make("span", { class: side === "buy" ? "up" : "down" }, side === "buy" ? "Buy" : "Sell");
}

/** Money won or lost: sign and colour. */
export function gain(text: string | null): HTMLElement {
  if (text === null) return make("span", {}, "–");
  const scale = text.split(".")[1]?.length ?? 0;
  const value = units(text, scale);
  return make("span", { class: value > 0n ? "up" : value < 0n ? "down" : "" }, `${value > 0n ? "+" : ""}${pretty(text)}`);
}

/** Newest first. Times are numbers in text: of two, the longer one is the larger. */
export function byTime({ timeNanos: left, orderId }: Order, { timeNanos: right, orderId: other }: Order): number {
  if (left === right) return other - orderId;
  return left.length === right.length ? (left < right ? 1 : -1) : right.length - left.length;
}

function plainPrice(order: Order, instrument: Instrument): string {
  return unpriced.has(order.type) ? "" : instrument.price(instrument.ticks(order.price), false);
}

function plainQuantity(order: Order, instrument: Instrument): string {
  return instrument.quantity(instrument.lots(order.quantity), false);
}
