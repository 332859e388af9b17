/** Elements by hand: text is always text, never markup. */

export function byId<T extends HTMLElement = HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`There is no #${id}.`);
  return found as T;
}

type Child = Node | string | undefined;

/** A new element with attributes and children. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K, attributes: Readonly<Record<string, string | boolean | undefined>> = {}, ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(name, "");
    else if (value !== undefined && value !== false) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== undefined));
  return element;
}

/** A card whose table may be wider than the page: it is scrolled by keys, too. */
export function wide(label: string): HTMLElement {
  return make("section", { class: "card", tabindex: "0", "aria-label": label });
}

/** Makes each row of a table a card on a narrow page: its cells say what they are, and it stays a table to who listens. */
export function asCards(table: HTMLTableElement): HTMLTableElement {
  table.classList.add("as-cards");
  table.setAttribute("role", "table");
  const heads = [...table.tHead?.rows[0]?.cells ?? []];
  table.tHead?.setAttribute("role", "rowgroup");
  table.tHead?.rows[0]?.setAttribute("role", "row");
  for (const head of heads) head.setAttribute("role", "columnheader");
  for (const body of table.tBodies) {
    body.setAttribute("role", "rowgroup");
    for (const row of body.rows) labelCells(row, heads.map((head) => head.textContent ?? ""));
  }
  return table;
}

/** Names the cells of a row that is a card on a narrow page. */
export function labelCells(row: HTMLTableRowElement, heads: readonly string[]): void {
  row.setAttribute("role", "row");
  [...row.cells].forEach((cell, at) => {
    cell.setAttribute("role", "cell");
    cell.dataset["label"] = heads[at] ?? "";
  });
}

/** A button that does something. */
export function button(label: string, does: (button: HTMLButtonElement) => void, attributes: Readonly<Record<string, string | undefined>> = {}): HTMLButtonElement {
  const made = make("button", { type: "button", ...attributes }, label);
  made.addEventListener("click", () => does(made));
  return made;
}

/** Writes a text where it is not written yet. */
export function write(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** The whole number in a field; undefined, and said where there is a place for it, when there is none: nothing written is not 0. */
export function wholeNumber(input: HTMLInputElement, place: Element): number | undefined {
  const text = input.value.trim();
  if (/^-?\d{1,15}$/.test(text)) return Number(text);
  write(place, `${input.getAttribute("aria-label") ?? ""}: a whole number.`);
  return undefined;
}

/** Makes a list of tabs work with arrows and clicks; one is chosen at a time. */
export function tabs(list: HTMLElement, attribute: string, choose: (name: string) => void): (name: string) => void {
  const all = (): HTMLButtonElement[] => [...list.querySelectorAll<HTMLButtonElement>("button[role=tab]")];
  const show = (name: string): void => {
    for (const tab of all()) {
      const chosen = tab.getAttribute(attribute) === name;
      tab.setAttribute("aria-selected", String(chosen));
      tab.tabIndex = chosen ? 0 : -1;
    }
  };
  const pick = (tab: HTMLButtonElement): void => {
    const name = tab.getAttribute(attribute)!;
    show(name);
    choose(name);
  };
  list.addEventListener("click", (event) => {
    const tab = (event.target as Element).closest<HTMLButtonElement>("button[role=tab]");
    if (tab !== null) pick(tab);
  });
  list.addEventListener("keydown", (event) => {
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    const tabsNow = all();
    const at = tabsNow.indexOf(document.activeElement as HTMLButtonElement);
    if (step === 0 || at < 0) return;
    const next = tabsNow[(at + step + tabsNow.length) % tabsNow.length]!;
    next.focus();
    pick(next);
    event.preventDefault();
  });
  return show;
}

/** Opens the dialog with this content; focus goes back where it was when it closes. */
export function open(label: string, ...content: Child[]): HTMLDialogElement {
  const dialog = byId<HTMLDialogElement>("dialog");
  const before = document.activeElement;
  if (dialog.open) {
    // Its event comes when the next one is open already, which would take it for its own.
    const ended = dialog.onclose;
    dialog.close();
    ended?.call(dialog, new Event("close"));
  }
  dialog.setAttribute("aria-label", label);
  dialog.replaceChildren(make("h2", {}, label), ...content.filter((child) => child !== undefined));
  dialog.onclose = () => {
    if (!dialog.open && before instanceof HTMLElement) before.focus();
  };
  dialog.onclick = (event) => {
    if (event.target === dialog && event.detail < 2) dialog.close();
  };
  dialog.showModal();
  return dialog;
}

/** Asks before something that can't be undone; Enter says yes. */
export function confirm(question: string, yes: string, ...content: Child[]): Promise<boolean> {
  return new Promise((resolve) => {
    const go = make("button", { type: "submit", class: "solid danger", autofocus: true }, yes);
    const form = make("form", { method: "dialog" }, ...content, make("div", { class: "actions" }, button("No, go back", () => dialog.close(), { class: "plain" }), go));
    let said = false;
    form.addEventListener("submit", () => (said = true));
    // The second click of a double click, and a key that is held down, were meant for what has opened the dialog.
    form.addEventListener("click", (event) => event.detail > 1 && event.preventDefault());
    form.addEventListener("keydown", (event) => event.repeat && event.key === "Enter" && event.preventDefault());
    const dialog = open(question, form);
    const restore = dialog.onclose;
    dialog.onclose = (event) => {
      if (dialog.open) return;
      restore?.call(dialog, event);
      resolve(said);
    };
    go.focus();
  });
}
