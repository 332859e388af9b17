import { read } from "./api.js";
import { button, make, wholeNumber, write } from "./dom.js";

/** The newest replay: one that was begun here, or that a program has told of. */
export interface Replay {
  run: string; file: string; symbol: string; done: number; of: number; speed: number; paused: boolean; ended: boolean; heard: string;
  here?: boolean; end?: "done" | "stopped" | "failed" | null; problem?: string | null;
  result?: { aggressive: number; aggressiveExact: number; rows: number; rowsEqual: number; differences: number } | null;
}

interface Recordings { configured: boolean; recordings: readonly { name: string; format: string | null; bytes: number }[] }

/** A program that replays says something four times a second. */
const silentAfter = 5_000;
const formats: Readonly<Record<string, string>> = { commands: "commands", lobster: "LOBSTER", lobsterZip: "LOBSTER, archive", itch50: "ITCH 5.0, all stocks" };

/** Replays: begins one of the folder of recordings, and shapes the one that is under way, whoever has begun it. */
export class ReplayCard {
  readonly card: HTMLElement;
  /** Why the last thing that was asked for was refused. */
  readonly problem = make("p", { class: "problem", role: "alert" });
  private readonly chip = make("span", { class: "chip", role: "status" }, "none");
  private readonly none = make("p", { class: "muted" }, "Recorded order flow, in a book of its own, where your own orders meet it. A program replays any file of yours: ",
    make("code", {}, `qc replay FILE --list --speed 50 --admin ${location.origin}`));
  private readonly book = make("a", { target: "_blank" }, "…");
  private readonly told = [make("dd"), make("dd", {}, this.book), make("dd"), make("dd"), make("dd")];
  private readonly exact = make("dt", {}, "As recorded");
  private readonly facts = make("dl", { class: "facts", hidden: true },
    ...[...["Recording", "Symbol", "Line", "Speed"].map((label) => make("dt", {}, label)), this.exact].flatMap((label, at) => [label, this.told[at]!]));
  private readonly epilogue = make("p", { class: "muted", hidden: true });
  private readonly controls = make("fieldset", { class: "plain-fields", disabled: true, "aria-label": "The replay that is under way" });
  private readonly stop: HTMLButtonElement;
  private readonly beginning = make("fieldset", { class: "plain-fields stack", disabled: true, "aria-label": "Begin a replay" });
  private readonly offer = make("p", { class: "muted" }, "…");
  private readonly recording = make("select", { "aria-label": "Recording" });
  /** Which stock: asked for where a recording holds all of a day. */
  private readonly ticker = make("input", { placeholder: "such as AAPL", "aria-label": "Stock of the recording", autocomplete: "off" });
  private readonly stock = make("label", { class: "field", hidden: true }, "Stock ", this.ticker);
  private readonly ofAllStocks = new Set<string>();
  private offered = false;
  private underWay = false;

  constructor(private readonly now: () => number, private readonly act: (path: string, change: object) => Promise<void>) {
    const speed = make("input", { value: "50", "aria-label": "Commands a second", inputmode: "numeric", size: "6" });
    const change = (wanted: object): void => void this.act("/sim/replay", wanted);
    this.stop = button("Stop the replay", () => void this.act("/sim/replay/stop", {}), { class: "solid danger" });
    this.controls.append(
      make("div", { class: "buttons" }, button("Pause the replay", () => change({ paused: true }), { class: "plain" }), button("Go on", () => change({ paused: false }), { class: "plain" }),
        button("As fast as it goes", () => change({ speed: 0 }), { class: "plain" }), this.stop),
      make("div", { class: "line" }, make("label", { class: "field" }, "Commands a second ", speed), button("Set its speed", () => this.setSpeed(speed), { class: "plain" })));
    this.fillBeginning();
    this.card = make("section", { class: "card", "aria-label": "Replay" }, make("div", { class: "card-title" }, make("h2", {}, "Replay"), this.chip),
      this.none, this.facts, this.epilogue, this.problem, this.controls, this.beginning, this.offer, make("div", { class: "buttons" }, button("Look for recordings", () => void this.look(), { class: "plain" })));
    void this.look();
  }

  tell(replay: Replay | undefined): void {
    const silent = replay !== undefined && replay.here !== true && !replay.ended && this.now() - Date.parse(replay.heard) > silentAfter;
    const reads = replay?.here === true && !replay.ended && replay.of === 0;
    write(this.chip, replay === undefined ? "none" : replay.ended ? replay.end ?? "ended" : silent ? "no word of it" : replay.paused ? "paused" : reads ? "reading" : "running");
    this.chip.className = replay !== undefined && (replay.end === "failed" || (!replay.ended && (silent || replay.paused))) ? "chip warn" : "chip";
    this.underWay = replay !== undefined && !replay.ended && !silent;
    this.controls.disabled = replay === undefined || replay.ended;
    this.stop.hidden = replay?.here !== true;
    this.beginning.disabled = !this.offered || this.underWay;
    this.none.hidden = replay !== undefined;
    this.facts.hidden = replay === undefined;
    this.epilogue.hidden = replay?.end == null;
    if (replay !== undefined) this.tellFacts(replay);
  }

