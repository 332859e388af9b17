import { call, insist, mayChange, type Outcome } from "./api.js";
import { prefs, setPrefs } from "./prefs.js";
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
others.onmessage = (event: MessageEvent<{ signedOut: boolean }>) => {
  prefs.signedOut = event.data.signedOut;
  void begin();
};

/** Who looks at a demo without having said who it is. */
const visitor = "demo-alice";

/** Learns who is signed in. In a demo that is its customer, unless a person signed out: nobody has to sign in to look. */
export async function begin(): Promise<void> {
  const known = await insist(() => call<Session>("GET", "/sessions/current"));
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
  const entered = prefs.signedOut ? undefined : await insist(() => signInToDemo(visitor), Infinity, () => current === before);
  // Meanwhile a person may have signed in by hand.
  if (entered?.kind !== "done" && current === before) take(undefined);
}

/** Signs in to the demo as one of its people, without a password. */
export async function signInToDemo(name: string): Promise<Outcome<Session>> {
  return entered(await call<Session>("POST", "/sessions/demo", { name }));
}

export async function signIn(name: string, password: string, code: string): Promise<Outcome<Session>> {
  return entered(await call<Session>("POST", "/sessions", { name, password, ...(code === "" ? {} : { code }) }));
}

export async function signUp(name: string, password: string): Promise<Outcome<Session>> {
  return entered(await call<Session>("POST", "/users", { name, password }));
}

/** Signs out; false where no answer came, and this browser may be signed in as before. */
export async function signOut(): Promise<boolean> {
  if (mayChange(await call("DELETE", "/sessions/current"))) return false;
  setPrefs({ signedOut: true });
  take(undefined);
  others.postMessage({ signedOut: true });
  return true;
}

/** May see and use the operator's page. */
export function isOfficer(session: Session | undefined): boolean {
  return session !== undefined && session.role !== "customer";
}

function entered(outcome: Outcome<Session>): Outcome<Session> {
  if (outcome.kind === "done") {
    setPrefs({ signedOut: false });
    take(outcome.value);
    others.postMessage({ signedOut: false });
  }
  return outcome;
}

function take(session: Session | undefined): void {
  current = session;
  changed(session);
}
