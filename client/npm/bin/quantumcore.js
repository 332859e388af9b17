#!/usr/bin/env node
// `npx quantumcore [options]` starts the exchange in the foreground, with the silo's own options.
import { spawn } from "node:child_process";
import { findSilo } from "../index.js";

const [program, ...first] = findSilo();
const silo = spawn(program, [...first, ...process.argv.slice(2)], { stdio: "inherit" });

// A terminal sends Ctrl+C to the silo, too; a second one would cut its shutdown short. This process waits for it.
process.on("SIGINT", () => {});
process.on("SIGTERM", () => silo.kill("SIGTERM"));
silo.on("error", error => {
    console.error(error.message);
    process.exitCode = 70;
});
silo.on("exit", (code, signal) => (process.exitCode = code ?? (signal ? 1 : 0)));
