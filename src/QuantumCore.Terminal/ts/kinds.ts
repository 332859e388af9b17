import type { Side } from "./protocol.js";

/** A field of the ticket. */
export type FieldName =
  | "price" | "quantity" | "total" | "trigger" | "stopPrice" | "target" | "trail" | "activation" | "display" | "peg" | "offset" | "triggerBy" | "tif" | "goodTill";

/** Kinds and types of orders whose price is chosen for them when they trade: the exchange tells how far it may go, which is not what they trade at. */
export const unpriced: ReadonlySet<string> = new Set(["market", "stop", "takeProfit", "trailingStop"]);

/** What a person filled in, checked: prices and quantities as the exchange reads them. */
export interface Entry {
  symbol: string;
  side: Side;
  id: string;
  tif: string;
  text: Readonly<Partial<Record<FieldName, string>>>;
}

/** A kind of order in the ticket: what it asks for, and what is sent. */
export interface Kind {
  id: string;
  label: string;
  fields: readonly FieldName[];
  /** Fields that may stay empty. */
  optional?: readonly FieldName[];
  /** Times in force, the default first; none where there is no choice. */
  times: readonly string[];
  /** It may trade when it arrives. */
  takes: boolean;
  path: "/orders" | "/order-lists";
  body: (entry: Entry) => object;
}

const resting = ["gtc", "day", "gtd"] as const;

export const timeNames: Readonly<Record<string, string>> = {
  gtc: "Until cancelled", ioc: "Immediate or cancel", fok: "Fill or kill", day: "Day", gtd: "Until a date", opg: "At the opening", cls: "At the close",
};

export const kinds: readonly Kind[] = [
  {
    id: "limit", label: "Limit", fields: ["price", "quantity", "total", "tif", "goodTill"], times: ["gtc", "ioc", "fok", "day", "gtd", "opg", "cls"], takes: true,
    path: "/orders", body: (e) => ({ ...plain(e), price: e.text.price, ...time(e) }),
  },
  {
    id: "market", label: "Market", fields: ["quantity", "total", "tif"], times: ["ioc", "fok", "opg", "cls"], takes: true,
    path: "/orders", body: (e) => ({ ...plain(e), type: "market", ...(e.text.quantity ? {} : { quantity: undefined, quoteAmount: e.text.total }), ...time(e) }),
  },
  {
    id: "postOnly", label: "Post-only", fields: ["price", "quantity", "total", "tif", "goodTill"], times: resting, takes: false,
    path: "/orders", body: (e) => ({ ...plain(e), price: e.text.price, postOnly: true, ...time(e) }),
  },
  {
    id: "stop", label: "Stop market", fields: ["trigger", "triggerBy", "quantity", "tif", "goodTill"], times: resting, takes: false,
    path: "/orders", body: (e) => ({ ...plain(e), type: "stop", ...trigger(e), ...time(e) }),
  },
  {
    id: "stopLimit", label: "Stop limit", fields: ["trigger", "triggerBy", "price", "quantity", "tif", "goodTill"], times: resting, takes: false,
    path: "/orders", body: (e) => ({ ...plain(e), type: "stopLimit", price: e.text.price, ...trigger(e), ...time(e) }),
  },
  {
    id: "takeProfit", label: "Take-profit market", fields: ["trigger", "triggerBy", "quantity", "tif", "goodTill"], times: resting, takes: false,
    path: "/orders", body: (e) => ({ ...plain(e), type: "takeProfit", ...trigger(e), ...time(e) }),
  },
  {
    id: "takeProfitLimit", label: "Take-profit limit", fields: ["trigger", "triggerBy", "price", "quantity", "tif", "goodTill"], times: resting, takes: false,
    path: "/orders", body: (e) => ({ ...plain(e), type: "takeProfitLimit", price: e.text.price, ...trigger(e), ...time(e) }),
  },
  {
    id: "trailingStop", label: "Trailing stop", fields: ["trail", "activation", "quantity", "tif", "goodTill"], optional: ["activation"], times: resting, takes: false,
    path: "/orders", body: (e) => ({ ...plain(e), type: "trailingStop", trailingBasisPoints: basisPoints(e.text.trail ?? ""), ...(e.text.activation ? { activationPrice: e.text.activation } : {}), ...time(e) }),
  },
  {
    id: "iceberg", label: "Iceberg", fields: ["price", "quantity", "display", "tif", "goodTill"], times: resting, takes: true,
    path: "/orders", body: (e) => ({ ...plain(e), price: e.text.price, displayQuantity: e.text.display, ...time(e) }),
  },
  {
    id: "pegged", label: "Pegged", fields: ["peg", "offset", "price", "quantity", "tif", "goodTill"], optional: ["offset"], times: resting, takes: false,
    path: "/orders", body: (e) => ({ ...plain(e), type: "pegged", peg: e.text.peg, ...(e.text.offset ? { pegOffset: e.text.offset } : {}), price: e.text.price, ...time(e) }),
  },
  {
    id: "oco", label: "One cancels other", fields: ["target", "trigger", "stopPrice", "quantity"], optional: ["stopPrice"], times: [], takes: false,
    path: "/order-lists", body: (e) => ({ kind: "oco", orders: exits(e, e.side, true) }),
  },
  {
    id: "bracket", label: "Bracket", fields: ["price", "quantity", "target", "trigger", "stopPrice"], optional: ["stopPrice"], times: [], takes: true,
    path: "/order-lists", body: (e) => ({ kind: "otoco", orders: [{ ...plain(e), price: e.text.price }, ...exits(e, e.side === "buy" ? "sell" : "buy", false)] }),
  },
];

/** The kind of an id; the first one for any other text. */
export function kindOf(id: string): Kind {
  return kinds.find((kind) => kind.id === id) ?? kinds[0]!;
}

/** Hundredths of a per cent of a percentage with at most two decimals: "2.5" is 250; 0 for any other text. */
export function basisPoints(text: string): number {
  const match = /^(\d{1,2})(?:\.(\d{1,2}))?$/.exec(text.trim());
  return match === null ? 0 : Number(match[1]) * 100 + Number((match[2] ?? "").padEnd(2, "0"));
}

function plain(e: Entry): object {
  return { symbol: e.symbol, side: e.side, quantity: e.text.quantity, clientOrderId: e.id };
}

function time(e: Entry): object {
  return e.tif === "gtd" ? { timeInForce: "gtd", goodTill: e.text.goodTill } : { timeInForce: e.tif };
}

function trigger(e: Entry): object {
  return { triggerPrice: e.text.trigger, triggerBy: e.text.triggerBy };
}

/** A target and a stop that cancel each other. The first order of a list names it. */
function exits(e: Entry, side: Side, isFirst: boolean): object[] {
  const common = { symbol: e.symbol, side, quantity: e.text.quantity };
  return [
    { ...common, price: e.text.target, ...(isFirst ? { clientOrderId: e.id } : {}) },
    e.text.stopPrice
      ? { ...common, type: "stopLimit", triggerPrice: e.text.trigger, price: e.text.stopPrice }
      : { ...common, type: "stop", triggerPrice: e.text.trigger },
  ];
}
