import { explain } from "./api.js";
import { group, groupOf, newRows, type BookSide } from "./book.js";
import { byId, confirm, write } from "./dom.js";
import type { Instrument } from "./instrument.js";
import { wantsToBeAsked } from "./prefs.js";
import type { Side } from "./protocol.js";
import { newId, place, sayPlaced } from "./sending.js";
import { isInBook, type Store } from "./store.js";
import { font, Scale, Surface, tableOf, theme } from "./surface.js";
import { toast } from "./toast.js";

const mostGroups = 1_000;
/** Where the two columns that send end and begin, as shares of the width. */
const [buyEdge, sellEdge] = [0.36, 0.64];

interface Cell { row: number; side: Side }

/**
 * The ladder of one-click trading: its prices stand still until a person moves them, and while it is armed a click in the column Buy or Sell sends one
 * limit order at that price. It is disarmed by whatever makes a click mean something else than it did when it was armed.
 */
export class OneClick extends Surface {
  step = 1;
  /** A price was chosen while it was not armed. */
  onPick: (ticks: number, side: Side) => void = () => undefined;
  onPlaced: () => void = () => undefined;

  private armed = false;
  private busy = false;
  private centred = false;
  /** The price of the first row, in groups. */
  private topGroup = 0;
  private rows = 20;
  private rowHeight = 18;
  private hovered: Cell | undefined;
  private pressed: Cell | undefined;
  private readonly scale = new Scale();
  private readonly grouped = newRows(mostGroups);
  private readonly panel = byId("oneclick");
  private readonly arm = byId<HTMLButtonElement>("oneclick-arm");
  private readonly quantity = byId<HTMLInputElement>("oneclick-quantity");
  private readonly said = byId("oneclick-said");

