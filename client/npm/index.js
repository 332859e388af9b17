import { spawn } from "node:child_process";
import { existsSync, realpathSync } from "node:fs";
import { mkdtemp, open, readFile, rm } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const defaults = { "--storage": "volatile", "--simulate": "none", "--urls": "http://127.0.0.1:0" };

export function findSilo() {
    const given = process.env.QUANTUMCORE_PROGRAM;
    if (given) return given.endsWith(".dll") ? ["dotnet", given] : [given];

    const system = { darwin: "osx", win32: "win" }[process.platform] ?? process.platform;
    const name = system === "win" ? "quantumcore.exe" : "quantumcore";
    const packed = join(dirname(fileURLToPath(import.meta.url)), "silo", `${system}-${process.arch}`);

    // The PATH may lead to the command of this package, a script that would start itself.
    const folders = [packed, ...(process.env.PATH ?? "").split(delimiter), join(homedir(), ".dotnet", "tools")];
    const found = folders.map(folder => join(folder, name)).find(file => existsSync(file) && !realpathSync(file).endsWith(".js"));
    if (found) return [found];

    throw new Error("The silo was not found. Install the .NET tool QuantumCore.Silo, or set QUANTUMCORE_PROGRAM to its path.");
}

export async function startExchange({ options = [], timeout = 60_000 } = {}) {
    const [program, ...first] = findSilo();
    const folder = await mkdtemp(join(tmpdir(), "quantumcore-"));
    const [ready, log] = [join(folder, "ready.json"), join(folder, "log.txt")];
    const output = await open(log, "w");
    const own = Object.entries(defaults).filter(([name]) => !options.includes(name)).flat();
    const silo = spawn(program, [...first, ...own, "--ready-file", ready, ...options], { stdio: ["ignore", output.fd, output.fd] });
    let failure;
    const ended = new Promise(resolve => {
        silo.on("error", error => resolve(failure = error.message));
        silo.on("exit", code => resolve(failure ??= `It ended with ${code}.`));
    });

    const end = () => silo.kill("SIGTERM");
    process.once("exit", end);
    const close = async () => {
        process.off("exit", end);
        end();
        await Promise.race([ended, sleep(30_000, undefined, { ref: false }).then(() => silo.kill("SIGKILL"))]);
        await ended;
        await output.close().catch(() => {});
        await rm(folder, { recursive: true, force: true });
    };

    const until = Date.now() + timeout;
    while (!existsSync(ready)) {
        if (failure !== undefined || Date.now() > until) {
            const text = await readFile(log, "utf8");
            await close();
            throw new Error(`The exchange did not start. ${failure ?? "It was not ready in time."} ${text}`);
        }
        await sleep(50);
    }

    return { ...JSON.parse(await readFile(ready, "utf8")), close };
}
