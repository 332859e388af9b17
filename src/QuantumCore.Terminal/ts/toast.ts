import { byId, button, make, open, write } from "./dom.js";
import { clock } from "./format.js";

export type Mood = "good" | "bad" | "plain" | "alert" | "urgent";

/** Of those that stay, and again of those that go by themselves: neither pushes the other off the page. */
const most = 3;
const staying = ".bad, .alert, .urgent";
const stays = 5_000;
const kept: { at: number; title: string; text: string; key: string | undefined }[] = [];

/** Says something in passing, over the chart. With a key it replaces what was said under the same one. Errors, price alerts and what is urgent stay; what is urgent is read out at once. */
export function toast(mood: Mood, title: string, text: string, key?: string, action?: { label: string; does: () => void }): void {
  remember(title, text, key);
  const host = byId("toasts");
  const old = key === undefined ? undefined : [...host.children].find((child) => (child as HTMLElement).dataset["key"] === key);
  const made = make("div", { class: `toast ${mood}`, ...(key === undefined ? {} : { "data-key": key }), ...(mood === "urgent" ? { role: "alert" } : {}) },
    make("b", {}, title), button("×", () => made.remove(), { "aria-label": "Dismiss" }), make("p", {}, text));
  if (action !== undefined) {
    made.append(button(action.label, () => {
      made.remove();
      action.does();
    }, { class: "plain" }));
  }
  if (old === undefined) host.append(made);
  else old.replaceWith(made);
  const passes = !made.matches(staying);
  const alike = [...host.children].filter((child) => child.matches(staying) !== passes);
  for (const oldest of alike.slice(0, -most)) oldest.remove();
  if (passes) leaveLater(made);
}

/** Shows the last hundred. */
export function showNotices(): void {
  const table = make("table", {}, ...kept.map((notice) => make("tr", {}, make("td", {}, clock(notice.at)), make("td", {}, notice.title), make("td", {}, notice.text))));
  open("Notices", kept.length === 0 ? make("p", { class: "empty" }, "Nothing yet. Fills, refusals and alerts are kept here.") : table,
    make("form", { method: "dialog", class: "actions" }, make("button", { class: "plain" }, "Close")));
  write(byId("bell-count"), "0");
}

/** Somebody else is signed in: what was said to the one before is not theirs, nor is what it offers to do. */
export function forgetNotices(): void {
  kept.length = 0;
  byId("toasts").replaceChildren();
  write(byId("bell-count"), "0");
}

/** Whether anything was said under a key, or just that title, of the last hundred. */
export function isTold(key: string, title?: string): boolean {
  return kept.some((notice) => notice.key === key && (title === undefined || notice.title === title));
}

function remember(title: string, text: string, key: string | undefined): void {
  kept.unshift({ at: Date.now(), title, text, key });
  kept.length = Math.min(kept.length, 100);
  write(byId("bell-count"), String(Math.min(99, Number(byId("bell-count").textContent) + 1)));
}

/** Goes after a while, unless somebody is about to read it. */
function leaveLater(made: HTMLElement): void {
  setTimeout(() => {
    if (made.matches(":hover, :focus-within")) leaveLater(made);
    else made.remove();
  }, stays);
}
