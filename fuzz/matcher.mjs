// `npm run fuzz [-- RUNS]`: the long run of kernel and verifier against the slow oracle (100,000 generated lines unless told otherwise).
import { spawnSync } from "node:child_process"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("..", import.meta.url))
const { status } = spawnSync(process.execPath, ["node_modules/vitest/vitest.mjs", "run", "test/match/oracle.test.ts"], {
  cwd: root,
  stdio: "inherit",
  env: { ...process.env, SILLAGE_FUZZ_RUNS: process.argv[2] ?? "100000" },
})
process.exitCode = status ?? 2
