import { group, groupOf, newRows, type Rows } from "./book.js";
import { byId, write } from "./dom.js";
import type { Side } from "./protocol.js";
import { isInBook, type Store } from "./store.js";
import { font, Scale, Surface, tableOf, theme } from "./surface.js";

const middleHeight = 26;
const mostRows = 100;

/** The order book by price: asks above, bids below, the last price between them where it never moves. */
export class Ladder extends Surface {
  step = 1;
  cumulative = false;
  /** A row was chosen: its price, the side that takes it, and what stands down to it. */
  onPick: (ticks: number, side: Side, lots: bigint | undefined) => void = () => undefined;

  private readonly bids = newRows(mostRows);
  private readonly asks = newRows(mostRows);
  private readonly scale = new Scale();
  private rows = 20;
  private rowHeight = 18;
  private cursor = -1;
  private said = 0;

  constructor(private readonly store: Store) {
    super("ladder", "Order book. Arrows move the cursor, Home goes to the best price, Enter copies the price into the ticket.", "application");
    const canvas = this.canvas;
    canvas.addEventListener("pointermove", (event) => this.point(this.rowAt(event.offsetY)));
    canvas.addEventListener("pointerleave", () => this.point(-1));
    // At pointerdown: until the click, the row under the pointer may be another one.
    canvas.addEventListener("pointerdown", (event) => {
      if (event.button === 0) this.pick(this.rowAt(event.offsetY), event.shiftKey);
    });
    this.leaveFocus();
    canvas.addEventListener("keydown", (event) => this.key(event));
  }

  protected draw(g: CanvasRenderingContext2D): void {
    this.layOut();
    group(this.store.book.asks, false, this.step, this.rows, this.asks);
    group(this.store.book.bids, true, this.step, this.rows, this.bids);
    const instrument = this.store.instrument;
    if (instrument === undefined || this.asks.count + this.bids.count === 0) {
      this.say(g, this.store.book.sequence < 0 ? "Loading the book…" : "The book is empty.");
    } else {
      const most = this.scale.of(Math.max(this.largest(this.asks), this.largest(this.bids)));
      const own = this.ownLots();
      this.drawSide(g, this.asks, true, most, own);
      this.drawSide(g, this.bids, false, most, own);
    }
    this.drawMiddle(g);
    if (this.store.link !== "live" || this.store.state?.phase === "halt" || this.store.state?.phase === "closed") {
      g.globalAlpha = 0.55;
      g.fillStyle = theme.panel;
      g.fillRect(0, 0, this.width, this.rows * this.rowHeight);
      g.fillRect(0, this.rows * this.rowHeight + middleHeight, this.width, this.height);
      g.globalAlpha = 1;
    }
  }

  protected asTable(): HTMLTableElement {
    const instrument = this.store.instrument!;
    this.layOut();
    const rows: string[][] = [];
    for (const [side, name] of [[this.asks, "Ask"], [this.bids, "Bid"]] as const) {
      group(name === "Ask" ? this.store.book.asks : this.store.book.bids, name === "Bid", this.step, 20, side);
      let total = 0n;
      const part: string[][] = [];
      for (let i = 0; i < side.count; i++) {
        total += side.quantities[i]!;
        part.push([name, instrument.groupPrice(side.prices[i]!, this.step), instrument.quantity(side.quantities[i]!), instrument.quantity(total)]);
      }
      rows.push(...(name === "Ask" ? part.reverse() : part));
    }
    return tableOf(["Side", "Price", "Quantity", "Total"], rows);
  }

  private layOut(): void {
    const room = (this.height - middleHeight) / 2;
    const touch = matchMedia("(pointer: coarse), (max-width: 719px)").matches;
    this.rows = touch ? Math.max(4, Math.floor(room / 24)) : Math.max(4, Math.min(mostRows, Math.floor(room / 14.4)));
    if (!touch && this.rows > 20) this.rows = Math.max(20, Math.floor(room / 18));
    this.rowHeight = room / this.rows;
  }

