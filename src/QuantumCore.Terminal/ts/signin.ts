import { call, explain, read } from "./api.js";
import { KeysCard } from "./apikeys.js";
import { authenticatorCard } from "./authenticator.js";
import { demoFundsCard } from "./demofunds.js";
import { asCards, button, confirm, make, write } from "./dom.js";
import { moment } from "./format.js";
import { begin, current, renew, signIn, signInToDemo, signOut, signUp, type Session } from "./session.js";
import { toast } from "./toast.js";

interface Listed { id: string; begun: string; ends: string; address: string; client: string; current: boolean }

/** The sign-in page; for who is signed in, the person's own keys, play money, password, authenticator and sessions. */
export async function show(host: HTMLElement): Promise<void> {
  document.title = "Sign in · QuantumCore";
  if (current === undefined) showForm(host);
  else await showPerson(host, current);
}

function showForm(host: HTMLElement): void {
  const name = make("input", { id: "name", autocomplete: "username", autocapitalize: "none", spellcheck: "false" });
  const phrase = make("input", { id: "password", type: "password", autocomplete: "current-password" });
  const code = make("input", { id: "code", inputmode: "numeric", autocomplete: "one-time-code", maxlength: "6" });
  const codeField = make("label", { class: "field", hidden: true }, "Code of your authenticator", code);
  const problem = make("p", { class: "problem", role: "alert" });
  const enter = async (how: () => ReturnType<typeof signIn>, isNew = false): Promise<void> => {
    write(problem, "");
    const outcome = await how();
    if (outcome.kind === "done") {
      if (isNew) welcome(outcome.value);
      goOn(host);
      return;
    }
    if (outcome.kind === "refused" && outcome.problem.field === "code") {
      codeField.hidden = false;
      code.focus();
    }
    write(problem, outcome.kind === "refused" ? explain(outcome.problem) : "No answer came. Try again.");
  };
  const form = make("form", {},
    make("label", { class: "field" }, "Name", name), make("label", { class: "field" }, "Password", phrase), codeField, problem,
    make("button", { class: "solid", type: "submit" }, "Sign in"),
    button("Sign up with this name and password", () => void enter(() => signUp(name.value, phrase.value), true), { class: "plain" }),
    button("Use the demo account", () => void enter(() => signInToDemo("demo-alice")), { class: "plain" }),
    button("Use the demo's operator", () => void enter(() => signInToDemo("demo-admin")), { class: "plain" }));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void enter(() => signIn(name.value, phrase.value, code.value));
  });
  host.replaceChildren(make("div", { class: "card narrow" }, make("h1", {}, "Sign in"), form));
  name.focus();
}

async function showPerson(host: HTMLElement, session: Session): Promise<void> {
  const facts = make("dl", { class: "facts" });
  const put = (label: string, text: string): void => facts.append(make("dt", {}, label), make("dd", {}, text));
  put("Signed in as", session.user);
  put("Role", session.role);
  put("Account", session.account ?? "none");
  put("Authenticator", session.authenticator ? "on" : "off");
  const others = session.demo
    ? ["demo-alice", "demo-bob", "demo-admin"].filter((name) => name !== session.user).map((name) => button(`Go on as ${name}`, () => void signInToDemo(name).then((outcome) => outcome.kind === "done" ? goOn(host) : toast("bad", `Not ${name}`, outcome.kind === "refused" ? explain(outcome.problem) : "No answer came. Try again.")), { class: "plain" }))
    : [];
  const out = button("Sign out", () => void leave(host), { class: "plain" });
  const list = make("div", { class: "card" }, make("h2", {}, "Sessions"), make("p", { class: "muted" }, "Loading…"));
  const cards = make("div", { class: "cards" }, make("div", { class: "card" }, make("h2", {}, "You"), facts, make("div", { class: "buttons" }, ...others, out)));
  // Only a person's own account has keys and play money.
  const keys = session.account === null ? [] : [new KeysCard(session).element];
  const own = session.demo ? [] : [passwordCard(), authenticatorCard(session, (changed) => {
    renew(changed);
    void showPerson(host, changed);
  })];
  host.replaceChildren(make("h1", {}, "Your access"), cards, ...keys, make("div", { class: "cards" }, ...own), list);
  const funds = session.account === null ? undefined : await demoFundsCard();
  if (funds !== undefined) cards.firstElementChild!.after(funds);
  await showSessions(list);
}

/** Says to who has just signed up what there is, and where programs get their keys. */
function welcome(session: Session): void {
  toast("good", `Welcome, ${session.user}`, `${session.account ?? "You"} can trade. Programs need an API key.`, undefined, { label: "Create an API key", does: () => visit("/signin") });
}

async function leave(host: HTMLElement): Promise<void> {
  if (await signOut()) {
    showForm(host);
    return;
  }
  toast("bad", "Not signed out", "No answer came: this browser may be signed in as before. Try again.");
  await begin();
  if (host.isConnected && current === undefined) showForm(host);
}

async function showSessions(card: HTMLElement): Promise<void> {
  const answer = await read<{ sessions: Listed[] }>("/sessions");
  const rows = (answer?.sessions ?? []).map((session) => make("tr", {},
    make("td", { class: "text" }, moment(Date.parse(session.begun))), make("td", { class: "text" }, session.address), make("td", { class: "text" }, session.client.slice(0, 60)),
    make("td", { class: "actions" }, session.current ? make("span", { class: "chip" }, "this one") : button("End", () => void end(session.id, card)))));
  const head = make("tr", {}, ...["Begun", "Address", "Program", ""].map((name) => make("th", { class: "text", scope: "col" }, name)));
  card.replaceChildren(make("h2", {}, "Sessions"), answer === undefined ? make("p", {}, "They can't be read now.") : asCards(make("table", {}, make("thead", {}, head), make("tbody", {}, ...rows))));
}

async function end(id: string, card: HTMLElement): Promise<void> {
  if (!(await confirm("End this session?", "End it", make("p", {}, "Whoever uses it has to sign in again.")))) return;
  await call("DELETE", `/sessions/${id}`);
  await showSessions(card);
}

function passwordCard(): HTMLElement {
  const old = make("input", { type: "password", autocomplete: "current-password" });
  const fresh = make("input", { type: "password", autocomplete: "new-password" });
  const said = make("p", { role: "status" });
  const form = make("form", {}, make("label", { class: "field" }, "Password", old), make("label", { class: "field" }, "New password", fresh), said, make("button", { class: "plain", type: "submit" }, "Change it"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void call("POST", "/user/password", { password: old.value, newPassword: fresh.value }).then((outcome) =>
      write(said, outcome.kind === "done" ? "Changed. Other sessions have ended." : outcome.kind === "refused" ? explain(outcome.problem) : "No answer came."));
  });
  return make("div", { class: "card stack" }, make("h2", {}, "Password"), form);
}

/** To the market, where somebody who has signed in wants to be; who has gone elsewhere meanwhile stays there. */
function goOn(host: HTMLElement): void {
  if (host.isConnected) visit("/trade");
}

function visit(path: string): void {
  history.pushState(null, "", path);
  dispatchEvent(new PopStateEvent("popstate"));
}
