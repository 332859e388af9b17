import type { BookSide } from "./book.js";
import { percent } from "./format.js";
import type { Store } from "./store.js";
import { font, Scale, Surface, tableOf, theme } from "./surface.js";

const axis = 18;

/** Cumulative quantities around the middle of the book, in steps. */
export class Depth extends Surface {
  onPick: (ticks: number) => void = () => undefined;
  private readonly scale = new Scale();
  private span = 1;
  private middle = 0;
  private pointer = -1;

  constructor(private readonly store: Store) {
    super("depth", "Cumulative depth of the book around its middle.", "img");
    this.canvas.addEventListener("pointermove", (event) => this.point(event.offsetX));
    this.canvas.addEventListener("pointerleave", () => this.point(-1));
    this.canvas.addEventListener("pointerdown", (event) => {
      if (event.button === 0 && this.middle > 0) this.onPick(this.ticksAt(event.offsetX));
    });
    this.leaveFocus();
  }

  protected draw(g: CanvasRenderingContext2D): void {
    const { bids, asks } = this.store.book;
    const instrument = this.store.instrument;
    if (instrument === undefined || bids.count === 0 || asks.count === 0) {
      // A click must not mean a price of the book that was here before.
      this.middle = 0;
      g.font = font(12);
      g.textAlign = "center";
      g.fillStyle = theme.muted;
      g.fillText(this.store.book.sequence < 0 ? "Loading the book…" : "No depth on both sides", this.width / 2, this.height / 2);
      return;
    }

    this.chooseSpan(bids, asks);
    const most = this.scale.of(Math.max(total(bids, this.span, this.middle), total(asks, this.span, this.middle)));
    const floor = this.height - axis;
    const y = (lots: number): number => floor - (lots / most) * (floor - 24);
    this.drawSide(g, bids, y, theme["up-fill"], theme.up);
    this.drawSide(g, asks, y, theme["down-fill"], theme.down);
    this.drawIndicative(g, floor);
    g.font = font(10.5);
    g.fillStyle = theme.muted;
    g.textAlign = "right";
    for (const share of [1, 0.5]) g.fillText(instrument.quantity(Math.round(most * share)), this.width - 6, y(most * share) - 7);
    g.textAlign = "left";
    g.fillText(instrument.price(Math.round(Math.max(this.middle - this.span, 0))), 6, this.height - axis / 2);
    g.textAlign = "center";
    g.fillStyle = theme.text;
    g.fillText(instrument.price(Math.round(this.middle)), this.width / 2, this.height - axis / 2);
    g.textAlign = "right";
    g.fillStyle = theme.muted;
    g.fillText(instrument.price(Math.round(this.middle + this.span)), this.width - 6, this.height - axis / 2);
    if (this.pointer >= 0) this.drawPointer(g, floor);
  }

  protected asTable(): HTMLTableElement {
    return tableOf([], []);
  }

  /** Both sides equally far, in steps, so that the axis does not tremble. */
  private chooseSpan(bids: BookSide, asks: BookSide): void {
    const middle = (bids.price(0) + asks.price(0)) / 2;
    const far = Math.max(
      middle - bids.price(Math.min(bids.count, 200) - 1),
      asks.price(Math.min(asks.count, 200) - 1) - middle, 1);
    const step = 2 ** Math.ceil(Math.log2(far));
    const rounded = [0.625, 0.75, 0.875, 1].map((part) => step * part).find((span) => span >= far) ?? step;
    if (rounded > this.span || rounded < this.span * 0.7) this.span = rounded;
    const grain = Math.max(this.span / 50, 0.5);
    this.middle = Math.round(middle / grain) * grain;
  }

  private drawSide(g: CanvasRenderingContext2D, side: BookSide, y: (lots: number) => number, fill: string, edge: string): void {
    const x = (ticks: number): number => ((ticks - this.middle) / this.span + 1) * (this.width / 2);
    const isBid = side === this.store.book.bids;
    const far = isBid ? 0 : this.width;
    g.beginPath();
    g.moveTo(x(side.price(0)), y(0));
    let lots = 0;
    for (let i = 0; i < side.count; i++) {
      const at = x(side.price(i));
      if (at < 0 || at > this.width) break;
      g.lineTo(at, y(lots));
      lots += Number(side.quantity(i));
      g.lineTo(at, y(lots));
    }
    g.lineTo(far, y(lots));
    g.strokeStyle = edge;
    g.lineWidth = 1;
    g.stroke();
    g.lineTo(far, y(0));
    g.fillStyle = fill;
    g.globalAlpha = 0.9;
    g.fill();
    g.globalAlpha = 1;
  }

  private drawIndicative(g: CanvasRenderingContext2D, floor: number): void {
    const price = this.store.state?.indicative?.price;
    if (price == null) return;
    const at = Math.round(((Number(this.store.instrument!.ticks(price)) - this.middle) / this.span + 1) * (this.width / 2)) + 0.5;
    g.strokeStyle = theme.warn;
    g.setLineDash([4, 3]);
    g.beginPath();
    g.moveTo(at, 0);
    g.lineTo(at, floor);
    g.stroke();
    g.setLineDash([]);
  }

  private drawPointer(g: CanvasRenderingContext2D, floor: number): void {
    const instrument = this.store.instrument!;
    const ticks = this.ticksAt(this.pointer);
    const side = ticks >= this.middle ? this.store.book.asks : this.store.book.bids;
    let lots = 0n;
    let value = 0n;
    for (let i = 0; i < side.count && (side === this.store.book.asks ? side.price(i) <= ticks : side.price(i) >= ticks); i++) {
      lots += side.quantity(i);
      value += instrument.notional(BigInt(side.price(i)), side.quantity(i));
    }
    g.strokeStyle = theme.muted;
    g.beginPath();
    g.moveTo(this.pointer + 0.5, 0);
    g.lineTo(this.pointer + 0.5, floor);
    g.stroke();
    const away = percent(BigInt(Math.round(ticks - this.middle)), BigInt(Math.round(this.middle)));
    g.font = font(11);
    g.textAlign = this.pointer > this.width / 2 ? "right" : "left";
    g.fillStyle = theme.text;
    const at = this.pointer + (this.pointer > this.width / 2 ? -6 : 6);
    g.fillText(`${instrument.price(ticks)}  ${away}  ${instrument.quantity(lots)} ${instrument.base}  ${instrument.money(value)} ${instrument.quote}`, at, 22);
  }

  private ticksAt(x: number): number {
    return Math.max(1, Math.round(this.middle + ((x / this.width) * 2 - 1) * this.span));
  }

  private point(x: number): void {
    this.pointer = x;
    this.dirty = true;
  }
}

function total(side: BookSide, span: number, middle: number): number {
  let lots = 0;
  for (let i = 0; i < side.count && Math.abs(side.price(i) - middle) <= span; i++) lots += Number(side.quantity(i));
  return lots;
}
