import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
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

    // npx puts this package's own command first on the PATH: a script of node is not the silo.
    const onPath = (process.env.PATH ?? "").split(delimiter).filter(folder => !folder.includes("node_modules"));
    const found = [packed, ...onPath, join(homedir(), ".dotnet", "tools")].map(folder => join(folder, name)).find(existsSync);
    if (found) return [found];

    throw new Error("The silo was not found. Install it with `dotnet tool install -g QuantumCore.Silo`, or set QUANTUMCORE_PROGRAM.");
}

export async function startExchange({ options = [], timeout = 60_000 } = {}) {
    const folder = await mkdtemp(join(tmpdir(), "quantumcore-"));
    const [ready, log] = [join(folder, "ready.json"), join(folder, "log.txt")];
    const output = await open(log, "w");
    const [program, ...first] = findSilo();
    const own = Object.entries(defaults).filter(([name]) => !options.includes(name)).flat();
    const silo = spawn(program, [...first, ...own, "--ready-file", ready, ...options], { stdio: ["ignore", output.fd, output.fd] });
    let failure;
    const ended = new Promise(resolve => {
        silo.on("error", error => resolve(failure = error.message));
        silo.on("exit", code => resolve(failure ??= `It ended with ${code}.`));
    });

    const close = async () => {
        silo.kill("SIGTERM");
        await Promise.race([ended, sleep(30_000, undefined, { ref: false }).then(() => silo.kill("SIGKILL"))]);
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