  private largest(rows: Rows): number {
    let [most, total] = [1, 0];
    for (let i = 0; i < rows.count; i++) {
      const quantity = Number(rows.quantities[i]!);
      total += quantity;
      most = Math.max(most, this.cumulative ? total : quantity);
    }
    return most;
  }

  /** Remaining lots of own orders, by the price of their group. */
  private ownLots(): Map<number, bigint> {
    const own = new Map<number, bigint>();
    for (const { order, ticks, lots } of this.store.own) {
      if (!isInBook(order)) continue;
      const price = groupOf(ticks, this.step, order.side === "buy");
      own.set(price, (own.get(price) ?? 0n) + lots);
    }
    return own;
  }

  private drawSide(g: CanvasRenderingContext2D, rows: Rows, isAsk: boolean, most: number, own: Map<number, bigint>): void {
    const instrument = this.store.instrument!;
    const { width, rowHeight } = this;
    const indicative = this.indicativeTicks();
    const size = rowHeight < 16 ? 10.5 : rowHeight > 23 ? 13 : 11.5;
    const [quantityEdge, totalEdge] = [Math.round(width * 0.64), width - 10];
    let total = 0n;
    for (let i = 0; i < rows.count; i++) {
      const [price, quantity] = [rows.prices[i]!, rows.quantities[i]!];
      total += quantity;
      const row = isAsk ? this.rows - 1 - i : this.rows + i;
      const top = this.top(row);
      const middle = top + rowHeight / 2 + 0.5;
      const bar = Math.min(width, Math.round((Number(this.cumulative ? total : quantity) / most) * (width - 4)));
      g.fillStyle = isAsk ? theme["down-fill"] : theme["up-fill"];
      g.fillRect(width - bar, top + 0.5, bar, rowHeight - 1);
      const mine = own.get(price);
      if (mine !== undefined) this.drawTriangle(g, top);
      g.font = font(size);
      g.textAlign = "left";
      g.fillStyle = isAsk ? theme.down : theme.up;
      g.fillText(instrument.groupPrice(price, this.step), 12, middle);
      g.textAlign = "right";
      g.fillStyle = theme.text;
      g.fillText(instrument.quantity(quantity), quantityEdge, middle);
      g.fillStyle = mine === undefined ? theme.muted2 : theme.own;
      g.fillText(instrument.quantity(mine ?? total), totalEdge, middle);
      if (indicative > 0 && (isAsk ? price <= indicative : price >= indicative)) this.outline(g, top, theme.warn);
      if (row === this.cursor) this.outline(g, top, theme.accent);
    }
  }

  private drawTriangle(g: CanvasRenderingContext2D, top: number): void {
    g.fillStyle = theme.own;
    g.beginPath();
    g.moveTo(1, top + 3);
    g.lineTo(8, top + this.rowHeight / 2);
    g.lineTo(1, top + this.rowHeight - 3);
    g.fill();
  }

  private outline(g: CanvasRenderingContext2D, top: number, colour: string): void {
    g.strokeStyle = colour;
    g.lineWidth = 1;
    g.strokeRect(0.5, Math.round(top) + 0.5, this.width - 1, this.rowHeight - 1);
  }

