import { call, insist, onUnauthorized, pause } from "./api.js";
import { button, byId, make } from "./dom.js";
import { listen, showKeys, type Key } from "./keys.js";
import { onPrefs, showSettings } from "./prefs.js";
import { begin, current, isOfficer, onSession, type Session } from "./session.js";
import { Store } from "./store.js";
import { forgetNotices, showNotices } from "./toast.js";
import { Trade } from "./trade.js";

const store = new Store();
const trade = new Trade(store);

/** Pages that are read when they are first seen. */
const pages: Readonly<Record<string, () => Promise<{ show: (host: HTMLElement, store: Store) => void | Promise<void> }>>> = {
  portfolio: () => import("./portfolio.js"),
  orders: () => import("./orders.js"),
  operator: () => import("./operator.js"),
  sim: () => import("./sim.js"),
  signin: () => import("./signin.js"),
};

const keys: readonly Key[] = [...trade.keys(), { keys: ["?"], says: "This list", does: () => showKeys(keys) }];

/** Who is signed in may be known, or is not waited for any longer by who wants to sign in. */
let soon: Promise<unknown> = Promise.resolve();
/** Who is signed in is known, and what is listed: what a page shows of that it does not ask for itself. */
let ready: Promise<void> = Promise.resolve();

/** Shows the page of the address. */
async function route(): Promise<void> {
  const [first = "", second] = location.pathname.slice(1).split("/");
  const isTrade = first === "" || first === "trade";
  const symbol = second === undefined || second === "" ? undefined : named(second);
  showTrade(isTrade);
  for (const link of document.querySelectorAll<HTMLAnchorElement>("#pages a")) {
    if (link.pathname.slice(1) === (isTrade ? "trade" : first)) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  if (isTrade) {
    byId("page").replaceChildren();
    if (symbol !== undefined && store.instruments.size > 0 && !store.instruments.has(symbol)) showNotListed(symbol);
    else trade.show(symbol);
    return;
  }
  // A place of its own: a page that is late writes into one that is not there any more.
  const host = make("div");
  byId("page").replaceChildren(host);
  const page = Object.hasOwn(pages, first) ? pages[first] : undefined;
  if (page === undefined) {
    host.replaceChildren(make("h1", {}, "There is no such page"), make("p", {}, "The address may be mistyped. The links above lead on."));
    document.title = "Not found · QuantumCore";
    return;
  }
  host.append(make("p", { class: "empty" }, "Loading…"));
  const [found] = await Promise.all([page().catch(() => undefined), first === "signin" ? soon : ready]);
  if (!host.isConnected) return;
  if (found === undefined) host.replaceChildren(make("h1", {}, "The page did not come"), make("p", {}, "The exchange did not answer."), button("Try again", () => void route(), { class: "plain" }));
  else await found.show(host, store);
}

/** Shows the trade page, or the place of the others. */
function showTrade(on: boolean): void {
  byId("trade").hidden = !on;
  byId("page").hidden = on;
}

/** Says that there is no such symbol, and which there are. */
function showNotListed(symbol: string): void {
  showTrade(false);
  document.title = "Not listed · QuantumCore";
  const links = [...store.instruments.keys()].map((name) => make("a", { class: "plain", href: `/trade/${encodeURIComponent(name)}` }, name));
  byId("page").replaceChildren(make("div", {}, make("h1", {}, `${symbol} is not listed here`), make("p", {}, "The address may be mistyped, or the symbol has another name by now. These are listed:"), make("p", { class: "buttons" }, ...links)));
}

/** A name in an address; one that is badly written is no name. */
function named(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Links between pages change the page without loading it anew. */
document.addEventListener("click", (event) => {
  const link = (event.target as Element).closest("a");
  if (link === null || link.origin !== location.origin || link.hash !== "" || link.target === "_blank" || event.ctrlKey || event.metaKey || event.shiftKey || link.download !== "") return;
  event.preventDefault();
  byId<HTMLDialogElement>("dialog").close();
  history.pushState(null, "", link.href);
  void route();
});
addEventListener("popstate", () => void route());

byId("settings").addEventListener("click", showSettings);
byId("bell").addEventListener("click", showNotices);
byId("help").addEventListener("click", () => showKeys(keys));
listen(keys);
onPrefs(() => trade.repaint());

function frame(now: number): void {
  // First: what goes wrong in one frame is told on the console, and is not the last of them.
  requestAnimationFrame(frame);
  if (byId("trade").hidden) trade.away(now);
  else trade.frame(now);
}

/** Who is signed in, in the header; the demo says that it is one. */
function showSession(session: Session | undefined): void {
  const account = byId("account");
  account.replaceChildren(session === undefined ? "Sign in" : session.user, ...(session?.demo === true ? [make("small", {}, "demo account")] : []));
  account.title = [session?.user, session?.account].filter((known) => known != null).join(", ");
  // In a demo everybody may go on as its operator.
  byId("operator-link").hidden = !isOfficer(session) && session?.demo !== true;
  void showSimulationLink(session);
}

/** The simulation is linked where it may be shaped: in a demo, and on its admin port for everybody. */
async function showSimulationLink(session: Session | undefined): Promise<void> {
  const link = byId("sim-link");
  if (session?.demo === true) {
    link.hidden = false;
    return;
  }
  const found = await insist(() => call<object | undefined>("GET", "/sim"), Infinity, () => current === session);
  if (current === session) link.hidden = found.kind !== "done" || found.value === undefined;
}

/** Where one signs in somebody is shown who it is, however late that is known; not what is being written there. */
function showWhoSignsIn(): void {
  const fields = [...document.querySelectorAll<HTMLInputElement>("#page #name, #page #password")];
  if (current !== undefined && location.pathname === "/signin" && fields.length > 0 && fields.every((field) => field.value === "")) void route();
}

async function start(): Promise<void> {
  const path = /^\/trade\/([^/]+)/.exec(location.pathname)?.[1];
  onSession(showSession);
  const known = begin();
  // The market does not wait long for who looks at it: the stream is opened anew when that is known.
  soon = Promise.race([known, pause(1_500)]);
  let isReady: () => void = () => undefined;
  ready = new Promise((resolve) => (isReady = resolve));
  void route();
  void known.then(showWhoSignsIn);
  await soon;
  let user = current?.user;
  let isShown = false;
  onSession((session) => {
    const isAnother = user !== session?.user;
    if (user !== undefined && isAnother) forgetNotices();
    user = session?.user;
    showSession(session);
    trade.followAccount(session?.account != null);
    // A page is of who reads it. Where one signs in says itself what came of it.
    if (isShown && isAnother && byId("trade").hidden && location.pathname !== "/signin") void route();
  });
  let asks = false;
  trade.onUnknown = () => {
    if (asks) return;
    asks = true;
    void begin().then(() => (asks = false));
  };
  onUnauthorized(trade.onUnknown);
  trade.onNotListed = showNotListed;
  await trade.start(path === undefined ? undefined : named(path), new URLSearchParams(location.search).get("iv"), current?.account != null);
  await known;
  isShown = true;
  isReady();
}

requestAnimationFrame(frame);
void start();
