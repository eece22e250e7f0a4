// Spellings that the first kernel once did not mark, so that a hunt ended with a wrong "nothing found". Each must be found through the command.
import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { expect, test } from "vitest"

const cli = fileURLToPath(new URL("../../dist/cli.js", import.meta.url))

function check(line: string, indicator: string): void {
  const folder = mkdtempSync(join(tmpdir(), "sillage-rare-"))
  writeFileSync(join(folder, "x.log"), `nothing here\n${line}\n`)
  const { status } = spawnSync(process.execPath, [cli, "hunt", "--indicator", indicator, "--json", folder])
  rmSync(folder, { recursive: true, force: true })
  expect(status).toBe(0)
}

test("colour as a terminal spells it", () => check("^[[1;31m203.0.113.9^[[0m denied", "203.0.113.9"))
test("a reverse name with length prefixes", () => check("PACKET R Q PTR (1)9(3)113(1)0(3)203(7)in-addr(4)arpa(0)", "203.0.113.9"))
test("a URL host in hex parts", () => check("GET http://0xCB.0.0x71.9/ HTTP/1.1", "203.0.113.9"))
test("a URL host in two parts", () => check("GET http://203.28937/ HTTP/1.1", "203.0.113.9"))
test("an octal URL host", () => check("GET http://0313.0.0161.011/x HTTP/1.1", "203.0.113.9"))
test("/proc/net/tcp6, a mapped address", () =>
  check(
    "   1: 0000000000000000FFFF00000500000A:C822 0000000000000000FFFF0000097100CB:01BB 01 00000000:00000000 00:00000000 00000000",
    "203.0.113.9",
  ))
test("/proc/net/tcp6, an IPv6 address", () =>
  check(
    "   1: B80D0120000000000000000005000000:C822 B80D0120000000000000000009000000:01BB 01 00000000:00000000 00:00000000 00000000",
    "2001:db8::9",
  ))
