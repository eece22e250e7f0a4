#!/usr/bin/env node
// The launcher: everything lives behind it in app/cli.
import { setFlagsFromString } from "node:v8"
import { main } from "./app/cli/main.js"

// Most commands run for seconds: what the engine compiles to perfection after a few calls, as it would by itself, costs them more than it saves.
setFlagsFromString("--interrupt-budget=1000000")

await main(process.argv.slice(2))
