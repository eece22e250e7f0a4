// A hunt that an older Sillage kept is shown as it was.
import { spawnSync } from "node:child_process"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { expect, test } from "vitest"
import type { HuntDetail } from "../../../src/app/cli/hunt-record.js"
import { initWorkspace, openWorkspace } from "../../../src/hits/store/workspace.js"

const cli = fileURLToPath(new URL("../../../dist/cli.js", import.meta.url))

test("a hunt that was kept before its answer had counts is shown, with the same numbers", () => {
  const root = mkdtempSync(join(tmpdir(), "sillage-hunts-"))
  const run = (...args: readonly string[]) => spawnSync(process.execPath, [cli, ...args], { cwd: root, encoding: "utf8" })
  try {
    const dir = join(root, "workspace")
    initWorkspace(dir).close()
    mkdirSync(join(root, "logs"))
    writeFileSync(join(root, "logs/a.log"), '192.0.2.9 - - [04/Mar/2021:05:06:07 +0000] "GET /a HTTP/1.1" 200 5 "-" "ua"\n')
    run("hunt", "--workspace", dir, "--no-decoys", "--indicator", "192.0.2.9", "logs")
    const show = () => ["", "--all", "--json"].map((flag) => run("hunts", "show", "1", "--workspace", dir, ...(flag ? [flag] : [])))
    const before = show()
    expect(before[0]).toMatchObject({ status: 0, stdout: expect.stringContaining("FOUND: 1 of 1") })

    const { hunts, close } = openWorkspace(dir)
    const { answer, triage } = hunts.detail("1") as HuntDetail
    const { counts: _, ...older } = answer
    const kept = { hits: [...hunts.hits("1")], sightings: [], coverage: hunts.coverage("1"), problems: hunts.problems("1") }
    const summary = hunts.get("1")?.summary as Readonly<Record<string, unknown>>
    hunts.finish("1", "done", { ...kept, detail: { answer: older, triage } }, summary, "2021-03-05T00:00:00Z")
    close()
    expect(show().map(({ status, stdout }) => ({ status, stdout }))).toEqual(before.map(({ status, stdout }) => ({ status, stdout })))
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
})