  /** What is known of a replay. The link stays the same element: who has it in focus keeps it. */
  private tellFacts(replay: Replay): void {
    const found = replay.result ?? undefined;
    write(this.told[0]!, replay.file);
    write(this.book, replay.symbol === "" ? "…" : replay.symbol);
    if (replay.symbol !== "") this.book.href = `/trade/${encodeURIComponent(replay.symbol)}`;
    write(this.told[2]!, `${replay.done} of ${replay.of}`);
    write(this.told[3]!, replay.speed === 0 ? "as fast as it goes" : `${replay.speed} commands a second`);
    write(this.told[4]!, found === undefined ? "" : `${found.aggressiveExact} of ${found.aggressive} aggressive orders, ${found.rowsEqual} of ${found.rows} book rows`);
    this.told[4]!.hidden = this.exact.hidden = found === undefined;
    this.epilogue.className = replay.end === "failed" ? "problem" : "muted";
    write(this.epilogue, this.outcome(replay));
  }

  /** What is true of the book now that the replay has ended; nothing while it runs. */
  private outcome(replay: Replay): string {
    if (replay.end === "failed") return `It could not go on. ${replay.problem ?? ""}`;
    if (replay.end === "stopped") return "Orders sent before stay in the book until a replay begins there again.";
    return replay.end === "done" ? "The book stays as the recording left it, until a replay begins there again." : "";
  }

  private fillBeginning(): void {
    const symbol = make("input", { placeholder: "as the file or stock, with .L", "aria-label": "Symbol of the replay", autocomplete: "off" });
    const speed = make("input", { value: "50", "aria-label": "Begin with commands a second", inputmode: "numeric" });
    const batch = make("input", { value: "1", "aria-label": "Resting orders in one request", inputmode: "numeric" });
    const begin = (): void => {
      const [perSecond, together] = [wholeNumber(speed, this.problem), wholeNumber(batch, this.problem)];
      if (perSecond === undefined || together === undefined) return;
      void this.act("/sim/replay/start", {
        file: this.recording.value, speed: perSecond, batch: together, ...(symbol.value === "" ? {} : { symbol: symbol.value }),
        ...(this.stock.hidden || this.ticker.value === "" ? {} : { ticker: this.ticker.value }),
      });
    };
    this.recording.addEventListener("change", () => this.askForStock());
    const fields: readonly (readonly [string, HTMLElement])[] = [["Recording", this.recording], ["Symbol", symbol], ["Speed", speed], ["In one request", batch]];
    const labels = fields.map(([label, input]) => make("label", { class: "field" }, `${label} `, input));
    this.beginning.append(make("h3", {}, "Begin one"), ...labels.slice(0, 1), this.stock, ...labels.slice(1),
      make("p", { class: "muted" }, "Speed is in commands a second, 0 is as fast as it goes. One order in a request looks alive, more are faster. A market that is paused or begins anew leaves a replay alone; an exchange that stops ends it."),
      make("div", { class: "buttons" }, button("Start the replay", begin, { class: "solid" })));
  }

  private setSpeed(input: HTMLInputElement): void {
    const speed = wholeNumber(input, this.problem);
    if (speed !== undefined) void this.act("/sim/replay", { speed });
  }

  private askForStock(): void {
    this.stock.hidden = !this.ofAllStocks.has(this.recording.value);
  }

  /** What can be begun. */
  private async look(): Promise<void> {
    const found = await read<Recordings>("/sim/recordings");
    const recordings = (found?.recordings ?? []).filter((one) => one.format !== null);
    const others = (found?.recordings.length ?? 0) - recordings.length;
    const chosen = this.recording.value;
    this.recording.replaceChildren(...recordings.map((one) => make("option", { value: one.name, selected: one.name === chosen }, `${one.name} (${formats[one.format!] ?? one.format!}, ${Math.ceil(one.bytes / 1024)} KiB)`)));
    this.ofAllStocks.clear();
    for (const one of recordings) if (one.format === "itch50") this.ofAllStocks.add(one.name);
    this.askForStock();
    this.offered = recordings.length > 0;
    this.beginning.hidden = !this.offered;
    this.beginning.disabled = !this.offered || this.underWay;
    write(this.offer, found === undefined ? "The folder of recordings can't be read."
      : !found.configured ? "No recording can be begun from here: the silo was started without --recordings DIR, a folder of such files."
        : !this.offered ? "No recording lies in the silo's folder (--recordings): files of commands (.cmds.csv, .gz), LOBSTER's, or day files of ITCH 5.0."
          : others > 0 ? `${others} other files of the folder are no recordings.` : "");
  }
}
