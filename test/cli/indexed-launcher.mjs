// Sillage as a launcher for ../shared/cases/run.mjs that indexes the archive before every hunt, so that each answer comes by way of the index.
import { spawnSync } from "node:child_process"
import { fileURLToPath } from "node:url"

const cli = fileURLToPath(new URL("../../dist/cli.js", import.meta.url))
const [command, ...args] = process.argv.slice(2)
const workspace = ["--workspace", "index-workspace"]
const built = spawnSync(process.execPath, [cli, "index", "build", "--quiet", "--json", ...workspace, args.at(-1)], { encoding: "utf8" })
if (built.status !== 0 && built.status !== 3) throw new Error(`the index was not built (${built.status}): ${built.stderr}`)
const hunt = spawnSync(process.execPath, [cli, command, "--index", ...workspace, ...args], { maxBuffer: 1 << 28 })
process.stdout.write(hunt.stdout)
process.stderr.write(hunt.stderr)
process.exitCode = hunt.status ?? 2
