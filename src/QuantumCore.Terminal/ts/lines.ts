import type { Alerts } from "./alerts.js";
import { button, make, write } from "./dom.js";
import type { Instrument } from "./instrument.js";
import { pretty } from "./format.js";
import type { Position } from "./positions.js";
import type { Order } from "./protocol.js";
import type { OwnOrder, Store } from "./store.js";
import { font, theme } from "./surface.js";

/** How the chart places prices. */
export interface Scale { readonly plotWidth: number; readonly plotHeight: number; y(ticks: number): number; ticksAt(y: number): number }

/** Pixels above and below a line that hold it. */
const grip = 7;

/** A line on its way to another price; it is sent when a person says so. */
interface Drag { order: Order; ticks: number; isHeld: boolean }

/** Own orders and alerts as lines of the chart. An order's line can be drawn to another price. */
export class Lines {
  /** An order is to have another price, in decimals. */
  onAmend: (order: Order, price: string) => void = () => undefined;
  /** The position in a symbol, whose average price is a line. */
  positionOf: (symbol: string) => Position | undefined = () => undefined;

  private drag: Drag | undefined;
  private readonly ask = make("div", { class: "drag-ask", role: "group", "aria-label": "Amend the order?", hidden: true });
  private readonly question = make("span", { role: "status" });

  constructor(private readonly store: Store, private readonly alerts: Alerts, host: HTMLElement, private readonly scale: Scale, private readonly repaint: () => void) {
    this.ask.append(this.question, button("Amend", () => this.send(), { class: "solid" }), button("Back", () => this.drop(), { class: "plain" }));
    host.append(this.ask);
  }

  draw(g: CanvasRenderingContext2D, instrument: Instrument): void {
    // What was amended, filled or cancelled meanwhile is not drawn about any more.
    if (this.drag !== undefined && !this.isOwn(this.drag.order)) this.drop();
    for (const alert of this.alerts.of(instrument.symbol)) this.line(g, instrument, Number(instrument.ticks(alert.price)), () => "Alert", theme.warn, [1, 4]);
    const position = this.positionOf(instrument.symbol);
    if (position?.averagePrice != null) {
      const label = (): string => `Position ${pretty(position.quantity)}${position.unrealised === null ? "" : `  ${position.unrealised.startsWith("-") ? "" : "+"}${pretty(position.unrealised)} ${instrument.quote}`}`;
      this.line(g, instrument, Number(instrument.ticks(position.averagePrice)), label, theme.own, []);
    }
    for (const { order, ticks } of this.store.own) {
      const drawn = this.drag?.order.orderId === order.orderId ? this.drag : undefined;
      const label = (): string => `${order.side === "buy" ? "Buy" : "Sell"} ${order.triggerPrice === undefined ? "" : `${order.type} `}${instrument.quantity(instrument.lots(order.remaining))}`;
      this.line(g, instrument, drawn?.ticks ?? ticks, label, theme.own, drawn === undefined ? [6, 4] : []);
    }
  }

  /** Takes hold of the line of an order whose price may be changed. */
  take(y: number): boolean {
    const instrument = this.store.instrument;
    const order = this.at(y);
    if (order === undefined || instrument === undefined) return false;
    this.drag = { order: order.order, ticks: order.ticks, isHeld: true };
    return true;
  }

  get isHeld(): boolean {
    return this.drag?.isHeld === true;
  }

  /** Whether a line could be taken here. */
  isOver(y: number): boolean {
    return this.at(y) !== undefined;
  }

  move(y: number): void {
    if (this.drag === undefined) return;
    this.drag.ticks = Math.max(1, Math.round(this.scale.ticksAt(y)));
    this.repaint();
  }

  /** Lets go of the line: it stays, and a person is asked. */
  release(): void {
    const [drag, instrument] = [this.drag, this.store.instrument];
    if (drag === undefined || instrument === undefined) return;
    drag.isHeld = false;
    if (drag.ticks === Number(instrument.ticks(drag.order.price))) {
      this.drop();
      return;
    }
    const best = drag.order.side === "buy" ? this.store.book.asks : this.store.book.bids;
    const matches = best.count > 0 && (drag.order.side === "buy" ? drag.ticks >= best.price(0) : drag.ticks <= best.price(0));
    write(this.question, `${drag.order.side === "buy" ? "Buy" : "Sell"} ${instrument.quantity(instrument.lots(drag.order.remaining))} at ${instrument.price(drag.ticks)}: ${matches ? "would match now" : "loses priority"}`);
    this.ask.hidden = false;
  }

  /** Enter sends what is asked, Escape takes it back; false when nothing is asked. */
  key(key: string): boolean {
    if (this.drag === undefined || (key !== "Enter" && key !== "Escape")) return false;
    if (key === "Enter") this.send();
    else this.drop();
    return true;
  }

  private send(): void {
    const [drag, instrument] = [this.drag, this.store.instrument];
    if (drag === undefined || drag.isHeld || instrument === undefined) return;
    // Its ticks are those of its own symbol.
    if (this.isOwn(drag.order)) this.onAmend(drag.order, instrument.price(drag.ticks, false));
    this.drop();
  }

  /** Forgets what was drawn: it is over, or another symbol is shown. */
  drop(): void {
    this.drag = undefined;
    this.ask.hidden = true;
    this.repaint();
  }

  private isOwn({ orderId }: Order): boolean {
    return this.store.own.some(({ order }) => order.orderId === orderId);
  }

  private at(y: number): OwnOrder | undefined {
    return this.store.own.find(({ order, ticks }) => order.type === "limit" && order.orderId !== 0 && Math.abs(this.scale.y(ticks) - y) <= grip);
  }

  private line(g: CanvasRenderingContext2D, instrument: Instrument, ticks: number, labelOf: () => string, colour: string, dashes: number[]): void {
    const y = Math.round(this.scale.y(ticks)) + 0.5;
    if (ticks <= 0 || y < 20 || y > this.scale.plotHeight) return;
    const label = labelOf();
    g.font = font(11);
    g.lineWidth = 1;
    g.strokeStyle = colour;
    g.setLineDash(dashes);
    g.beginPath();
    g.moveTo(0, y);
    g.lineTo(this.scale.plotWidth, y);
    g.stroke();
    g.setLineDash([]);
    const width = g.measureText(label).width + 10;
    g.fillStyle = theme.panel;
    g.fillRect(6, y - 8.5, width, 17);
    g.strokeRect(6.5, y - 8, width, 16);
    g.fillStyle = colour;
    g.textAlign = "left";
    g.fillText(label, 11, y + 0.5);
    priceTag(g, this.scale.plotWidth, y, instrument.price(ticks), colour, theme.panel);
  }
}

/** As wide as any price's tag: what is beyond the canvas is not painted. */
const tagWidth = 400;

/** A price on the chart's axis. */
export function priceTag(g: CanvasRenderingContext2D, left: number, y: number, text: string, fill: string, ink: string): void {
  g.font = font(11, 600);
  g.fillStyle = fill;
  g.fillRect(left, y - 9, tagWidth, 18);
  g.fillStyle = ink;
  g.textAlign = "left";
  g.fillText(text, left + 6, y + 0.5);
  g.font = font(11);
}
