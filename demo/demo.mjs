// `npm run demo`: makes the archive, hunts it as a user would, and shows the answer beside what was planted.
// Options: --megabytes N, --seed TEXT, --folder DIR, --control (the same archive without any trace: nothing may be found).
import { spawn } from "node:child_process"
import { existsSync } from "node:fs"
import { join, relative } from "node:path"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import { compare, render } from "./compare.mjs"
import { ownNetwork } from "./lib/organisation.mjs"
import { bulletinPath, defaults, makeArchive, progressLine } from "./make-archive.mjs"
import { window } from "./plants.mjs"

const cli = fileURLToPath(new URL("../dist/cli.js", import.meta.url))

const { values } = parseArgs({
  options: {
    megabytes: { type: "string" },
    seed: { type: "string" },
    folder: { type: "string" },
    control: { type: "boolean", default: false },
  },
})
if (!existsSync(cli)) {
  process.stderr.write("dist/cli.js is missing: run `npm run build` first\n")
  process.exit(2)
}
const folder = values.folder ?? fileURLToPath(new URL(values.control ? "./archive/control" : "./archive/campaign", import.meta.url))
const truth = await makeArchive(folder, {
  seed: values.seed ?? defaults.seed,
  megabytes: Number(values.megabytes ?? defaults.megabytes),
  control: values.control,
  progress: progressLine,
})
process.stderr.write(
  `archive: ${truth.files} files, ${(truth.rawBytes / 1e6).toFixed(0)} MB of text in ${(truth.storedBytes / 1e6).toFixed(0)} MB, at ${folder}\n\n`,
)

const root = join(folder, "logs")
const options = ["--bulletin", bulletinPath, "--since", window.since, "--until", window.until, "--tz", "Europe/Paris", "--own", ownNetwork]
process.stdout.write(
  `$ sillage hunt ${options.map((option) => (option === bulletinPath ? relative(process.cwd(), option) : option)).join(" ")} ${relative(process.cwd(), root)}\n\n`,
)
const shown = await run([...options, root], "inherit")
const answer = await run([...options, "--json", root], "pipe")
const result = compare(answer.output, truth, root)
process.stdout.write(`\n${render(result)}`)

const wantedExit = values.control ? 1 : 0
const faults = [
  result.missed.length > 0 && "something planted was missed",
  result.falseHits.length > 0 && "something was reported that was not planted",
  shown.code !== wantedExit && `exit code ${shown.code} instead of ${wantedExit}`,
  answer.code !== shown.code && `exit code ${answer.code} with --json, ${shown.code} without`,
  result.summary === undefined && "no summary was written",
  result.incomplete.length > 0 && `not wholly searched: ${result.incomplete.map(({ source }) => source.path).join(", ")}`,
].filter((fault) => fault !== false)
for (const fault of faults) process.stderr.write(`demo: ${fault}\n`)
process.exitCode = faults.length === 0 ? 0 : 1

function run(parameters, output) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [cli, "hunt", ...parameters], {
      stdio: ["ignore", output, output === "pipe" ? "ignore" : "inherit"],
    })
    const chunks = []
    child.stdout?.on("data", (chunk) => chunks.push(chunk))
    child.once("error", reject)
    child.once("close", (code) => resolve({ code, output: Buffer.concat(chunks).toString("utf8") }))
  })
}
