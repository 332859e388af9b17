import { make, open } from "./dom.js";
import { prefs } from "./prefs.js";

export interface Key { keys: readonly string[]; says: string; does?: (event: KeyboardEvent) => void }

/** Single letters outside fields. With modifiers, on repeat and while a dialog is open they mean nothing. */
export function listen(keys: readonly Key[]): void {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.defaultPrevented) return;
    const target = event.target as HTMLElement;
    if (target.closest("input, select, textarea, dialog[open]") !== null) {
      // Escape lets go of a field, so that the letters work again.
      if (event.key === "Escape" && target.closest("dialog") === null) target.blur();
      return;
    }
    if (!prefs.keys && event.key !== "Escape") return;
    const name = event.shiftKey && event.key.length === 1 && /[A-Z]/.test(event.key) ? `Shift+${event.key}` : event.key.toLowerCase();
    const key = keys.find((candidate) => candidate.does !== undefined && candidate.keys.some((k) => k === name || k.toLowerCase() === event.key));
    if (key === undefined) return;
    event.preventDefault();
    key.does!(event);
  });
}

export function showKeys(keys: readonly Key[]): void {
  const row = (key: Key): HTMLElement => make("tr", {}, make("td", {}, ...key.keys.flatMap((name) => [make("kbd", {}, name), " "])), make("td", {}, key.says));
  open("Keyboard", make("table", {}, ...keys.map(row)), make("form", { method: "dialog", class: "actions" }, make("button", { class: "plain", autofocus: true }, "Close")));
}
