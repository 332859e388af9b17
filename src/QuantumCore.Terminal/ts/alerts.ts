import { button, make, open, write } from "./dom.js";
import type { Instrument } from "./instrument.js";
import { prefs } from "./prefs.js";
import type { Store } from "./store.js";
import { toast } from "./toast.js";

/** A price somebody waits for: told once, when the last price is there or beyond. */
export interface Alert { symbol: string; price: string; above: boolean }

const name = "quantumcore.alerts";
const most = 50;

/** Prices a person waits for. This browser keeps them, and the page watches them, seen or not: without it nobody would hear. */
export class Alerts {
  private all: Alert[] = stored();

  constructor(private readonly store: Store) {
    store.onPrice = (symbol, price) => this.look(symbol, price);
  }

  of(symbol: string): readonly Alert[] {
    return this.all.filter((alert) => alert.symbol === symbol);
  }

  /** Asks for a price to wait for, and shows those that are waited for. */
  ask(instrument: Instrument, suggested: number): void {
    const price = make("input", { inputmode: "decimal", id: "alert-price", value: suggested > 0 ? instrument.price(suggested, false) : "", autofocus: true });
    const problem = make("p", { class: "problem", role: "alert" });
    const list = make("div", { class: "alerts" });
    const show = (): void => list.replaceChildren(...this.all.map((alert) => make("p", {},
      `${alert.symbol} ${alert.above ? "at or above" : "at or below"} ${alert.price} `,
      button("Remove", () => {
        this.remove(alert);
        show();
      }, { class: "plain", "aria-label": `Remove the alert for ${alert.symbol} at ${alert.price}` }))));
    const form = make("form", {}, make("label", { class: "field" }, make("span", {}, `Tell me when ${instrument.symbol} is at`), price), problem,
      make("div", { class: "actions" }, button("Close", () => dialog.close(), { class: "plain" }), make("button", { type: "submit", class: "solid" }, "Add the alert")));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const wrong = this.add(instrument, price.value);
      write(problem, wrong);
      if (wrong === "") dialog.close();
    });
    show();
    const dialog = open("Price alerts", form, list);
    price.select();
  }

  /** Adds one; says what is wrong with it, or nothing. */
  private add(instrument: Instrument, text: string): string {
    const ticks = instrument.readPrice(text);
    if (typeof ticks === "string") return ticks;
    const last = this.store.last;
    if (last === 0) return "there is no price yet that it could move away from";
    if (Number(ticks) === last) return "that is the price now";
    if (this.all.length >= most) return `at most ${most} alerts: remove one first`;
    const alert = { symbol: instrument.symbol, price: instrument.price(ticks, false), above: Number(ticks) > last };
    this.all = [...this.all.filter((known) => known.symbol !== alert.symbol || known.price !== alert.price), alert];
    this.keep();
    toast("good", "Alert set", `${alert.symbol} at or ${alert.above ? "above" : "below"} ${alert.price}`);
    return "";
  }

  private remove(alert: Alert): void {
    this.all = this.all.filter((known) => known !== alert);
    this.keep();
  }

  private look(symbol: string, price: string): void {
    const instrument = this.store.instruments.get(symbol);
    if (instrument === undefined) return;
    for (const alert of this.of(symbol)) {
      const [now, there] = [instrument.ticks(price), instrument.ticks(alert.price)];
      if (alert.above ? now < there : now > there) continue;
      this.remove(alert);
      toast("alert", `${symbol} is at ${instrument.price(now)}`, `You wanted to know when it is at or ${alert.above ? "above" : "below"} ${instrument.price(there)}.`);
      if (prefs.sound) beep();
    }
  }

  private keep(): void {
    try {
      localStorage.setItem(name, JSON.stringify(this.all));
    } catch {
      // A browser that keeps nothing still watches while the page is open.
    }
    this.store.touch("candles");
  }
}

/** A short tone; a page that nobody has touched yet may not make one. */
function beep(): void {
  try {
    const context = new AudioContext();
    const tone = context.createOscillator();
    tone.frequency.value = 880;
    tone.connect(context.destination);
    tone.onended = () => void context.close();
    tone.start();
    tone.stop(context.currentTime + 0.2);
  } catch {
    // The notice is there all the same.
  }
}

function stored(): Alert[] {
  try {
    const kept = JSON.parse(localStorage.getItem(name) ?? "[]") as Alert[];
    return kept.filter((alert) => typeof alert.symbol === "string" && /^\d+(\.\d+)?$/.test(alert.price) && typeof alert.above === "boolean").slice(0, most);
  } catch {
    return [];
  }
}
