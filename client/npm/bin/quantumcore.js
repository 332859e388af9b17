#!/usr/bin/env node
// `npx quantumcore [options]` starts the exchange in the foreground, with the silo's own options.
import { spawn } from "node:child_process";
import { findSilo } from "../index.js";

const [program, ...first] = findSilo();
const silo = spawn(program, [...first, ...process.argv.slice(2)], { stdio: "inherit" });

// Ctrl+C reaches the silo by itself; a signal to this process alone is passed on.
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => silo.kill(signal));
silo.on("error", error => {
    console.error(error.message);
    process.exitCode = 70;
});
silo.on("exit", (code, signal) => (process.exitCode = code ?? (signal ? 1 : 0)));
