import { read } from "./api.js";
import { gain, tableOfCells } from "./blotter.js";
import { button, make, wide, write } from "./dom.js";
import { equityCard } from "./equity.js";
import { mean, moment, pretty, units } from "./format.js";
import { bankruptcyOf } from "./margin.js";
import { withDeposits, type Position } from "./positions.js";
import type { Balance, Margin } from "./protocol.js";
import { current, whyNoAccount } from "./session.js";
import type { Store } from "./store.js";
import { toast } from "./toast.js";

interface Entry { time: string; cause: string; key: string | null; asset: string; amount: string; symbol: string | null; tradeId: string | null }
interface Statement { from: string; to: string; entries: Entry[]; next: string | null }

/** Balances, positions, and what came in and went out, to the last unit. */
export async function show(host: HTMLElement, store: Store): Promise<void> {
  document.title = "Portfolio · QuantumCore";
  if (current?.account == null) {
    host.replaceChildren(make("h1", {}, "Portfolio"), make("p", { class: "empty" }, `${whyNoAccount("to see what your account has")}.`));
    return;
  }
  const today = new Date(store.now()).toISOString().slice(0, 10);
  const [balances, positions] = [wide("Balances"), wide("Positions")];
  let ledger = wide("Ledger");
  const from = make("input", { type: "date", value: today, max: today });
  const to = make("input", { type: "date", value: today, max: today });
  host.replaceChildren(
    make("h1", {}, `Portfolio of ${current.account}`), equityCard(store), balances, positions,
    make("div", { class: "filters" }, make("label", {}, "Statement from", from), make("label", {}, "to", to), make("span", { class: "grow" }), button("CSV", () => void download(from.value, to.value), { class: "ghost" })), ledger);
  // Of other days that are chosen meanwhile the card is another one.
  const showLedger = (): void => {
    const fresh = wide("Ledger");
    ledger.replaceWith(fresh);
    ledger = fresh;
    void statement(fresh, from.value, to.value);
  };
  from.addEventListener("change", showLedger);
  to.addEventListener("change", showLedger);
  showLedger();
  const account = await read<{ balances: Balance[]; margin?: Margin }>("/account");
  showBalances(balances, account?.balances, store);
  const margin = marginCard(account?.margin);
  if (margin !== undefined) balances.before(margin);
  const answer = await read<{ positions: Position[] }>("/account/positions");
  showPositions(positions, answer?.positions, store);
}

/** The card of a margin account; nothing for a cash account. */
function marginCard(margin: Margin | undefined): HTMLElement | undefined {
  if (margin === undefined) return undefined;
  const card = wide("Margin");
  const names: readonly (readonly [string, string | undefined])[] = [
    ["Equity", margin.equity], ["Initial margin", margin.initialMargin], ["Maintenance margin", margin.maintenanceMargin], ["Excess", margin.excess],
    ["Withdrawable", margin.withdrawable], ["Accrued interest", margin.accruedInterest], ["Missing", margin.state === "called" ? margin.callAmount : undefined],
  ];
  const facts = names.flatMap(([name, amount]) => amount === undefined ? [] : [make("dt", {}, name), make("dd", {}, `${pretty(amount)} ${margin.currency}`)]);
  const due = margin.deadline === undefined ? [] : [make("dt", {}, "Due"), make("dd", {}, moment(Date.parse(margin.deadline)))];
  const rows = margin.positions.map((position) => [
    position.symbol, pretty(position.quantity), position.markPrice === undefined ? "–" : pretty(position.markPrice), pretty(position.initialMargin), pretty(position.maintenanceMargin),
    bankruptcyOf(position), pretty(position.buyingPower), pretty(position.located), position.group ?? "",
  ]);
  card.append(make("div", { class: "card-title" }, make("h2", {}, "Margin"), make("small", { class: "muted" }, margin.isStale ? "by old mark prices" : "by mark prices"), make("span", { class: "grow" }),
    make("b", {}, margin.symbol === undefined ? margin.state : `${margin.state}, ${margin.symbol} alone`)),
  make("dl", { class: "facts" }, ...facts, ...due),
  tableOfCells(["Symbol", "Quantity", "Mark", "Initial", "Maintenance", "Bankrupt at", "Buying power", "Located", "Group"], rows, 1));
  return card;
}

