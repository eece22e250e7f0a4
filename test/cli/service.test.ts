// The systemd unit of the watch, read by systemd itself where it is installed.
import { spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { expect, test } from "vitest"

const unit = fileURLToPath(new URL("../../packaging/sillage-watch.service", import.meta.url))

function analyze(...args: readonly string[]): { readonly code: number | null; readonly said: string } | undefined {
  const { error, status, stdout, stderr } = spawnSync("systemd-analyze", args, { encoding: "utf8" })
  return error ? undefined : { code: status, said: `${stdout}${stderr}` }
}

test("the unit is one that systemd accepts, and a wrong one is not", (context) => {
  const verified = analyze("verify", unit)
  if (!verified) return context.skip("systemd-analyze is not installed")
  expect(verified).toEqual({ code: 0, said: "" })
  const folder = mkdtempSync(join(tmpdir(), "sillage-unit-"))
  const wrong = join(folder, "wrong.service")
  writeFileSync(wrong, readFileSync(unit, "utf8").replace("Restart=on-failure", "Restart=perhaps"))
  expect(analyze("verify", wrong)?.said).toMatch(/perhaps/)
  rmSync(folder, { recursive: true, force: true })
})

test("it is confined: systemd's own rating of its exposure is low", (context) => {
  const rated = analyze("security", "--offline=true", unit)
  const exposure = /Overall exposure level for sillage-watch\.service: ([\d.]+)/.exec(rated?.said ?? "")?.[1]
  // Before systemd 250 there is no rating of a file.
  if (exposure === undefined) return context.skip("systemd-analyze security --offline is not there")
  expect(Number(exposure)).toBeLessThan(2.5)
})

test("the options of its command are those of the program", () => {
  const command = /^ExecStart=\/usr\/bin\/env (.*)$/m.exec(readFileSync(unit, "utf8"))?.[1] ?? ""
  const [program, ...words] = command.split(" ")
  expect(program).toBe("sillage")
  const cli = fileURLToPath(new URL("../../dist/cli.js", import.meta.url))
  const { stdout } = spawnSync(process.execPath, [cli, "watch", "--help"], { encoding: "utf8" })
  for (const word of words.filter((one) => one.startsWith("--"))) expect(stdout).toContain(word)
})
