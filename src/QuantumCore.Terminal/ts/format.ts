/** Whole numbers to text and back, by characters: no price, quantity or amount passes through a fraction. */

const minus = "−";

/** A whole number of 1/10^scale units as a decimal with all its digits: 6843210, 2 is "68,432.10". */
export function decimal(units: number | bigint, scale: number, grouped = true): string {
  const negative = units < 0;
  const digits = (negative ? -BigInt(units) : BigInt(units)).toString().padStart(scale + 1, "0");
  const cut = digits.length - scale;
  const whole = grouped ? withCommas(digits.slice(0, cut)) : digits.slice(0, cut);
  const text = scale > 0 ? `${whole}.${digits.slice(cut)}` : whole;
  return negative ? minus + text : text;
}

/**
 * A person's decimal as units of 1/10^scale; undefined for any other text, and for more decimals than there are. Commas stand between thousands
 * alone: "0,125" is not 125.
 */
export function parse(text: string, scale: number): bigint | undefined {
  const match = /^(\d{0,18}|[1-9]\d{0,2}(?:,\d{3}){1,5})(?:\.(\d*))?$/.exec(text.trim());
  const [, whole = "", fraction = ""] = match ?? [];
  if (match === null || whole + fraction === "" || fraction.length > scale) return undefined;
  return BigInt(whole.replaceAll(",", "") + fraction.padEnd(scale, "0"));
}

/** A decimal of the exchange as units of 1/10^scale. What it has beyond that are zeros. */
export function units(text: string, scale: number): bigint {
  const negative = text.startsWith("-");
  const [whole = "0", fraction = ""] = (negative ? text.slice(1) : text).split(".");
  const value = BigInt(whole + fraction.slice(0, scale).padEnd(scale, "0"));
  return negative ? -value : value;
}

/** Minor units as the exchange writes them. */
export function plain(sum: bigint, scale: number): string {
  const text = (sum < 0n ? -sum : sum).toString().padStart(scale + 1, "0");
  return `${sum < 0n ? "-" : ""}${text.slice(0, text.length - scale)}${scale > 0 ? `.${text.slice(-scale)}` : ""}`;
}

/** A decimal of the exchange with commas. */
export function pretty(text: string): string {
  const scale = text.split(".")[1]?.length ?? 0;
  return decimal(units(text, scale), scale);
}

/** A mean price for the eye: at most four decimals more than there are in a price, and no zeros among them at the end. */
export function mean(text: string, scale: number): string {
  const [whole = "", fraction = ""] = text.split(".");
  const kept = fraction.slice(0, scale + 4);
  return pretty(kept === "" ? whole : `${whole}.${kept.slice(0, scale)}${kept.slice(scale).replace(/0+$/, "")}`.replace(/\.$/, ""));
}

/** A share in hundredths of a per cent, with its sign in front: 41 is "+0.41 %". */
export function percent(part: bigint, whole: bigint): string {
  if (whole === 0n) return "–";
  const hundredths = (part * 10_000n) / whole;
  return `${hundredths > 0n ? "+" : ""}${decimal(hundredths, 2)} %`;
}

/** A short form for axes and statistics alone: 12.4K. */
export function compact(units: bigint, scale: number): string {
  const whole = units / 10n ** BigInt(scale);
  const steps = [[1_000_000_000n, "B"], [1_000_000n, "M"], [1_000n, "K"]] as const;
  for (const [step, letter] of steps) {
    if (whole >= step) return `${decimal((whole * 100n) / step, 2)}${letter}`;
  }
  return decimal(units, scale);
}

let zone: "utc" | "local" = "utc";

/** Chooses whose clock times are shown by. */
export function setZone(choice: "utc" | "local"): void {
  zone = choice;
}

/** The name of that clock. */
export function zoneName(): string {
  return zone === "utc" ? "UTC" : Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** Parts of a time by the chosen clock. */
export function parts(millis: number): { day: string; hours: number; minutes: number; seconds: number } {
  const shift = zone === "utc" ? 0 : new Date(millis).getTimezoneOffset() * 60_000;
  const date = new Date(millis - shift);
  return {
    day: date.toISOString().slice(0, 10),
    hours: date.getUTCHours(),
    minutes: date.getUTCMinutes(),
    seconds: date.getUTCSeconds(),
  };
}

/** HH:mm:ss. */
export function clock(millis: number): string {
  const { hours, minutes, seconds } = parts(millis);
  return `${two(hours)}:${two(minutes)}:${two(seconds)}`;
}

/** HH:mm:ss today, with its date on another day. */
export function moment(millis: number): string {
  const { day } = parts(millis);
  return day === parts(Date.now()).day ? clock(millis) : `${day} ${clock(millis)}`;
}

export const two = (number: number): string => String(number).padStart(2, "0");

/** Milliseconds of a time in nanoseconds. */
export const millisOf = (nanos: string): number => Number(nanos.slice(0, -6) || "0");

function withCommas(digits: string): string {
  return digits.replace(/\B(?=(\d{3})+$)/g, ",");
}

/** What became of a trade after it was made; empty: nothing. */
export function changeInWords(trade: { state?: "void" | "corrected"; tradedPrice?: string }): string {
  return trade.state === undefined ? "" : trade.state === "void" ? "Void: all of it was given back" : `Corrected, was ${pretty(trade.tradedPrice ?? "")}`;
}
