import type { Problem } from "./protocol.js";

/** What a call came to: an answer, a refusal, or nothing that tells what became of it. */
export type Outcome<T> = { kind: "done"; value: T } | { kind: "refused"; problem: Problem } | { kind: "unknown" };

const base = "/api/qc/v1";

/** How long an answer is waited for, in milliseconds. */
export const patience = 10_000;

let unauthorized: () => void = () => undefined;

/** Calls back when the exchange does not know any more who calls: a session has ended, by itself or from somewhere else. */
export function onUnauthorized(does: () => void): void {
  unauthorized = does;
}

/** Calls the native API; without an answer where it is given up. */
export async function call<T>(method: string, path: string, body?: unknown, givenUp?: AbortSignal): Promise<Outcome<T>> {
  const late = AbortSignal.timeout(patience);
  try {
    const response = await fetch(base + path, {
      method,
      headers: body === undefined ? {} : { "content-type": "application/json" },
      body: body === undefined ? null : JSON.stringify(body),
      signal: givenUp === undefined ? late : AbortSignal.any([late, givenUp]),
    });
    // What is no JSON was not said by the exchange: something between has answered in its place.
    const isJson = response.headers.get("content-type")?.includes("json") === true;
    if (response.ok && response.status !== 204) return isJson ? { kind: "done", value: (await response.json()) as T } : { kind: "unknown" };
    if (response.ok) return { kind: "done", value: undefined as T };
    // What is asked about the session itself is told to who asked.
    if (response.status === 401 && !/^\/(sessions|users?)(\/|$)/.test(path)) unauthorized();
    const problem = (await response.json()) as Problem;
    // The exchange itself does not know, or something between has answered in its place.
    return problem.code === undefined || problem.code === "OutcomeUnknown" ? { kind: "unknown" } : { kind: "refused", problem };
  } catch {
    return { kind: "unknown" };
  }
}

/** Whether the same call may be answered otherwise in a while: no answer came, or the exchange was busy. */
export function mayChange(outcome: Outcome<unknown>): boolean {
  return outcome.kind === "unknown" || (outcome.kind === "refused" && (outcome.problem.status === 429 || outcome.problem.status >= 500));
}

export const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Asks, and a second later again while the answer may change: at most so often, and as long as somebody wants it. */
export async function insist<T>(ask: () => Promise<Outcome<T>>, most = Infinity, isWanted: () => boolean = () => true): Promise<Outcome<T>> {
  let outcome = await ask();
  for (let asked = 1; asked < most && mayChange(outcome); asked++) {
    console.warn("asked again:", outcome.kind === "refused" ? outcome.problem.code : "no answer");
    await pause(1_000);
    if (!isWanted()) break;
    outcome = await ask();
  }
  return outcome;
}

/** The answer of a reading; undefined when there is none. */
export async function read<T>(path: string): Promise<T | undefined> {
  const outcome = await call<T>("GET", path);
  return outcome.kind === "done" ? outcome.value : undefined;
}

/** Why not, in a sentence for a person. */
export function explain(problem: Problem): string {
  const words = problem.detail ?? problem.title;
  return problem.limit === null || words.includes(problem.limit) ? words : `${words} (limit ${problem.limit})`;
}
