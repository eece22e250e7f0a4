#!/usr/bin/env node
// The launcher: everything lives behind it in app/cli.
import { main } from "./app/cli/main.js"

await main(process.argv.slice(2))
