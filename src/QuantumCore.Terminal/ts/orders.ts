import { stateInWords } from "./account.js";
import { read } from "./api.js";
import { averageOf, byTime, kindNames, limitOf, sideOf, tableOfCells } from "./blotter.js";
import { button, make, open, wide } from "./dom.js";
import { changeInWords, decimal, millisOf, moment, pretty, units } from "./format.js";
import { csv, save } from "./portfolio.js";
import type { Fill, Order } from "./protocol.js";
import { current, whyNoAccount } from "./session.js";
import type { Store } from "./store.js";
import { toast } from "./toast.js";

const most = 1_000;
/** As many pages of fills are read for what happened to one order. */
const mostPages = 50;

/** The account's open orders, the newest of all orders, and its newest fills. */
export async function show(host: HTMLElement, store: Store): Promise<void> {
  document.title = "Orders · QuantumCore";
  if (current?.account == null) {
    host.replaceChildren(make("h1", {}, "Orders"), make("p", { class: "empty" }, `${whyNoAccount("to see your orders")}.`));
    return;
  }
  const choose = (options: readonly (readonly [string, string])[]): HTMLSelectElement => make("select", {}, ...options.map(([value, label]) => make("option", { value }, label)));
  const what = choose([["orders", "Orders"], ["fills", "Fills"]]);
  const symbol = choose([["", "All symbols"], ...[...store.instruments.keys()].map((name) => [name, name] as const)]);
  const side = choose([["", "Both sides"], ["buy", "Buy"], ["sell", "Sell"]]);
  const state = choose([["", "Any state"], ["open", "Open"], ["filled", "Filled"], ["cancelled", "Cancelled"], ["expired", "Expired"], ["rejected", "Rejected"]]);
  const card = wide("Orders and fills");
  let orders: Order[] = [];
  let fills: Fill[] = [];
  /** Where older orders begin; null: there are none. */
  let next: string | null = null;
  let asked = 0;
  /** They were read, of the symbol that is chosen. */
  let isRead = false;
  let shown: string | undefined;
  const file = button("CSV", () => download(what.value, chosenOrders(), chosenFills()), { class: "ghost" });
  const chosenOrders = (): Order[] => orders.filter((order) => (side.value === "" || order.side === side.value) && (state.value === "" || stateOf(order) === state.value));
  const chosenFills = (): Fill[] => fills.filter((fill) => side.value === "" || fill.side === side.value);
  const render = (): void => {
    state.disabled = what.value === "fills";
    file.disabled = !isRead;
    if (!isRead) return;
    if (what.value === "orders") showOrders(card, chosenOrders(), store);
    else showFills(card, chosenFills());
    if (what.value === "orders" && next !== null && state.value !== "open")
      card.append(make("p", { class: "muted" }, "Open orders are all here. Of those that are done there are older ones. ", button("Older orders", () => void loadOlder(), { class: "ghost" })));
    if (what.value === "fills" && fills.length === most)
      card.prepend(make("p", { class: "muted" }, `The newest ${decimal(most, 0)} fills${symbol.value === "" ? ": choose a symbol to see more of its own" : ""}. The statement on the Portfolio page has all, by days.`));
  };
  const ofSymbol = (): string => symbol.value === "" ? "" : `&symbol=${encodeURIComponent(symbol.value)}`;
  const loadOlder = async (): Promise<void> => {
    if (next === null) return;
    const mine = ++asked;
    const older = await read<Past>(`/orders/history?limit=${most}${ofSymbol()}&after=${next}`);
    if (mine !== asked) return;
    if (older === undefined) {
      toast("bad", "No older orders", "They can't be read now.");
      return;
    }
    [orders, next] = [together(older.orders, orders), older.next];
    render();
  };
  const load = async (): Promise<void> => {
    const of = ofSymbol();
    const mine = ++asked;
    if (of !== shown) {
      // What is shown is of another symbol.
      [isRead, next] = [false, null];
      card.replaceChildren(make("p", { class: "empty" }, "Loading…"));
      render();
    }
    const [openAnswer, orderAnswer, fillAnswer] = await Promise.all(
      [read<{ orders: Order[] }>(`/orders?open=true${of}`), read<Past>(`/orders/history?limit=${most}${of}`), read<{ fills: Fill[] }>(`/fills?limit=${most}${of}`)]);
    // Another symbol may have been chosen meanwhile.
    if (mine !== asked) return;
    [orders, fills, next] = [together(orderAnswer?.orders ?? [], openAnswer?.orders ?? []), fillAnswer?.fills ?? [], orderAnswer?.next ?? null];
    [isRead, shown] = [openAnswer !== undefined && orderAnswer !== undefined && fillAnswer !== undefined, of];
    if (!isRead) card.replaceChildren(make("p", { class: "empty" }, "They can't be read now. Refresh asks again."));
    render();
  };
  host.replaceChildren(make("h1", {}, "Orders"), make("div", { class: "filters" },
    make("label", {}, "Show", what), make("label", {}, "Symbol", symbol), make("label", {}, "Side", side), make("label", {}, "State", state), make("span", { class: "grow" }),
    button("Refresh", () => void load(), { class: "ghost" }), file), card);
  symbol.addEventListener("change", () => void load());
  for (const control of [what, side, state]) control.addEventListener("change", render);
  await load();
}

/** A page of past orders. */
interface Past { orders: Order[]; next: string | null }

/** Orders of two answers, each once. */
function together(some: readonly Order[], others: readonly Order[]): Order[] {
  const known = new Set(some.map(keyOf));
  return [...some, ...others.filter((order) => !known.has(keyOf(order)))].sort(byTime);
}

