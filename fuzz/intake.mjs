// `npm run fuzz:intake [-- SECONDS [FORMAT]]`: every parser of bulletins over documents made wrong, so many seconds each (60 unless told otherwise).
import { spawnSync } from "node:child_process"
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("..", import.meta.url))
const seconds = Number(process.argv[2] ?? 60)
const formats = process.argv[3] === undefined ? readdirSync(join(root, "test/fixtures/bulletins")).sort() : [process.argv[3]]
const folder = mkdtempSync(join(tmpdir(), "sillage-fuzz-"))
const trace = join(folder, "case")
// Another start each time; the number is told with every failure.
const seed = Date.now() % 1_000_000_000

let failed = 0
for (const format of formats) {
  const { status, error } = spawnSync(process.execPath, ["node_modules/vitest/vitest.mjs", "run", "test/intake/mutations.test.ts"], {
    cwd: root,
    stdio: "inherit",
    timeout: seconds * 2000 + 120_000,
    env: {
      ...process.env,
      SILLAGE_FUZZ_SECONDS: String(seconds),
      SILLAGE_FUZZ_FORMAT: format,
      SILLAGE_FUZZ_SEED: String(seed),
      SILLAGE_FUZZ_TRACE: trace,
    },
  })
  if (status === 0) continue
  failed++
  console.error(`${format} failed${error ? ` (${error.message})` : ""}; the case in hand was ${readFileSync(trace, "utf8")}`)
}
rmSync(folder, { recursive: true, force: true })
process.exitCode = failed > 0 ? 1 : 0
