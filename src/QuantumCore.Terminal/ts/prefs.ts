import { call, insist, pause } from "./api.js";
import { make, open } from "./dom.js";
import { parse, setZone } from "./format.js";
import { readTheme } from "./surface.js";

/** A person's settings of the terminal. This browser remembers them, and the exchange for those who have signed in with a name of their own. */
export interface Prefs {
  theme: "dark" | "light" | "system";
  colours: "green" | "blue" | "east";
  zone: "utc" | "local";
  keys: boolean;
  confirmAbove: string;
  /** Whether a price alert makes a sound. */
  sound: boolean;
  /** Whether the book offers the ladder whose clicks send orders. */
  oneClick: boolean;
  /** Names of the indicators on the chart, with commas between them. */
  indicators: string;
  /** How many charts there are. */
  layout: "1" | "2" | "4";
  /** Symbols of the charts beside the main one, with commas between them. */
  panels: string;
  /** Who signed out of the demo is not signed in to it again unasked. */
  signedOut: boolean;
}

const name = "quantumcore.prefs";
/** Values that a choice may have; the exchange gives back whatever some release once sent. */
const choices: Readonly<Partial<Record<keyof Prefs, readonly string[]>>> = { theme: ["dark", "light", "system"], colours: ["green", "blue", "east"], zone: ["utc", "local"], layout: ["1", "2", "4"] };
/** The settings that go with a person from browser to browser. */
const shared = ["theme", "colours", "zone", "keys", "confirmAbove", "sound", "oneClick", "layout", "panels"] as const;
/** Tries before a busy exchange is left alone. */
const mostTries = 60;
const defaults: Prefs = { theme: "system", colours: "green", zone: "utc", keys: true, confirmAbove: "", sound: false, oneClick: false, indicators: "", layout: "1", panels: "", signedOut: false };

interface PreferencesMessage { preferences: readonly { name: string; value: string }[] }

export const prefs: Prefs = { ...defaults, ...stored() };

let changed: () => void = () => undefined;

/** The user whose preferences the exchange keeps; undefined where it keeps none. */
let owner: string | undefined;
/** Changes that the exchange has not been told yet. */
const untold = new Set<(typeof shared)[number]>();

/** Calls back when colours or clock are others. */
export function onPrefs(does: () => void): void {
  changed = does;
  matchMedia("(prefers-color-scheme: light)").addEventListener("change", apply);
  // What is chosen in another tab holds in this one, and is not written over by it.
  addEventListener("storage", (event) => {
    if (event.key !== name) return;
    Object.assign(prefs, defaults, stored());
    apply();
  });
  apply();
}

export function setPrefs(change: Partial<Prefs>): void {
  for (const name of shared) if (owner !== undefined && change[name] !== undefined && change[name] !== prefs[name]) untold.add(name);
  keep(change);
  void tell();
}

/** Somebody is signed in, or nobody: what the exchange knows of them holds here, and it is told what it does not know. */
export async function followPrefs(user: string | undefined): Promise<void> {
  if (user === owner) return;
  owner = user;
  untold.clear();
  if (user === undefined) return;
  const isTheirs = (): boolean => owner === user;
  const known = await insist(() => call<PreferencesMessage>("GET", "/user/preferences"), mostTries, isTheirs);
  if (known.kind !== "done" || !isTheirs()) return;
  const values = new Map(known.value.preferences.map((preference) => [preference.name, preference.value]));
  const told: Record<string, string | boolean> = {};
  for (const name of shared) {
    const value = values.get(name);
    // A change made here meanwhile is newer.
    if (untold.has(name)) continue;
    if (value === undefined) {
      if (prefs[name] !== defaults[name]) untold.add(name);
    } else if (choices[name]?.includes(value) !== false) told[name] = typeof defaults[name] === "boolean" ? value === "true" : value;
  }
  keep(told as Partial<Prefs>);
  void tell();
}

/** Tells the exchange what has changed, together what changes within a moment. */
async function tell(): Promise<void> {
  const user = owner;
  if (user === undefined || untold.size === 0) return;
  await pause(300);
  if (owner !== user || untold.size === 0) return;
  const preferences = [...untold].map((name) => ({ name, value: String(prefs[name]) }));
  untold.clear();
  await insist(() => call("PATCH", "/user/preferences", { preferences }), mostTries, () => owner === user);
}

function keep(change: Partial<Prefs>): void {
  Object.assign(prefs, change);
  try {
    localStorage.setItem(name, JSON.stringify(prefs));
  } catch {
    // A browser that keeps nothing still shows it.
  }
  apply();
}

/** Whether a person wants to be asked before an order of this value. An amount that can't be read asks before each. */
export function wantsToBeAsked(value: bigint, scale: number): boolean {
  const above = parse(prefs.confirmAbove, scale);
  return above === undefined ? prefs.confirmAbove.trim() !== "" : value > above;
}

/** Light for dark, and back. */
export function toggleTheme(): void {
  setPrefs({ theme: isLight() ? "dark" : "light" });
}

export function showSettings(): void {
  const field = (label: string, control: HTMLElement): HTMLElement => make("label", { class: "field" }, make("span", {}, label), control);
  const choice = <K extends "theme" | "colours" | "zone">(key: K, options: readonly (readonly [Prefs[K], string])[]): HTMLSelectElement => {
    const select = make("select", {}, ...options.map(([value, label]) => make("option", { value, selected: prefs[key] === value }, label)));
    select.addEventListener("change", () => setPrefs({ [key]: select.value } as Partial<Prefs>));
    return select;
  };
  const keys = make("input", { type: "checkbox", checked: prefs.keys });
  keys.addEventListener("change", () => setPrefs({ keys: keys.checked }));
  const sound = make("input", { type: "checkbox", checked: prefs.sound });
  sound.addEventListener("change", () => setPrefs({ sound: sound.checked }));
  const oneClick = make("input", { type: "checkbox", checked: prefs.oneClick });
  oneClick.addEventListener("change", () => setPrefs({ oneClick: oneClick.checked }));
  const above = make("input", { inputmode: "decimal", value: prefs.confirmAbove, placeholder: "never" });
  above.addEventListener("input", () => setPrefs({ confirmAbove: above.value }));
  open("Settings",
    field("Theme", choice("theme", [["system", "As the system"], ["dark", "Dark"], ["light", "Light"]])),
    field("Colours", choice("colours", [["green", "Green up, red down"], ["blue", "Blue up, orange down"], ["east", "Red up, green down"]])),
    field("Times", choice("zone", [["utc", "UTC"], ["local", Intl.DateTimeFormat().resolvedOptions().timeZone]])),
    field("Single-letter keys", keys),
    field("Confirm orders above", above),
    field("One-click trading", oneClick),
    field("Sound of price alerts", sound),
    make("form", { method: "dialog", class: "actions" }, make("button", { class: "plain" }, "Close")));
}

function isLight(): boolean {
  return prefs.theme === "light" || (prefs.theme === "system" && matchMedia("(prefers-color-scheme: light)").matches);
}

function apply(): void {
  const root = document.documentElement;
  root.dataset["theme"] = isLight() ? "light" : "dark";
  root.dataset["colours"] = prefs.colours;
  setZone(prefs.zone);
  readTheme();
  changed();
}

function stored(): Partial<Prefs> {
  try {
    return JSON.parse(localStorage.getItem(name) ?? "{}") as Partial<Prefs>;
  } catch {
    return {};
  }
}
