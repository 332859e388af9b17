import { call, explain } from "./api.js";
import { button, confirm, make, write } from "./dom.js";
import type { Store } from "./store.js";

/** The limits of an account in one scope, by their names; what is absent has none. */
type Limits = Readonly<Record<string, string | number>>;
/** All limits of an account, and why it is frozen if no operator froze it. */
type Answer = { readonly limits: readonly Limits[]; readonly frozenWhy?: string };

const names = ["maxOrderQuantity", "maxOrderValue", "maxOpenOrders", "maxPosition", "maxDailyVolume", "maxDailyLoss", "maxOrdersPerSecond", "orderBurst", "duplicateWindowMillis",
  "maxQuantityMultiple", "killOrders", "killValue", "killWindowSeconds", "killDailyLoss"] as const;
type Name = (typeof names)[number];

const labels: Readonly<Record<Name, string>> = {
  maxOrderQuantity: "Order quantity", maxOrderValue: "Order value", maxOpenOrders: "Open orders", maxPosition: "Position", maxDailyVolume: "Daily volume", maxDailyLoss: "Daily loss",
  maxOrdersPerSecond: "Orders a second", orderBurst: "Burst of orders", duplicateWindowMillis: "No copy within ms",
  maxQuantityMultiple: "Multiple of the usual order", killOrders: "Kill switch: orders", killValue: "Kill switch: value", killWindowSeconds: "Kill switch: window in seconds",
  killDailyLoss: "Kill switch: daily loss",
};
const counts: ReadonlySet<Name> = new Set(["maxOpenOrders", "maxOrdersPerSecond", "orderBurst", "duplicateWindowMillis", "maxQuantityMultiple", "killOrders", "killWindowSeconds"]);
const lost = "No answer came: they may have been set. Look them up.";

/** Risk limits of an account: of an instrument, of all that is paid in a currency, of everything. */
export class LimitsCard {
  readonly element: HTMLElement;
  private readonly account = make("input", { placeholder: "ACC-1001", "aria-label": "Account" });
  private readonly scope: HTMLSelectElement;
  private readonly inputs = new Map(names.map((name) => [name, make("input", { placeholder: "no limit", "aria-label": labels[name], inputmode: "decimal" })]));
  private readonly why = make("input", { placeholder: "goes on record", maxlength: "200", "aria-label": "Reason" });
  private readonly said = make("p", { role: "status" });
  /** What was looked up: the limits of the account that is named. */
  private known: readonly Limits[] | undefined;
  private isSetting = false;

  constructor(store: Store) {
    const instruments = [...store.instruments.values()];
    const scopes = [...instruments.map(({ symbol }) => [symbol, symbol] as const),
      ...[...new Set(instruments.map(({ quote }) => quote))].map((quote) => [`*${quote}`, `all that is paid in ${quote}`] as const), ["*", "everything"] as const];
    this.scope = make("select", { "aria-label": "Symbol" }, ...scopes.map(([value, label]) => make("option", { value }, label)));
    // The limits of one account or symbol are not offered for another.
    this.account.addEventListener("input", () => this.take(undefined));
    this.scope.addEventListener("change", () => this.take(this.known));
    this.element = make("section", { class: "card stack tall" }, make("h2", {}, "Risk limits"), make("label", { class: "field" }, "Account ", this.account), make("label", { class: "field" }, "Symbol ", this.scope),
      ...names.map((name) => make("label", { class: "field" }, `${labels[name]} `, this.inputs.get(name)!)), make("label", { class: "field" }, "Why ", this.why), this.said,
      make("div", { class: "buttons" }, button("Look up", () => void this.look(), { class: "plain" }), button("Set", () => void this.set(), { class: "solid danger" })));
  }

  /** Shows what was looked up; what a person has written stays while nothing is known. */
  private take(limits: readonly Limits[] | undefined): void {
    if (limits === undefined && this.known === undefined) return;
    const found = limits?.find((one) => one["symbol"] === this.scope.value);
    for (const [name, input] of this.inputs) input.value = String(found?.[name] ?? "");
    this.known = limits;
    write(this.said, limits === undefined ? "" : limits.length === 0 ? "It has no limits of its own." : `It has limits in ${limits.map((one) => one["symbol"]).join(", ")}.`);
  }

  private async look(): Promise<void> {
    const account = this.account.value.trim();
    const answer = await this.ask(account);
    if (answer === undefined || account !== this.account.value.trim()) return;
    this.take(answer.limits);
    if (answer.frozenWhy !== undefined) write(this.said, `The account is frozen: ${answer.frozenWhy}. ${this.said.textContent}`);
  }

  /** The limits that an account has; undefined, and said, where they can't be had. */
  private async ask(account: string): Promise<Answer | undefined> {
    if (account === "") {
      write(this.said, "Which account? ACC- and its number.");
      return undefined;
    }
    const outcome = await call<Answer>("GET", `/admin/accounts/${encodeURIComponent(account)}/limits`);
    if (outcome.kind === "done") return outcome.value;
    write(this.said, outcome.kind === "refused" ? explain(outcome.problem) : "No answer came.");
    return undefined;
  }

  private async set(): Promise<void> {
    if (this.isSetting) return;
    this.isSetting = true;
    try {
      await this.change(this.account.value.trim(), this.scope.value);
    } finally {
      this.isSetting = false;
    }
  }

  private async change(account: string, scope: string): Promise<void> {
    const wanted = new Map([...this.inputs].map(([name, input]) => [name, input.value.trim()] as const).filter(([, text]) => text !== ""));
    const wrong = [...wanted].find(([name, text]) => counts.has(name) && !/^\d{1,15}$/.test(text));
    if (wrong !== undefined) {
      write(this.said, `${labels[wrong[0]]}: a whole number, or nothing for no limit.`);
      return;
    }
    // All are set at once: what the account has now is asked for, so that none goes without a word.
    const now = await this.ask(account);
    if (now === undefined || !this.element.isConnected) return;
    const changes = differences(now.limits.find((one) => one["symbol"] === scope), wanted);
    if (changes.length === 0) {
      write(this.said, `${account} has just these limits in ${scope}.`);
      return;
    }
    const sure = await confirm(`Set all limits of ${account} in ${scope}?`, "Set them", make("ul", {}, ...changes.map((change) => make("li", {}, change))), make("p", {}, "What is open stays."));
    if (!sure) return;
    const why = this.why.value.trim();
    const outcome = await call<{ limits: readonly Limits[] }>("POST", `/admin/accounts/${encodeURIComponent(account)}/limits`, { symbol: scope, ...Object.fromEntries(wanted), ...(why === "" ? {} : { why }) });
    if (outcome.kind !== "done") {
      write(this.said, outcome.kind === "refused" ? `${outcome.problem.field ?? ""} ${explain(outcome.problem)}` : lost);
      return;
    }
    if (account === this.account.value.trim()) this.take(outcome.value.limits);
    write(this.said, `Set: ${account} in ${scope}. ${this.said.textContent}`);
  }
}

/** In words, what is otherwise than it is now. */
function differences(now: Limits | undefined, wanted: ReadonlyMap<Name, string>): string[] {
  return names.flatMap((name) => {
    const [before, after] = [now?.[name], wanted.get(name)];
    if (String(before ?? "") === (after ?? "")) return [];
    return [`${labels[name]}: ${before ?? "no limit"}, from now on ${after ?? "no limit"}`];
  });
}
