import { call, explain, read } from "./api.js";
import { asCards, button, confirm, make, tabs, write } from "./dom.js";
import type { Session } from "./session.js";
import { snippets, type Access } from "./snippets.js";
import { toast } from "./toast.js";

/** A key as the exchange lists it: never the key itself. */
interface Known { id: string; readOnly: boolean; signing: string | null; addresses: readonly string[] }
/** A key that was just made. */
interface Made { id: string; apiKey: string; secret?: string }
interface Listed { symbol: string; baseAsset: string; quoteAsset: string; lotSize: string }

const kinds = [
  ["hmac", "Binance clients, HMAC secret"], ["ed25519", "Binance clients, Ed25519 key pair"], ["plain", "QuantumCore's own API"],
] as const;
const kindHelp: Readonly<Record<string, string>> = {
  hmac: "For ccxt, python-binance and other Binance Spot clients. The exchange makes a secret that signs each request.",
  ed25519: "For the same clients. You keep a private key; the exchange knows the public key alone.",
  plain: "For QuantumCore.Client, qc, FIX and curl. The key itself is sent with each request, and is all that is needed.",
};
const noAnswer = "No answer came. Look at the list before you try again.";

/** The API keys of who is signed in: they are made, shown once, listed and revoked. The demo's people have published ones. */
export class KeysCard {
  readonly element = make("section", { class: "card keys", "aria-labelledby": "keys-title" });
  private readonly kind = make("select", { id: "key-kind" }, ...kinds.map(([value, label]) => make("option", { value }, label)));
  private readonly readOnly = make("input", { id: "key-read-only", type: "checkbox" });
  private readonly addresses = make("input", { id: "key-addresses", placeholder: "any address", autocomplete: "off", spellcheck: "false" });
  private readonly publicKey = make("textarea", { id: "key-public", rows: "4", spellcheck: "false", placeholder: "-----BEGIN PUBLIC KEY-----" });
  private readonly help = make("p", { class: "muted" });
  private readonly said = make("p", { class: "problem", role: "alert" });
  private readonly fresh = make("div", {}, make("p", { class: "muted fresh-hint" }, "A new key is shown here, with programs to paste."));
  private readonly list = make("div", { id: "keys-list" }, make("p", { class: "muted" }, "Loading…"));
  /** Id of the key that is shown with its secret. */
  private shownId = "";
  /** The private key of a pair that this page has made, and its public key. It is sent nowhere. */
  private pair: { publicKey: string; privateKey: string } | undefined;

