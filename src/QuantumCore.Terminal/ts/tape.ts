import { byId, write } from "./dom.js";
import { clock } from "./format.js";
import type { Store, Trade } from "./store.js";
import { font, Surface, tableOf, theme } from "./surface.js";

const rowHeight = 18;

/** Trades, newest first. It stands still while the pointer is on it. */
export class Tape extends Surface {
  private frozen: Trade[] | undefined;

  constructor(private readonly store: Store) {
    super("tape", "Recent trades, newest first.", "img");
    const resume = byId("tape-resume");
    this.canvas.addEventListener("pointerenter", (event) => {
      if (event.pointerType === "mouse") this.freeze(true);
    });
    this.canvas.addEventListener("pointerleave", () => this.freeze(false));
    resume.addEventListener("click", () => this.freeze(false));
  }

  /** Another symbol: what stood still was of the one before. */
  begin(): void {
    this.freeze(false);
  }

  protected draw(g: CanvasRenderingContext2D): void {
    const instrument = this.store.instrument;
    const trades = this.frozen ?? this.store.trades;
    const resume = byId("tape-resume");
    const missed = this.frozen === undefined ? 0 : this.store.trades.findIndex((trade) => trade.id === this.frozen?.[0]?.id);
    resume.hidden = missed <= 0;
    write(resume, `${missed} new`);
    if (instrument === undefined || trades.length === 0) {
      g.font = font(12);
      g.textAlign = "center";
      g.fillStyle = theme.muted;
      g.fillText("No trades yet", this.width / 2, 36);
      return;
    }

    const large = this.large(trades);
    for (let i = 0, top = 0; i < trades.length && top < this.height; i++, top += rowHeight) {
      const trade = trades[i]!;
      const middle = top + rowHeight / 2;
      const isLarge = trade.quantity >= large;
      if (isLarge) {
        g.fillStyle = trade.side === null ? theme.line : trade.side === "buy" ? theme["up-fill"] : theme["down-fill"];
        g.fillRect(0, top, this.width, rowHeight);
      }
      if (trade.own) {
        g.fillStyle = theme.own;
        g.fillRect(0, top + 2, 3, rowHeight - 4);
      }
      g.font = font(11.5, isLarge ? 600 : 400);
      g.textAlign = "left";
      const isChanged = trade.now !== undefined;
      const made = `${trade.side === null ? "=" : trade.side === "buy" ? "▲" : "▼"} ${instrument.price(trade.price)}`;
      g.fillStyle = isChanged ? theme.muted : trade.side === null ? theme.text : trade.side === "buy" ? theme.up : theme.down;
      g.fillText(made, 10, middle);
      // What an operator changed is struck out; the table says what holds now.
      if (isChanged) g.fillRect(10, middle - 0.5, g.measureText(made).width, 1);
      g.textAlign = "right";
      g.fillStyle = isChanged ? theme.muted : theme.text;
      g.fillText(trade.now === null ? "void" : instrument.quantity(trade.quantity), Math.round(this.width * 0.66), middle);
      g.font = font(11.5);
      g.fillStyle = isLarge ? theme.muted2 : theme.muted;
      g.fillText(clock(trade.millis), this.width - 10, middle);
    }
  }

  protected asTable(): HTMLTableElement {
    const instrument = this.store.instrument!;
    return tableOf(
      ["Time", "Side", "Price", "Quantity"],
      this.store.trades.slice(0, 100).map((t) => [
        clock(t.millis), t.side === null ? "Auction" : t.side === "buy" ? "Buy" : "Sell", `${instrument.price(t.price)}${t.now === undefined ? "" : t.now === null ? ", void" : `, corrected to ${instrument.price(t.now)}`}`,
        instrument.quantity(t.quantity),
      ]));
  }

  /** The 95th percentile of what is shown: one in twenty is large. */
  private large(trades: readonly Trade[]): number {
    const sorted = trades.slice(0, 200).map((trade) => trade.quantity).sort((a, b) => a - b);
    return Math.max(sorted[Math.floor(sorted.length * 0.95)] ?? 1, 2);
  }

  private freeze(on: boolean): void {
    this.frozen = on ? [...this.store.trades] : undefined;
    this.dirty = true;
  }
}
