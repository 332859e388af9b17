import { call, explain, type Outcome } from "./api.js";
import { make, write } from "./dom.js";
import type { Session } from "./session.js";

interface Secret { secret: string; address: string }

/** Adds an authenticator to who is signed in, or removes it. Each change asks for the password. */
export function authenticatorCard(session: Session, changed: (session: Session) => void): HTMLElement {
  const card = make("section", { class: "card stack", "aria-labelledby": "authenticator-title" });
  const title = make("h2", { id: "authenticator-title" }, "Authenticator");
  card.append(title, ...(session.authenticator ? removal(changed) : enrolment(changed)));
  return card;
}

const phrase = (): HTMLInputElement => make("input", { type: "password", autocomplete: "current-password" });
const code = (): HTMLInputElement => make("input", { inputmode: "numeric", autocomplete: "one-time-code", maxlength: "6", placeholder: "6 digits" });

/** First the password, then the secret and one of its codes. */
function enrolment(changed: (session: Session) => void): HTMLElement[] {
  const [password, digits] = [phrase(), code()];
  const said = make("p", { class: "problem", role: "alert" });
  const step = make("div", { hidden: true });
  const next = make("button", { class: "plain", type: "submit" }, "Add an authenticator");
  const form = make("form", {}, make("label", { class: "field" }, "Password", password), step, said, next);
  let secret: string | undefined;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    write(said, "");
    if (secret === undefined) {
      void send<Secret>(said, "POST", { password: password.value }).then((made) => {
        if (made === undefined) return;
        secret = made.secret;
        const link = make("a", { href: made.address, class: "plain", target: "_blank" }, "Open in an authenticator");
        step.replaceChildren(
          make("p", {}, "Type this secret into your authenticator, or open it there. Then type the code it shows."),
          make("p", {}, make("code", { id: "authenticator-secret" }, made.secret)), make("p", {}, link), make("label", { class: "field" }, "Code", digits));
        step.hidden = false;
        write(next, "Turn it on");
        digits.focus();
      });
      return;
    }
    void send<Session>(said, "POST", { password: password.value, secret, code: digits.value.trim() }).then((session) => session !== undefined && changed(session));
  });
  return [make("p", { class: "muted" }, "A sign-in then needs a code of an app beside the password."), form];
}

function removal(changed: (session: Session) => void): HTMLElement[] {
  const [password, digits] = [phrase(), code()];
  const said = make("p", { class: "problem", role: "alert" });
  const form = make("form", {},
    make("label", { class: "field" }, "Password", password), make("label", { class: "field" }, "Code", digits), said, make("button", { class: "plain", type: "submit" }, "Turn it off"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    write(said, "");
    void send<Session>(said, "DELETE", { password: password.value, code: digits.value.trim() }).then((session) => session !== undefined && changed(session));
  });
  return [make("p", { class: "muted" }, "It is on: a sign-in needs a code."), form];
}

async function send<T>(said: HTMLElement, method: string, body: unknown): Promise<T | undefined> {
  const outcome: Outcome<T> = await call<T>(method, "/user/authenticator", body);
  if (outcome.kind === "done") return outcome.value;
  write(said, outcome.kind === "refused" ? explain(outcome.problem) : "No answer came. Try again.");
  return undefined;
}
