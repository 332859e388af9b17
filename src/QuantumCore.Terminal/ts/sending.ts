import { endInWords } from "./account.js";
import { call, explain, mayChange, pause, type Outcome } from "./api.js";
import type { Order } from "./protocol.js";
import { current } from "./session.js";
import { toast } from "./toast.js";

const lookUpEvery = 500;
const mostLookUps = 60;

/** What an order or a list of orders is answered with. */
export type Placed = Order & { orders?: readonly Order[] };
export type Known = Exclude<Outcome<Placed>, { kind: "unknown" }>;

/** A name for an order that nobody else will think of, made before it is sent. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(10));
  return `web-${[...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

/**
 * Sends an order under its name, and tells what became of it. Of an unknown outcome the name is looked up; only a person sends it again, under the
 * same one. Gives whether the outcome was known at once. Where somebody else is signed in by then, it is not theirs to see.
 */
export async function place(path: string, id: string, body: object, words: string, tell: (outcome: Known) => void): Promise<boolean> {
  const whose = current?.account;
  const outcome = await call<Placed>("POST", path, body);
  if (whose !== current?.account) return true;
  if (outcome.kind !== "unknown") {
    // Busy is no news of what was sent under this name before.
    if (!mayChange(outcome)) unknown.delete(id);
    tell(outcome);
    return true;
  }
  toast("bad", "Outcome unknown", `${words}: no answer came. The exchange is asked what became of it.`, id);
  if (!unknown.has(id)) void lookUp(path, id, body, words, tell);
  return false;
}

/** Names that are looked up now: no more, when the same name was sent again and answered meanwhile. */
const unknown = new Set<string>();

async function lookUp(path: string, id: string, body: object, words: string, tell: (outcome: Known) => void): Promise<void> {
  const whose = current?.account;
  unknown.add(id);
  let why = "no answer came";
  for (let asked = 0; asked < mostLookUps; asked++) {
    await pause(lookUpEvery);
    const outcome = await call<Order>("GET", `/orders/by-client-id/${id}`);
    const isWanted = unknown.has(id) && whose === current?.account;
    const isKnown = outcome.kind === "done" || (outcome.kind === "refused" && outcome.problem.status === 404);
    if (isKnown || !isWanted) unknown.delete(id);
    if (!isWanted) return;
    if (outcome.kind === "done") {
      tell(outcome);
      return;
    }
    if (isKnown) {
      toast("bad", "Not placed", `${words}: the exchange has no such order.`, id, { label: "Send it again", does: () => void place(path, id, body, words, tell) });
      return;
    }
    // An exchange that is busy has not said that there is no such order.
    if (outcome.kind === "refused") why = explain(outcome.problem);
    if (!mayChange(outcome)) break;
  }
  unknown.delete(id);
  toast("bad", "Outcome unknown", `${words}: ${why}. Look at your open orders before you send another.`, id, { label: "Ask again", does: () => void lookUp(path, id, body, words, tell) });
}

/** Says what became of an order that was taken. */
export function sayPlaced(placed: Order, title: string, words: string, id: string): void {
  if (placed.status === "new") toast("good", title, words, id);
  else if (placed.status !== "filled" && placed.status !== "partiallyFilled") toast("plain", `Order ${placed.status}`, [words, endInWords(placed)].filter((part) => part !== "").join(": "), id);
}
