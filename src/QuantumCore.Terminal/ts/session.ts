import { call, explain, insist, mayChange, type Outcome } from "./api.js";
import { button } from "./dom.js";
import { followPrefs, prefs, setPrefs } from "./prefs.js";
import { toast } from "./toast.js";

/** Who is signed in. The browser's cookie says so to the exchange; this page never sees a key. */
export interface Session {
  user: string;
  role: "customer" | "marketOperator" | "risk" | "administrator";
  account: string | null;
  demo: boolean;
  authenticator: boolean;
  session: { id: string; begun: string; ends: string; address: string; client: string };
}

/** Who it is now; undefined for nobody. */
export let current: Session | undefined;

let changed: (session: Session | undefined) => void = () => undefined;

export function onSession(does: (session: Session | undefined) => void): void {
  changed = does;
}

/** Other pages of this browser: they have the same cookie, and what they send is sent as whoever it names. */
const others = new BroadcastChannel("quantumcore.session");
others.onmessage = (event: MessageEvent<Session | undefined>) => {
  prefs.signedOut = event.data === undefined;
  if (isWish) {
    isDoubtful = true;
    return;
  }
  giveUp();
  take(event.data);
};

/** Who looks at a demo without having said who it is. */
const visitor = "demo-alice";

/** What is asked or wanted now. What comes later gives it up: its answer is read by nobody, and the cookie in it is not taken. */
let underWay = new AbortController();
/** It is a person's wish, which nothing gives up that the page asks by itself. */
let isWish = false;
/** Meanwhile something said that somebody else may be signed in. */
let isDoubtful = false;

function giveUp(): AbortSignal {
  underWay.abort();
  underWay = new AbortController();
  return underWay.signal;
}

/** Learns who is signed in. In a demo that is its customer, unless a person signed out: nobody has to sign in to look. */
export async function begin(): Promise<void> {
  if (isWish) {
    isDoubtful = true;
    return;
  }
  const signal = giveUp();
  const isWanted = (): boolean => !signal.aborted;
  const known = await insist(() => call<Session>("GET", "/sessions/current", undefined, signal), Infinity, isWanted);
  if (signal.aborted) return;
  if (known.kind === "done") {
    take(known.value);
    return;
  }
  const before = current;
  if (before !== undefined && before.user !== visitor && !prefs.signedOut) {
    // Who is about to send an order goes on as nobody, not as somebody else.
    setPrefs({ signedOut: true });
    take(undefined);
    toast("bad", "Signed out", `The session of ${before.user} has ended. Nothing is sent until you sign in again.`);
    return;
  }
  const entered = prefs.signedOut ? undefined : await insist(() => call<Session>("POST", "/sessions/demo", { name: visitor }, signal), Infinity, isWanted);
  if (signal.aborted) return;
  if (entered?.kind === "done") enter(entered.value);
  else take(undefined);
}

/** Signs in to the demo as one of its people, without a password. */
export async function signInToDemo(name: string): Promise<Outcome<Session>> {
  return entered(await wish("POST", "/sessions/demo", { name }));
}

export async function signIn(name: string, password: string, code: string): Promise<Outcome<Session>> {
  return entered(await wish("POST", "/sessions", { name, password, ...(code === "" ? {} : { code }) }));
}

export async function signUp(name: string, password: string): Promise<Outcome<Session>> {
  return entered(await wish("POST", "/users", { name, password }));
}

/** Signs out; false where no answer came, and this browser may be signed in as before. */
export async function signOut(): Promise<boolean> {
  if (mayChange(await wish<object | undefined>("DELETE", "/sessions/current"))) return false;
  setPrefs({ signedOut: true });
  take(undefined);
  others.postMessage(undefined);
  return true;
}

/** A person's wish; of one that the next gives up nobody hears any more. */
async function wish<T = Session>(method: string, path: string, body?: unknown): Promise<Outcome<T>> {
  const signal = giveUp();
  isWish = true;
  const outcome = await call<T>(method, path, body, signal);
  if (signal.aborted) return new Promise(() => undefined);
  isWish = false;
  // It may have been done all the same.
  if (outcome.kind !== "done" && (isDoubtful || outcome.kind === "unknown")) void begin();
  isDoubtful = false;
  return outcome;
}

/** May see and use the operator's page. */
export function isOfficer(session: Session | undefined): boolean {
  return session !== undefined && session.role !== "customer";
}

/** Says what a person without a trading account can't do: nobody is signed in, or who is has none. */
export function whyNoAccount(purpose: string): string {
  return current === undefined ? `Sign in ${purpose}` : `${current.user} has no trading account`;
}

/** A button that goes on as the demo's operator; undefined where this is no demo, or the operator is here already. */
export function asOperator(): HTMLButtonElement | undefined {
  if (current?.demo !== true || current.role === "administrator") return undefined;
  return button("Go on as the demo's operator", (pressed) => {
    pressed.disabled = true;
    void signInToDemo("demo-admin").then((outcome) => {
      pressed.disabled = false;
      if (outcome.kind !== "done") toast("bad", "Not the operator", outcome.kind === "refused" ? explain(outcome.problem) : "No answer came. Try again.");
    });
  }, { class: "solid" });
}

/** What is known anew of who is signed in, and stays the same person. */
export function renew(session: Session): void {
  if (current?.user === session.user) current = session;
}

function entered(outcome: Outcome<Session>): Outcome<Session> {
  if (outcome.kind === "done") enter(outcome.value);
  return outcome;
}

function enter(session: Session): void {
  setPrefs({ signedOut: false });
  take(session);
  others.postMessage(session);
}

function take(session: Session | undefined): void {
  current = session;
  // Visitors of a demo share its name with each other.
  void followPrefs(session === undefined || session.demo ? undefined : session.user);
  changed(session);
}
