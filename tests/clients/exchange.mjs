// What every drive needs: where the exchange is, a list of checks, and an end that tells how many held.
import assert from 'node:assert/strict';

export { assert };
export const address = process.argv[2];
export const [symbol, market] = ['BTCUSDT', 'BTC/USDT'];
const failures = [];
let held = 0;

/** Runs one check; what it returns is given on. One that fails is told, and the others go on. */
export async function check (name, run) {
    try {
        const result = await run ();
        held++;
        return result;
    } catch (error) {
        failures.push (name);
        console.log (`FAILED ${name}: ${error?.constructor?.name} ${error?.message ?? JSON.stringify (error)}`);
        return undefined;
    }
}

/** Ends the process: 0 when every check held. */
export function end () {
    console.log (`${held} held, ${failures.length} failed`);
    process.exit (failures.length === 0 && held > 0 ? 0 : 1);
}

/** Asks until it is so; a check that waits for good fails in its own words. */
export async function until (what, isSo) {
    for (let i = 0; i < 1200; i++) {
        const found = await isSo ();
        if (found) {
            return found;
        }
        await new Promise (resolve => setTimeout (resolve, 25));
    }
    throw new Error (`waited in vain for ${what}`);
}