  constructor(session: Session) {
    const title = make("h2", { id: "keys-title" }, "API keys");
    if (session.demo) {
      this.element.append(title, make("p", { class: "muted" }, "Everybody knows the demo's keys. Sign up for keys of your own."), this.fresh);
      void this.show({ id: "", apiKey: session.user, secret: `${session.user}-secret` }, `${session.user}-secret`);
      return;
    }
    const create = make("button", { class: "solid", type: "submit" }, "Create key");
    const pairButton = button("Make a pair in this browser", () => void this.makePair(), { class: "plain", id: "key-pair" });
    // Browsers make keys on encrypted or local pages alone.
    pairButton.hidden = !("subtle" in crypto);
    const pairFields = make("div", { class: "pair" },
      make("label", { class: "field" }, "Public key (PEM)", this.publicKey), pairButton,
      make("p", { class: "muted" }, "Or by hand: openssl genpkey -algorithm ed25519 -out key.pem; openssl pkey -in key.pem -pubout"));
    const readOnlyField = make("label", { class: "check" }, this.readOnly, "Read-only: it sees orders and balances, and can't trade");
    const showKind = (): void => {
      const kind = this.kind.value;
      write(this.help, kindHelp[kind]!);
      pairFields.hidden = kind !== "ed25519";
      readOnlyField.hidden = kind === "plain";
    };
    this.kind.addEventListener("change", showKind);
    showKind();
    const form = make("form", {},
      make("label", { class: "field" }, "Kind", this.kind), this.help, pairFields, readOnlyField,
      make("label", { class: "field" }, "Only from (IP addresses or networks)", this.addresses), this.said, create);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      create.disabled = true;
      void this.create().finally(() => (create.disabled = false));
    });
    this.element.append(title, make("div", { class: "keys-columns" }, form, this.fresh), this.list);
    void this.refresh();
  }

  /** Makes an Ed25519 pair. The private key stays in this page until the key is shown. */
  private async makePair(): Promise<void> {
    try {
      const pair = (await crypto.subtle.generateKey({ name: "Ed25519" }, true, ["sign", "verify"])) as CryptoKeyPair;
      const [publicKey, privateKey] = await Promise.all([crypto.subtle.exportKey("spki", pair.publicKey), crypto.subtle.exportKey("pkcs8", pair.privateKey)]);
      this.pair = { publicKey: pem("PUBLIC KEY", base64(publicKey)), privateKey: pem("PRIVATE KEY", base64(privateKey)) };
      this.publicKey.value = this.pair.publicKey;
    } catch {
      write(this.said, "This browser can't make Ed25519 keys. Make the pair by hand.");
    }
  }

  private async create(): Promise<void> {
    write(this.said, "");
    const kind = this.kind.value;
    const addresses = this.addresses.value.split(/[\s,]+/).filter((text) => text !== "");
    const publicKey = this.publicKey.value.trim();
    const outcome = await call<Made>("POST", "/keys", {
      ...(kind === "plain" ? {} : { signing: kind, readOnly: this.readOnly.checked }),
      ...(kind === "ed25519" ? { publicKey } : {}),
      ...(addresses.length === 0 ? {} : { addresses }),
    });
    if (outcome.kind !== "done") {
      write(this.said, outcome.kind === "refused" ? explain(outcome.problem) : noAnswer);
      await this.refresh();
      return;
    }
    // Of a pair that was made elsewhere, the private key is with who made it.
    const own = this.pair?.publicKey === publicKey ? this.pair.privateKey : pem("PRIVATE KEY", "(yours)");
    await this.show(outcome.value, kind === "ed25519" ? own : outcome.value.secret);
    this.pair = undefined;
    this.publicKey.value = "";
    await this.refresh();
  }

  /** Shows a key with its secret, and programs that use them. */
  private async show(made: Made, secret: string | undefined): Promise<void> {
    const isDemo = made.id === "";
    this.shownId = made.id;
    const answer = await read<{ instruments: readonly Listed[] }>("/instruments");
    const listed = answer?.instruments[0] ?? { symbol: "AAPL", baseAsset: "AAPL", quoteAsset: "USD", lotSize: "1" };
    const access: Access = {
      address: location.origin, key: made.apiKey, secret, symbol: listed.symbol, base: listed.baseAsset, quote: listed.quoteAsset, quantity: listed.lotSize,
    };
    const isPrivate = secret?.startsWith("-----BEGIN") === true;
    this.fresh.replaceChildren(
      make("h3", {}, isDemo ? "The demo's key" : "Your new key"),
      ...(isDemo ? [] : [make("p", { class: "once" }, `${secret === undefined ? "The key is" : "Key and secret are"} shown this once. Copy what you need now.`)]),
      shown("API key", "new-key", made.apiKey),
      ...(secret === undefined ? [] : [shown(isPrivate ? "Private key" : "Secret", "new-secret", secret)]),
      // The demo's key opens the API itself, too.
      programs(isDemo ? [...snippets(access), ...snippets({ ...access, secret: undefined }).filter(({ name }) => name !== "curl")] : snippets(access)));
  }

  private async refresh(): Promise<void> {
    const answer = await read<{ keys: readonly Known[] }>("/keys");
    if (answer === undefined) {
      this.list.replaceChildren(make("p", {}, "The keys can't be read now."));
      return;
    }
    const rows = answer.keys.map((key) => make("tr", {},
      make("td", { class: "text" }, make("code", {}, key.id)), make("td", { class: "text" }, key.signing === null ? "own API" : key.signing === "hmac" ? "HMAC" : key.signing === "rsa" ? "RSA" : "Ed25519"),
      make("td", { class: "text" }, key.readOnly ? "read" : "read and trade"), make("td", { class: "text" }, key.addresses.length === 0 ? "anywhere" : key.addresses.join(", ")),
      make("td", { class: "actions" }, button("Revoke", () => void this.revoke(key.id), { class: "plain" }))));
    const head = make("tr", {}, ...["Id", "Kind", "May", "From", ""].map((name) => make("th", { class: "text", scope: "col" }, name)));
    this.list.replaceChildren(rows.length === 0 ? make("p", { class: "muted" }, "You have no keys yet.")
      : asCards(make("table", {}, make("thead", {}, head), make("tbody", {}, ...rows))));
  }

  private async revoke(id: string): Promise<void> {
    if (!(await confirm(`Revoke key ${id}?`, "Revoke it", make("p", {}, "Programs that use it can do nothing any more, for ever. Their orders stay.")))) return;
    const outcome = await call("DELETE", `/keys/${id}`);
    if (outcome.kind !== "done") toast("bad", "Not revoked", outcome.kind === "refused" ? explain(outcome.problem) : noAnswer);
    else if (id === this.shownId) this.fresh.replaceChildren();
    await this.refresh();
  }
}

/** A value with a button that copies it. */
function shown(label: string, id: string, value: string): HTMLElement {
  return make("div", { class: "shown" }, make("span", { class: "muted" }, label), make("code", { id }, value), copyButton(() => value, label));
}

/** Programs to paste, one at a time. */
function programs(all: ReturnType<typeof snippets>): HTMLElement {
  const list = make("div", { role: "tablist", "aria-label": "Programs", class: "segments" },
    ...all.map(({ name, label }) => make("button", { role: "tab", type: "button", "data-snippet": name }, label)));
  const text = make("pre", { id: "snippet", tabindex: "0" });
  const choose = (name: string): void => write(text, all.find((snippet) => snippet.name === name)!.text);
  const show = tabs(list, "data-snippet", choose);
  show(all[0]!.name);
  choose(all[0]!.name);
  return make("div", { class: "programs" }, make("div", { class: "card-title" }, list, copyButton(() => text.textContent ?? "", "program")), text);
}

/** Copies a text. Pages that are neither encrypted nor local have no clipboard: there the text is selected and copied as by hand. */
function copyButton(text: () => string, label: string): HTMLButtonElement {
  return button("Copy", (pressed) => {
    const done = (): void => {
      write(pressed, "Copied");
      setTimeout(() => write(pressed, "Copy"), 1_500);
    };
    if ("clipboard" in navigator) {
      void navigator.clipboard.writeText(text()).then(done, () => toast("bad", "Not copied", "The browser does not allow it. Select the text and copy it."));
      return;
    }
    const area = make("textarea", { class: "hidden-text" });
    area.value = text();
    document.body.append(area);
    area.select();
    if (document.execCommand("copy")) done();
    area.remove();
  }, { class: "ghost", "aria-label": `Copy ${label}` });
}

/** A key in PEM, without the last line's end: clients tell kinds of keys apart by their length. */
function pem(label: string, text: string): string {
  return `-----BEGIN ${label}-----\n${text}\n-----END ${label}-----`;
}

function base64(bytes: ArrayBuffer): string {
  return btoa(String.fromCharCode(...new Uint8Array(bytes)));
}
