import { byId, make } from "./dom.js";

/** Colours of the chosen theme, as the style sheet has them. */
export interface Theme {
  bg: string; panel: string; line: string; text: string; muted: string; muted2: string; up: string; down: string;
  "up-fill": string; "down-fill": string; accent: string; own: string; warn: string; hover: string; study1: string; study2: string;
}

const names = ["bg", "panel", "line", "text", "muted", "muted2", "up", "down", "up-fill", "down-fill", "accent", "own", "warn", "hover", "study1", "study2"] as const;

export const theme = {} as Theme;

/** Reads the colours anew; all surfaces are to be painted after it. */
export function readTheme(): void {
  const style = getComputedStyle(document.documentElement);
  for (const name of names) theme[name] = style.getPropertyValue(`--${name}`).trim();
}

export const font = (size: number, weight = 400): string =>
  `${weight} ${size}px ui-sans-serif, system-ui, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif`;

/** A canvas that fills its place and is painted when something has changed, at most once a frame. */
export abstract class Surface {
  readonly canvas: HTMLCanvasElement;
  dirty = true;
  protected width = 0;
  protected height = 0;
  protected readonly host: HTMLElement;
  private readonly context: CanvasRenderingContext2D;
  private table: HTMLElement | undefined;
  private tableAt = 0;

  constructor(id: string, label: string, role: string) {
    this.host = byId(id);
    this.canvas = make("canvas", { tabindex: "0", role, "aria-label": label });
    this.host.append(this.canvas);
    this.context = this.canvas.getContext("2d", { alpha: false })!;
    new ResizeObserver(() => this.resize()).observe(this.host);
  }

  /** Leaves the focus where a pointerdown has put it: the mousedown that follows would take it to the canvas. */
  protected leaveFocus(): void {
    this.canvas.addEventListener("mousedown", (event) => event.preventDefault());
  }

  /** Shows the same as a table that can be read and copied, refreshed once a second; or the picture again. */
  showTable(on: boolean): void {
    this.table?.remove();
    this.table = on ? make("div", { class: "as-table", tabindex: "0" }) : undefined;
    if (this.table !== undefined) this.host.append(this.table);
    this.tableAt = 0;
    this.dirty = true;
  }

  /** Paints where there is something new to see. */
  paint(now: number): void {
    if (this.width < 4 || this.height < 4) return;
    if (this.table !== undefined && now - this.tableAt >= 1_000) {
      this.tableAt = now;
      this.table.replaceChildren(this.asTable());
    }
    if (!this.dirty || this.table !== undefined) return;
    this.dirty = false;
    this.context.textBaseline = "middle";
    this.context.fillStyle = theme.panel;
    this.context.fillRect(0, 0, this.width, this.height);
    this.draw(this.context);
  }

  protected abstract draw(g: CanvasRenderingContext2D): void;

  /** What the picture shows, as a table. */
  protected abstract asTable(): HTMLTableElement;

  private resize(): void {
    const ratio = devicePixelRatio || 1;
    this.width = Math.floor(this.host.clientWidth);
    this.height = Math.floor(this.host.clientHeight);
    this.canvas.width = Math.round(this.width * ratio);
    this.canvas.height = Math.round(this.height * ratio);
    this.canvas.style.width = `${this.width}px`;
    this.canvas.style.height = `${this.height}px`;
    this.context.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.dirty = true;
  }
}

/** A table of texts. */
export function tableOf(heads: readonly string[], rows: readonly (readonly string[])[]): HTMLTableElement {
  const table = make("table");
  table.createTHead().append(make("tr", {}, ...heads.map((head) => make("th", { scope: "col" }, head))));
  const body = table.createTBody();
  for (const row of rows) body.append(make("tr", {}, ...row.map((cell) => make("td", {}, cell))));
  return table;
}

/** A maximum that moves only when it must: up when it is passed, down when half of it is left. */
export class Scale {
  private most = 1;

  of(most: number): number {
    if (most > this.most || most < this.most / 2) this.most = Math.max(most, 1);
    return this.most;
  }
}
