/** A running exchange. */
export interface RunningExchange {
    /** Address of its HTTP API, for example http://127.0.0.1:43127. */
    address: string;
    /** API keys of a demo by name: alice, bob and admin. */
    keys: Record<string, string>;
    /** Ends the exchange as Ctrl+C does; on Windows, the process ends at once. */
    close(): Promise<void>;
}

export interface StartOptions {
    /** Further options of the silo (`quantumcore --help`). */
    options?: string[];
    /** Time limit until it is ready, in milliseconds; 60,000 by default. */
    timeout?: number;
}

/**
 * Starts an exchange in memory on a free port; nobody else trades on it.
 * @throws Error if the silo is not found or does not start; the message contains its output.
 */
export function startExchange(start?: StartOptions): Promise<RunningExchange>;

/**
 * Returns the command that starts the silo: the environment variable QUANTUMCORE_PROGRAM (an executable or a .dll), the
 * one in this package, on the PATH, or among the .NET tools of the user.
 * @throws Error if there is none.
 */
export function findSilo(): string[];
