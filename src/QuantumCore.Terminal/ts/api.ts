import type { Problem } from "./protocol.js";

/** What a call came to: an answer, a refusal, or nothing that tells what became of it. */
export type Outcome<T> = { kind: "done"; value: T } | { kind: "refused"; problem: Problem } | { kind: "unknown" };

const base = "/api/qc/v1";
const patience = 10_000;

/** Calls the native API. */
export async function call<T>(method: string, path: string, body?: unknown): Promise<Outcome<T>> {
  try {
    const response = await fetch(base + path, {
      method,
      headers: body === undefined ? {} : { "content-type": "application/json" },
      body: body === undefined ? null : JSON.stringify(body),
      signal: AbortSignal.timeout(patience),
    });
    if (response.ok) return { kind: "done", value: (response.headers.get("content-type")?.includes("json") === true ? await response.json() : undefined) as T };
    const problem = (await response.json()) as Problem;
    // The exchange itself does not know, or something between has answered in its place.
    return problem.code === undefined || problem.code === "OutcomeUnknown" ? { kind: "unknown" } : { kind: "refused", problem };
  } catch {
    return { kind: "unknown" };
  }
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