  private drawMiddle(g: CanvasRenderingContext2D): void {
    const { store, width } = this;
    const top = this.rows * this.rowHeight;
    const middle = top + middleHeight / 2 + 0.5;
    g.fillStyle = theme.bg;
    g.fillRect(0, top, width, middleHeight);
    if (store.instrument === undefined) return;
    const phase = store.state?.phase;
    const indicative = this.indicativeTicks();
    const newest = store.trades.find((trade) => !trade.isLeg);
    const before = store.trades.find((trade) => !trade.isLeg && trade.price !== newest?.price);
    const rising = newest === undefined || before === undefined || newest.price >= before.price;
    const isCall = phase === "opening" || phase === "closing" || phase === "volatility";
    g.textAlign = "left";
    g.font = font(15, 600);
    if (isCall) {
      g.fillStyle = theme.warn;
      g.fillText(indicative > 0 ? store.instrument.price(indicative) : "–", 12, middle);
    } else {
      g.fillStyle = store.link === "stale" || store.link === "offline" ? theme.muted : rising ? theme.up : theme.down;
      g.fillText(store.last > 0 ? `${store.instrument.price(store.last)} ${rising ? "▲" : "▼"}` : "–", 12, middle);
    }
    const [bids, asks] = [store.book.bids, store.book.asks];
    const spread = bids.count > 0 && asks.count > 0 ? `spread ${store.instrument.price(asks.price(0) - bids.price(0))}` : "";
    g.font = font(11);
    g.textAlign = "right";
    g.fillStyle = isCall || phase === "halt" ? theme.warn : theme.muted;
    g.fillText(isCall ? "indicative" : phase === "halt" ? "halted" : phase === "closed" ? "closed" : spread, width - 10, middle);
  }

  private indicativeTicks(): number {
    const price = this.store.state?.indicative?.price;
    return price == null ? 0 : Number(this.store.instrument!.ticks(price));
  }

  private say(g: CanvasRenderingContext2D, text: string): void {
    g.font = font(12);
    g.textAlign = "center";
    g.fillStyle = theme.muted;
    g.fillText(text, this.width / 2, this.rowHeight * 3);
  }

  private top(row: number): number {
    return row * this.rowHeight + (row < this.rows ? 0 : middleHeight);
  }

  private rowAt(y: number): number {
    const asks = this.rows * this.rowHeight;
    if (y < asks) return Math.floor(y / this.rowHeight);
    if (y < asks + middleHeight) return -1;
    const row = this.rows + Math.floor((y - asks - middleHeight) / this.rowHeight);
    return row < this.rows * 2 ? row : -1;
  }

  private point(row: number): void {
    if (row === this.cursor) return;
    this.cursor = row;
    this.dirty = true;
  }

  private at(row: number): { rows: Rows; place: number; isAsk: boolean } | undefined {
    const isAsk = row < this.rows;
    const place = isAsk ? this.rows - 1 - row : row - this.rows;
    const rows = isAsk ? this.asks : this.bids;
    return row < 0 || place >= rows.count ? undefined : { rows, place, isAsk };
  }

  private pick(row: number, withQuantity: boolean): void {
    const found = this.at(row);
    if (found === undefined) return;
    let lots = 0n;
    for (let i = 0; i <= found.place; i++) lots += found.rows.quantities[i]!;
    this.onPick(found.rows.prices[found.place]!, found.isAsk ? "buy" : "sell", withQuantity ? lots : undefined);
  }

  private key(event: KeyboardEvent): void {
    const last = this.rows * 2 - 1;
    if (event.key === "ArrowUp") this.point(this.cursor < 0 ? this.rows - 1 : Math.max(0, this.cursor - 1));
    else if (event.key === "ArrowDown") this.point(this.cursor < 0 ? this.rows : Math.min(last, this.cursor + 1));
    else if (event.key === "Home") this.point(this.rows - 1);
    else if (event.key === "Enter") this.pick(this.cursor, event.shiftKey);
    else return;
    event.preventDefault();
    this.announce();
  }

  /** Tells who does not see it which row the cursor is on, at most once a second. */
  private announce(): void {
    const found = this.at(this.cursor);
    const now = performance.now();
    if (found === undefined || now - this.said < 1_000) return;
    this.said = now;
    const instrument = this.store.instrument!;
    const { rows, place, isAsk } = found;
    write(byId("ladder-live"), `${isAsk ? "Ask" : "Bid"} ${instrument.groupPrice(rows.prices[place]!, this.step)}, ${instrument.quantity(rows.quantities[place]!)}`);
  }
}