function showBalances(card: HTMLElement, balances: readonly Balance[] | undefined, store: Store): void {
  const isPending = balances?.some((balance) => balance.pending !== undefined) === true;
  const rows = (balances ?? []).filter((balance) => !/^[0.]*$/.test(balance.total)).map((balance) => {
    const market = [...store.instruments.values()].find((instrument) => instrument.base === balance.asset);
    const last = market === undefined ? undefined : store.tickers.get(market.symbol)?.lastPrice;
    const quote = [...store.instruments.values()].find((instrument) => instrument.quote === balance.asset);
    const worth = market !== undefined && last != null ? market.notional(market.ticks(last), market.lotsOf(balance.total))
      : quote !== undefined ? units(balance.total, quote.quoteScale) : undefined;
    const priced = market ?? quote;
    return [balance.asset, pretty(balance.total), pretty(balance.available), pretty(balance.held), ...(isPending ? [pretty(balance.pending ?? "0")] : []), worth === undefined || priced === undefined ? "–" : `${priced.money(worth)} ${priced.quote}`];
  });
  // What has a market is worth nothing certain before that has told its price.
  const isKnown = [...store.instruments.values()].every((instrument) => store.tickers.has(instrument.symbol) || !rows.some(([asset]) => asset === instrument.base));
  if (!isKnown) setTimeout(() => card.isConnected && showBalances(card, balances, store), 500);
  card.replaceChildren(make("h2", {}, "Balances"),
    tableOfCells(["Asset", "Total", "Available", "In orders", ...(isPending ? ["Not settled"] : []), "Value"], rows, 1),
    ...(rows.length === 0 ? [make("p", { class: "empty" }, balances === undefined ? "They can't be read now." : "No balances yet.")] : []));
}

function showPositions(card: HTMLElement, positions: readonly Position[] | undefined, store: Store): void {
  // What an account has is known a moment later than what it traded.
  if (positions !== undefined && store.account === undefined) setTimeout(() => card.isConnected && showPositions(card, positions, store), 500);
  const rows = withDeposits(positions ?? [], store).map((position) => [
    position.symbol, pretty(position.quantity), position.averagePrice === null ? "–" : mean(position.averagePrice, store.instruments.get(position.symbol)?.priceScale ?? 2), position.mark === null ? "–" : pretty(position.mark),
    gain(position.unrealised), gain(position.realised), pretty(position.fees),
  ]);
  card.replaceChildren(make("div", { class: "card-title" }, make("h2", {}, "Positions and profit"), make("small", { class: "muted" }, current?.demo === true ? "average cost, fees beside; what the demo paid in at the listed price" : "average cost, fees beside")),
    tableOfCells(["Symbol", "Quantity", "Average entry", "Mark", "Unrealised", "Realised", "Fees"], rows, 1),
    ...(rows.length === 0 ? [make("p", { class: "empty" }, positions === undefined ? "They can't be read now." : "Nothing traded yet. What was paid in has no cost and is not shown here.")] : []));
}

async function statement(card: HTMLElement, from: string, to: string, after = "", known: readonly Entry[] = []): Promise<void> {
  const answer = await read<Statement>(`/account/statement?from=${from}&to=${to}&limit=200${after === "" ? "" : `&after=${encodeURIComponent(after)}`}`);
  if (answer === undefined && after === "") {
    card.replaceChildren(make("h2", {}, "Statement"), make("p", { class: "empty" }, "It can't be read now, or the days are no period."));
    return;
  }
  if (answer === undefined) toast("bad", "No more of the statement", "It can't be read now. Ask again.");
  const entries = [...known, ...(answer?.entries ?? [])];
  const rows = entries.map((entry) => [moment(Date.parse(entry.time)), entry.cause, entry.symbol ?? entry.key ?? "", entry.asset, gain(entry.amount)]);
  const next = answer === undefined ? after : answer.next;
  card.replaceChildren(make("h2", {}, "Statement"), tableOfCells(["Time", "Cause", "Of", "Asset", "Amount"], rows, 4),
    ...(rows.length === 0 ? [make("p", { class: "empty" }, "Nothing came in or went out on these days.")] : []),
    ...(next === null ? [] : [button("More", (pressed) => {
      write(pressed, "Loading…");
      void statement(card, from, to, next, entries);
    }, { class: "ghost" })]));
}

/** The whole statement as a file, page by page. */
async function download(from: string, to: string): Promise<void> {
  const lines = ["time,cause,key,symbol,trade,asset,amount"];
  let after = "";
  while (true) {
    const answer = await read<Statement>(`/account/statement?from=${from}&to=${to}&limit=1000${after === "" ? "" : `&after=${encodeURIComponent(after)}`}`);
    if (answer === undefined) {
      toast("bad", "No file", "The statement can't be read now, or the days are no period.");
      return;
    }
    for (const e of answer.entries) lines.push([e.time, e.cause, e.key ?? "", e.symbol ?? "", e.tradeId ?? "", e.asset, e.amount].map(csv).join(","));
    if (answer.next === null) break;
    after = answer.next;
  }
  save(`statement-${from}-${to}.csv`, lines);
}

/** A cell of a file that spreadsheets open: text that they would take for a formula is quoted as text. */
export function csv(text: string): string {
  const safe = /^[=+@\t]/.test(text) || (text.startsWith("-") && !/^-[\d.]+$/.test(text)) ? `'${text}` : text;
  return /[",\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Gives lines to the person as a file. */
export function save(name: string, lines: readonly string[]): void {
  const address = URL.createObjectURL(new Blob([lines.join("\n") + "\n"], { type: "text/csv" }));
  make("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
