// Rehearses what people do most, and leaves what the engine compiled meanwhile beside the chunks of dist/ (src/launch.ts). Part of the build.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { syncBuiltinESMExports } from "node:module"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import v8 from "node:v8"
import { bulletinPath, listedAddresses, makeArchive } from "./demo/make-archive.mjs"
import { compiled, compiledName, launch } from "./dist/launch.js"

// The engine takes back only what was made with the flags that a start has; meanwhile it is not to forget what ran only once.
const setFlags = v8.setFlagsFromString
v8.setFlagsFromString = () => {}
syncBuiltinESMExports()
setFlags("--no-flush-bytecode")

const chunks = fileURLToPath(new URL("./dist/chunks/", import.meta.url))
const folder = mkdtempSync(join(tmpdir(), "sillage-rehearsal-"))
try {
  await makeArchive(folder, { megabytes: 4, threads: 1 })
  const list = join(folder, "list.txt")
  writeFileSync(list, listedAddresses().join("\n"))
  const logs = join(folder, "logs")
  const workspace = ["--workspace", join(folder, "workspace")]
  await run("index", "build", ...workspace, logs)
  await run("hunt", "--bulletin", bulletinPath, "--index", "--workers", "1", ...workspace, logs)
  await run("hunt", "--bulletin", list, "--index", "--json", ...workspace, logs)
  await run("seen", "--json", ...workspace, listedAddresses()[0])
  setFlags("--flush-bytecode")
  for (const [chunk, code] of compiled()) writeFileSync(join(chunks, compiledName(chunk)), code)
} finally {
  rmSync(folder, { recursive: true, force: true })
}

/** One command, its output unseen; a fault of it is one of the build. */
async function run(...args) {
  const { main } = launch("cli", (name) => import(name))
  const [out, err] = [process.stdout.write, process.stderr.write]
  let errors = ""
  process.stdout.write = swallow(() => {})
  process.stderr.write = swallow((text) => (errors += text))
  try {
    await main(args)
  } finally {
    Object.assign(process.stdout, { write: out })
    Object.assign(process.stderr, { write: err })
  }
  const code = process.exitCode
  process.exitCode = 0
  if (code === 2) throw new Error(`rehearsing ${args.join(" ")} failed: ${errors}`)
}

function swallow(take) {
  return (text, ...rest) => {
    take(String(text))
    rest.findLast((one) => typeof one === "function")?.()
    return true
  }
}