const keyOf = ({ symbol, orderId, clientOrderId }: Order): string => `${symbol} ${orderId} ${clientOrderId}`;

function stateOf(order: Order): string {
  return order.status === "new" || order.status === "partiallyFilled" ? "open" : order.status;
}

function showOrders(card: HTMLElement, orders: readonly Order[], store: Store): void {
  const rows = orders.map((order) => [
    button(moment(millisOf(order.timeNanos)), () => void showLife(order, card), { class: "ghost", title: "Show its history" }), order.symbol,
    sideOf(order), kindNames[order.type] ?? order.type,
    limitOf(order), averageOf(order, store), pretty(order.quantity), pretty(order.filled), stateInWords(order), order.clientOrderId,
  ]);
  card.replaceChildren(tableOfCells(["Changed", "Symbol", "Side", "Type", "Price", "Average", "Quantity", "Filled", "State", "Name"], rows, 4),
    ...(rows.length === 0 ? [make("p", { class: "empty" }, "No such orders. What you place on the Trade page stands here from then on.")] : []));
}

function showFills(card: HTMLElement, fills: readonly Fill[]): void {
  const isChanged = fills.some((fill) => fill.state !== undefined);
  const rows = fills.map((fill) => [
    moment(millisOf(fill.timeNanos)), fill.symbol, sideOf(fill),
    pretty(fill.price), pretty(fill.quantity), pretty(fill.fee), fill.liquidity, String(fill.orderId), fill.tradeId, ...(isChanged ? [changeInWords(fill)] : []),
  ]);
  card.replaceChildren(tableOfCells(["Time", "Symbol", "Side", "Price", "Quantity", "Fee", "Role", "Order", "Trade", ...(isChanged ? ["Changed"] : [])], rows, 3),
    ...(rows.length === 0 ? [make("p", { class: "empty" }, "No fills yet.")] : []));
}

/** Counts the orders whose life was asked for: the newest is shown. */
let lives = 0;

/** What one order was entered with, its fills, and how it stands; not on another page, or to somebody else. */
async function showLife(order: Order, card: HTMLElement): Promise<void> {
  const mine = ++lives;
  const found = await fillsOf(order);
  if (mine !== lives || !card.isConnected) return;
  const fills = found ?? [];
  const facts = make("dl", { class: "facts" });
  for (const [name, value] of Object.entries(order)) {
    if (typeof value === "object" || name === "fills") continue;
    facts.append(make("dt", {}, name), make("dd", {}, String(value)));
  }
  const rows = fills.map((fill) => [moment(millisOf(fill.timeNanos)), pretty(fill.price), pretty(fill.quantity), pretty(fill.fee), fill.liquidity, fill.tradeId, changeInWords(fill)]);
  open(`Order ${order.orderId} of ${order.symbol}`, facts, make("h2", {}, "Fills"),
    rows.length === 0 ? make("p", { class: "empty" }, found === undefined ? "They can't be read now." : "None.") : tableOfCells(["Time", "Price", "Quantity", "Fee", "Role", "Trade", "Changed"], rows, 1),
    make("form", { method: "dialog", class: "actions" }, make("button", { class: "plain" }, "Close")));
}

/** All fills of an order, newest first: where they are not among the newest of its symbol, from that symbol's first fill on; undefined when they can't be read. */
async function fillsOf(order: Order): Promise<Fill[] | undefined> {
  const path = `/fills?symbol=${encodeURIComponent(order.symbol)}&limit=${most}`;
  const isItsOwn = (fill: Fill): boolean => fill.orderId === order.orderId;
  const newest = (await read<{ fills: Fill[] }>(path))?.fills;
  if (newest === undefined || newest.length < most || isWhole(order, newest.filter(isItsOwn))) return newest?.filter(isItsOwn);
  const found: Fill[] = [];
  let after = "0-0";
  for (let page = 0; page < mostPages; page++) {
    const fills: Fill[] | undefined = (await read<{ fills: Fill[] }>(`${path}&after=${after}`))?.fills;
    if (fills === undefined) return undefined;
    found.push(...fills.filter(isItsOwn));
    if (fills.length < most || isWhole(order, found)) return found.reverse();
    after = fills.at(-1)!.tradeId;
  }
  return undefined;
}

/** Whether these fills are all that an order has. */
function isWhole(order: Order, fills: readonly Fill[]): boolean {
  const scale = Math.max(...[order, ...fills].map((one) => ("filled" in one ? one.filled : one.quantity).split(".")[1]?.length ?? 0));
  return fills.reduce((sum, fill) => sum + units(fill.quantity, scale), 0n) >= units(order.filled, scale);
}

function download(what: string, orders: readonly Order[], fills: readonly Fill[]): void {
  const lines = what === "orders"
    ? ["timeNanos,symbol,orderId,clientOrderId,side,type,price,quantity,filled,status,endReason,averagePrice",
      ...orders.map((o) => [o.timeNanos, o.symbol, String(o.orderId), o.clientOrderId, o.side, o.type, o.price, o.quantity, o.filled, o.status, o.endReason ?? "", o.averagePrice ?? ""].map(csv).join(","))]
    : ["timeNanos,symbol,tradeId,orderId,side,price,quantity,fee,liquidity,state,tradedPrice",
      ...fills.map((f) => [f.timeNanos, f.symbol, f.tradeId, String(f.orderId), f.side, f.price, f.quantity, f.fee, f.liquidity, f.state ?? "", f.tradedPrice ?? ""].map(csv).join(","))];
  save(`${what}.csv`, lines);
}
