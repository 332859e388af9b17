import { call, explain, insist } from "./api.js";
import { button, make, open, write } from "./dom.js";
import { pretty } from "./format.js";
import type { Instrument } from "./instrument.js";
import { prefs } from "./prefs.js";
import type { AlertJson, AlertsMessage } from "./protocol.js";
import { current } from "./session.js";
import type { Store } from "./store.js";
import { toast } from "./toast.js";

/** How often an exchange that is busy is told of an alert that it has forgotten. */
const mostReminders = 60;

/** What this browser keeps of the alerts of an account, in case the exchange has forgotten them. */
interface Kept { since: string; alerts: readonly Pick<AlertJson, "symbol" | "price" | "above">[] }

/** Prices a person waits for. The exchange watches them, with or without a page; the page tells those that have fired, and takes them away. */
export class Alerts {
  private all: readonly AlertJson[] = [];
  /** Whose they are; undefined before the exchange has told. */
  private account: string | undefined;
  /** Told by this page: one that has fired is told once, however often it comes before it is gone. */
  private readonly told = new Set<string>();
  private shown: () => void = () => undefined;

  constructor(private readonly store: Store) {}

  /** Those that are waited for. */
  of(symbol: string): readonly AlertJson[] {
    return this.all.filter((alert) => alert.symbol === symbol && alert.fired === undefined);
  }

  /** Somebody else is signed in, or nobody. */
  forget(): void {
    this.all = [];
    this.account = undefined;
    this.store.touch("candles");
  }

  /** All alerts of the account, as the exchange has them now. */
  take(message: AlertsMessage): void {
    this.all = message.alerts;
    this.account = message.account;
    for (const alert of message.alerts) if (alert.fired !== undefined) this.tell(message.since, alert);
    void this.remind(message);
    this.store.touch("candles");
    this.shown();
  }

  /** Asks for a price to wait for, and shows those that are waited for. */
  ask(instrument: Instrument, suggested: number): void {
    const price = make("input", { inputmode: "decimal", id: "alert-price", value: suggested > 0 ? instrument.price(suggested, false) : "", autofocus: true });
    const problem = make("p", { class: "problem", role: "alert" });
    const list = make("div", { class: "alerts" });
    this.shown = () => list.replaceChildren(...this.all.filter((alert) => alert.fired === undefined).map((alert) => make("p", {},
      `${alert.symbol} ${alert.above ? "at or above" : "at or below"} ${alert.price} `,
      button("Remove", () => void this.remove(alert), { class: "plain", "aria-label": `Remove the alert for ${alert.symbol} at ${alert.price}` }))));
    const form = make("form", {}, make("label", { class: "field" }, make("span", {}, `Tell me when ${instrument.symbol} is at`), price), problem,
      make("div", { class: "actions" }, button("Close", () => dialog.close(), { class: "plain" }), make("button", { type: "submit", class: "solid" }, "Add the alert")));
    let busy = false;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (busy) return;
      busy = true;
      void this.add(instrument, price.value).then((wrong) => {
        busy = false;
        write(problem, wrong);
        if (wrong === "" && form.isConnected) dialog.close();
      });
    });
    this.shown();
    const dialog = open("Price alerts", form, list);
    price.select();
  }

  /** Adds one; says what is wrong with it, or nothing. */
  private async add(instrument: Instrument, text: string): Promise<string> {
    const ticks = instrument.readPrice(text);
    if (typeof ticks === "string") return ticks;
    if (this.account === undefined && current?.account == null) return "sign in first: the exchange has to know whom to tell";
    const outcome = await call<AlertJson>("POST", "/alerts", { symbol: instrument.symbol, price: instrument.price(ticks, false) });
    if (outcome.kind !== "done") return outcome.kind === "refused" ? explain(outcome.problem) : "no answer came: the list below shows what there is";
    toast("good", "Alert set", `${instrument.symbol} at or ${outcome.value.above ? "above" : "below"} ${outcome.value.price}`);
    return "";
  }

  private async remove(alert: AlertJson): Promise<void> {
    const outcome = await call("DELETE", `/alerts/${alert.id}`);
    if (outcome.kind !== "done" && alert.fired === undefined) toast("bad", "Alert not removed", outcome.kind === "refused" ? explain(outcome.problem) : "No answer came; it may be removed again.");
  }

  private tell(since: string, alert: AlertJson): void {
    const name = `${since} ${alert.id}`;
    if (alert.fired === undefined) return;
    // As long as the exchange has it the next page would tell it again.
    void this.remove(alert);
    if (this.told.has(name)) return;
    this.told.add(name);
    toast("alert", `${alert.symbol} is at ${pretty(alert.fired.price)}`, `You wanted to know when it is at or ${alert.above ? "above" : "below"} ${pretty(alert.price)}.`);
    if (prefs.sound) beep();
  }

  /** An exchange whose store has lost its alerts is told those that this browser had last. */
  private async remind(message: AlertsMessage): Promise<void> {
    const name = `quantumcore.alerts.${message.account}`;
    const before = read(name);
    keep(name, { since: message.since, alerts: message.alerts.filter((alert) => alert.fired === undefined).map(({ symbol, price, above }) => ({ symbol, price, above })) });
    if (before.since === message.since) return;
    // An exchange that has just begun is busy. Those of one person are not set for the next.
    const isTheirs = (): boolean => this.account === message.account;
    for (const alert of before.alerts) if (isTheirs()) await insist(() => call("POST", "/alerts", alert), mostReminders, isTheirs);
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

function keep(name: string, kept: Kept): void {
  try {
    localStorage.setItem(name, JSON.stringify(kept));
  } catch {
    // A browser that keeps nothing reminds of nothing.
  }
}

function read(name: string): Kept {
  try {
    const kept = JSON.parse(localStorage.getItem(name) ?? "null") as Kept | null;
    if (kept !== null && Array.isArray(kept.alerts)) return kept;
  } catch {
    // Nothing that could be read.
  }
  return { since: "", alerts: [] };
}
