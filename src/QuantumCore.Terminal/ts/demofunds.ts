import { call, explain, read, type Outcome } from "./api.js";
import { button, confirm, make, write } from "./dom.js";
import { pretty } from "./format.js";

interface Funds { account: string; cancelled: number; amounts: readonly { asset: string; amount: string }[] }

/** The play money of a demo; undefined on an exchange that is none. */
export async function demoFundsCard(): Promise<HTMLElement | undefined> {
  const starting = await read<Funds>("/demo/funds");
  if (starting === undefined) return undefined;
  const said = make("p", { role: "status", id: "funds-said" });
  const buttons = make("div", { class: "buttons" });
  const ask = async (method: "POST" | "PUT", tell: (funds: Funds) => string): Promise<void> => {
    for (const one of buttons.querySelectorAll("button")) one.disabled = true;
    const outcome = await call<Funds>(method, "/demo/funds");
    for (const one of buttons.querySelectorAll("button")) one.disabled = false;
    write(said, inWords(outcome, tell));
  };
  buttons.append(
    button("Add demo funds", () => void ask("POST", (funds) => `Added ${sum(funds)}.`), { class: "solid" }),
    button("Reset account", () => void reset(ask), { class: "plain" }));
  return make("section", { class: "card" }, make("h2", {}, "Demo funds"),
    make("p", { class: "muted" }, `Play money. An account starts with ${sum(starting)}. You can add as much once an hour.`), buttons, said);
}

async function reset(ask: (method: "PUT", tell: (funds: Funds) => string) => Promise<void>): Promise<void> {
  if (!(await confirm("Reset this account?", "Reset it", make("p", {}, "All its orders are cancelled, and its balances go back to their starting sizes. Its history stays.")))) return;
  await ask("PUT", ({ cancelled, amounts }) =>
    `Reset. ${cancelled === 0 ? "There were no open orders" : cancelled === 1 ? "One order is cancelled" : `${cancelled} orders are cancelled`}; ${amounts.length === 0 ? "the balances were as at the start." : "the balances are as at the start."}`);
}

function inWords(outcome: Outcome<Funds>, tell: (funds: Funds) => string): string {
  return outcome.kind === "done" ? tell(outcome.value) : outcome.kind === "refused" ? explain(outcome.problem) : "No answer came. Look at your balances before you try again.";
}

function sum({ amounts }: Funds): string {
  const all = amounts.map(({ asset, amount }) => `${pretty(amount)} ${asset}`);
  return all.length < 2 ? all.join("") : `${all.slice(0, -1).join(", ")} and ${all.at(-1)}`;
}
