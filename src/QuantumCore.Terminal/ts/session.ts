import { call, type Outcome } from "./api.js";
import { prefs, setPrefs } from "./prefs.js";

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

/** Learns who is signed in. In a demo that is its customer, unless a person signed out: nobody has to sign in to look. */
export async function begin(): Promise<void> {
  let known: Outcome<Session>;
  while ((known = await call<Session>("GET", "/sessions/current")).kind === "unknown" || (known.kind === "refused" && known.problem.status >= 429)) {
    console.warn("session:", known.kind === "refused" ? known.problem.code : "no answer");
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
  if (known.kind === "done") take(known.value);
  else if (!prefs.signedOut) await signInToDemo("demo-alice");
  else take(undefined);
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

export async function signOut(): Promise<void> {
  await call("DELETE", "/sessions/current");
  setPrefs({ signedOut: true });
  take(undefined);
}

/** May see and use the operator's page. */
export function isOfficer(session: Session | undefined): boolean {
  return session !== undefined && session.role !== "customer";
}

function entered(outcome: Outcome<Session>): Outcome<Session> {
  if (outcome.kind === "done") {
    setPrefs({ signedOut: false });
    take(outcome.value);
  }
  return outcome;
}

function take(session: Session | undefined): void {
  current = session;
  changed(session);
}