  constructor(private readonly store: Store) {
    super("oneclick-ladder", "One-click ladder. While it is armed, a click in the column Buy or Sell sends an order at that price. The ticket does the same by keyboard.", "application");
    const canvas = this.canvas;
    canvas.addEventListener("pointermove", (event) => this.hover(this.cellAt(event)));
    canvas.addEventListener("pointerleave", () => this.hover(undefined));
    canvas.addEventListener("pointerdown", (event) => (this.pressed = event.button === 0 && event.isPrimary ? this.cellAt(event) : undefined));
    canvas.addEventListener("click", (event) => this.click(event));
    this.arm.addEventListener("click", () => (this.armed ? this.disarm("") : this.tryArm()));
    this.quantity.addEventListener("input", () => this.disarm("Another quantity: arm it again."));
    byId("oneclick-centre").addEventListener("click", () => this.centre());
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.disarm("Disarmed by Esc.");
    });
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) this.disarm("Disarmed: this page was hidden.");
    });
  }

  get shown(): boolean {
    return !this.panel.hidden;
  }

  /** Shows this ladder instead of the ordinary one, or that one again. */
  show(on: boolean): void {
    this.disarm("");
    this.panel.hidden = !on;
    this.centred = false;
    this.dirty = true;
  }

  /** Another symbol, or other groups of prices: nothing is meant any more by what was armed. */
  begin(step: number): void {
    this.step = step;
    this.disarm("");
    this.centred = false;
    this.dirty = true;
  }

  /** Nobody sees it, or somebody else does. */
  leave(why: string): void {
    if (this.armed) this.disarm(why);
  }

  /** Disarms it where nothing could be sent. Asked with each frame, and again by each click. */
  watch(): void {
    const closed = this.whyClosed();
    if (this.armed && closed !== "") this.disarm(`Disarmed: ${closed}.`);
    this.arm.disabled = !this.armed && closed !== "";
  }

  protected draw(g: CanvasRenderingContext2D): void {
    this.layOut();
    const { instrument, book } = this.store;
    if (instrument === undefined || book.asks.count + book.bids.count === 0) return;
    if (!this.centred) this.centre();
    this.drawRows(g, instrument);
    const bids = this.quantities(book.bids, true);
    const asks = this.quantities(book.asks, false);
    const most = this.scale.of(Math.max(1, ...[...bids.values(), ...asks.values()].map(Number)));
    this.drawSide(g, instrument, bids, most, true);
    this.drawSide(g, instrument, asks, most, false);
    this.drawAway(g);
    if (this.hovered !== undefined) this.outline(g, this.hovered, this.armed ? theme.warn : theme.accent);
    if (!this.armed && this.store.link !== "live") {
      g.globalAlpha = 0.55;
      g.fillStyle = theme.panel;
      g.fillRect(0, 0, this.width, this.height);
      g.globalAlpha = 1;
    }
  }

  protected asTable(): HTMLTableElement {
    const instrument = this.store.instrument!;
    const [bids, asks] = [this.quantities(this.store.book.bids, true), this.quantities(this.store.book.asks, false)];
    const text = (lots: bigint | undefined): string => lots === undefined ? "" : instrument.quantity(lots);
    return tableOf(["Bid", "Price", "Ask"], Array.from({ length: this.rows }, (_, row) => [text(bids.get(row)), instrument.groupPrice(this.ticksOf(row), this.step), text(asks.get(row))]));
  }

  private layOut(): void {
    const touch = matchMedia("(pointer: coarse), (max-width: 719px)").matches;
    const rows = Math.max(6, Math.floor(this.height / (touch ? 28 : 18)));
    if (rows !== this.rows) {
      // What is in the middle stays there.
      this.topGroup += Math.trunc((rows - this.rows) / 2);
      this.rows = rows;
    }
    this.rowHeight = this.height / rows;
  }

  private centre(): void {
    const { bids, asks } = this.store.book;
    const middle = bids.count > 0 && asks.count > 0 ? (bids.price(0) + asks.price(0)) / 2 : bids.count > 0 ? bids.price(0) : asks.count > 0 ? asks.price(0) : this.store.last;
    if (middle === 0) return;
    this.topGroup = Math.round(middle / this.step) + Math.floor(this.rows / 2);
    this.centred = true;
    this.dirty = true;
  }

  private ticksOf(row: number): number {
    return (this.topGroup - row) * this.step;
  }

  /** Lots by row, of the rows that are shown. */
  private quantities(side: BookSide, isBid: boolean): Map<number, bigint> {
    const found = new Map<number, bigint>();
    group(side, isBid, this.step, mostGroups, this.grouped);
    for (let i = 0; i < this.grouped.count; i++) {
      const row = this.topGroup - this.grouped.prices[i]! / this.step;
      if (row >= 0 && row < this.rows) found.set(row, this.grouped.quantities[i]!);
    }
    return found;
  }

  private drawRows(g: CanvasRenderingContext2D, instrument: Instrument): void {
    const own = new Set<number>();
    for (const { order, ticks } of this.store.own) {
      if (isInBook(order)) own.add(this.topGroup - groupOf(ticks, this.step, order.side === "buy") / this.step);
    }
    const lastRow = this.topGroup - Math.round(this.store.last / this.step);
    g.fillStyle = theme.bg;
    g.fillRect(this.width * buyEdge, 0, this.width * (sellEdge - buyEdge), this.height);
    g.font = font(11.5);
    g.textAlign = "center";
    for (let row = 0; row < this.rows; row++) {
      const [ticks, top] = [this.ticksOf(row), row * this.rowHeight];
      if (ticks <= 0) break;
      if (row === lastRow) {
        g.fillStyle = theme.line;
        g.fillRect(this.width * buyEdge, top, this.width * (sellEdge - buyEdge), this.rowHeight);
      }
      g.fillStyle = own.has(row) ? theme.own : row === lastRow ? theme.text : theme.muted2;
      g.fillText(`${own.has(row) ? "▸ " : ""}${instrument.groupPrice(ticks, this.step)}`, this.width / 2, top + this.rowHeight / 2 + 0.5);
      g.fillStyle = theme.line;
      g.fillRect(0, Math.round(top), this.width, 1);
    }
  }

  private drawSide(g: CanvasRenderingContext2D, instrument: Instrument, lots: ReadonlyMap<number, bigint>, most: number, isBid: boolean): void {
    const room = this.width * buyEdge;
    g.textAlign = isBid ? "right" : "left";
    for (const [row, quantity] of lots) {
      const top = row * this.rowHeight;
      const bar = Math.min(room, (Number(quantity) / most) * (room - 4));
      g.fillStyle = isBid ? theme["up-fill"] : theme["down-fill"];
      g.fillRect(isBid ? room - bar : this.width * sellEdge, top + 1, bar, this.rowHeight - 1);
      g.fillStyle = theme.text;
      g.fillText(instrument.quantity(quantity), isBid ? room - 6 : this.width * sellEdge + 6, top + this.rowHeight / 2 + 0.5);
    }
  }

  /** Prices stand still: where the market has left them, an arrow says where it is. */
  private drawAway(g: CanvasRenderingContext2D): void {
    const { bids, asks } = this.store.book;
    const above = bids.count > 0 && bids.price(0) > this.ticksOf(0);
    const below = asks.count > 0 && asks.price(0) < this.ticksOf(this.rows - 1);
    if (!above && !below) return;
    g.font = font(12, 600);
    g.textAlign = "center";
    g.fillStyle = theme.warn;
    g.fillText(above ? "▲ the market is above" : "▼ the market is below", this.width / 2, above ? this.rowHeight / 2 : this.height - this.rowHeight / 2);
  }

  private outline(g: CanvasRenderingContext2D, cell: Cell, colour: string): void {
    const left = cell.side === "buy" ? 0 : this.width * sellEdge;
    g.strokeStyle = colour;
    g.lineWidth = this.armed ? 2 : 1;
    g.strokeRect(left + 1, Math.round(cell.row * this.rowHeight) + 1, this.width * buyEdge - 2, this.rowHeight - 2);
  }

  private cellAt(event: MouseEvent): Cell | undefined {
    const share = event.offsetX / this.width;
    const row = Math.floor(event.offsetY / this.rowHeight);
    if ((share >= buyEdge && share < sellEdge) || row < 0 || row >= this.rows || this.ticksOf(row) <= 0) return undefined;
    return { row, side: share < buyEdge ? "buy" : "sell" };
  }

  private hover(cell: Cell | undefined): void {
    if (cell?.row === this.hovered?.row && cell?.side === this.hovered?.side) return;
    this.hovered = cell;
    this.dirty = true;
  }

  private tryArm(): void {
    const instrument = this.store.instrument;
    const lots = instrument?.readQuantity(this.quantity.value);
    const wrong = this.whyClosed() !== "" ? this.whyClosed() : typeof lots === "bigint" ? "" : `Quantity: ${lots ?? "how much?"}`;
    if (wrong !== "") {
      write(this.said, wrong);
      return;
    }
    this.armed = true;
    this.tellState(`Armed: a click sends ${this.quantity.value.trim()} ${instrument!.base}. Esc disarms.`);
  }

  private disarm(why: string): void {
    if (!this.armed && why !== "") return;
    this.armed = false;
    this.tellState(why);
  }

  private tellState(text: string): void {
    this.panel.dataset["armed"] = String(this.armed);
    this.arm.setAttribute("aria-pressed", String(this.armed));
    write(this.arm, this.armed ? "Disarm" : "Arm");
    write(this.said, text);
    this.dirty = true;
  }

  /** Why nothing could be sent now; empty when it could. */
  private whyClosed(): string {
    const { link, state, account, frozen } = this.store;
    if (link !== "live") return "there is no live book";
    if (account === undefined) return "nobody is signed in";
    if (frozen) return "this account is frozen";
    return state === undefined ? "the market's state is not known yet" : state.phase === "continuous" ? "" : "this is not continuous trading";
  }

  /** One click, one order: the second of a double click, one that was let go elsewhere, and whatever comes while an order is on its way send nothing. */
  private click(event: MouseEvent): void {
    const [pressed, cell] = [this.pressed, this.cellAt(event)];
    this.pressed = undefined;
    if (cell === undefined || pressed?.row !== cell.row || pressed.side !== cell.side || event.detail > 1) return;
    this.watch();
    if (this.armed) void this.send(cell);
    else this.onPick(this.ticksOf(cell.row), cell.side);
  }

  private async send(cell: Cell): Promise<void> {
    const instrument = this.store.instrument!;
    const lots = instrument.readQuantity(this.quantity.value);
    if (this.busy || typeof lots !== "bigint") return;
    const ticks = BigInt(this.ticksOf(cell.row));
    const [id, price, quantity] = [newId(), instrument.price(ticks, false), instrument.quantity(lots, false)];
    const words = `${cell.side === "buy" ? "Buy" : "Sell"} ${instrument.quantity(lots)} ${instrument.base} at ${price}, one click`;
    this.busy = true;
    try {
      if (wantsToBeAsked(instrument.notional(ticks, lots), instrument.quoteScale) && !(await confirm(words, `Yes, ${cell.side}`))) return;
      const body = { symbol: instrument.symbol, side: cell.side, price, quantity, clientOrderId: id };
      const known = await place("/orders", id, body, words, (outcome) => {
        if (outcome.kind === "refused") {
          toast("bad", "Refused", `${words}: ${explain(outcome.problem)} [${outcome.problem.code}]`, id);
          this.disarm("Disarmed: an order was refused.");
          return;
        }
        sayPlaced(outcome.value, "Order placed", words, id);
        if (outcome.value.status !== "new" && outcome.value.status !== "partiallyFilled") this.store.takeClosed(outcome.value);
        this.onPlaced();
      });
      if (!known) this.disarm("Disarmed: an order's outcome is unknown.");
    } finally {
      this.busy = false;
    }
  }
}
