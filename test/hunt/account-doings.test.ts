// What accounts did after a login from a listed address is read in a second pass: by who acted, however the log writes the account, and what
// cannot be read then is told. Runs the built code in this process.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, expect, test } from "vitest"
import type { HuntProgress } from "../../src/hunt/hunt.js"
import { accountMatcherOf } from "../../src/hunt/load-matcher.js"
import type { Indicator } from "../../src/model/indicator.js"
import type { Fields, LogRecord } from "../../src/model/log-record.js"

const built = (path: string): string => new URL(`../../dist/${path}`, import.meta.url).href
const { hunt } = (await import(built("hunt/hunt.js"))) as typeof import("../../src/hunt/hunt.js")
const { triageAnswer } = (await import(built("hunt/triage-answer.js"))) as typeof import("../../src/hunt/triage-answer.js")

const folder = mkdtempSync(join(tmpdir(), "sillage-doings-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const indicatorOf = (type: Indicator["type"], value: string): Indicator => ({
  type,
  value,
  bulletin: "list",
  marks: [],
  provenance: "list",
})

const requestFor = (path: string) => ({
  since: null,
  until: null,
  own: [],
  trustedProxies: [],
  workers: 1,
  paths: [path],
  indicators: [indicatorOf("ipv4-addr", "203.0.113.9")],
})

test("an account is known in every way in which a field may hold it", () => {
  const accounts = ["1001", "a.martin"].map((name) => indicatorOf("file:name", name))
  const { verify } = accountMatcherOf(accounts, {} as never)
  const found = (user: Fields[string]) =>
    verify({
      text: "",
      format: "text",
      fields: { "user.name": user },
      direction: "unknown",
      action: "unknown",
      outcome: "unknown",
    } as LogRecord).map(({ indicator, observed }) => [indicator, observed])
  expect(found("a.martin")).toEqual([[1, "a.martin"]])
  expect(found("EXAMPLE\\A.Martin")).toEqual([[1, "EXAMPLE\\A.Martin"]])
  expect(found(["a.martin@example.org"])).toEqual([[1, "a.martin@example.org"]])
  expect(found(1001)).toEqual([[0, "1001"]])
  expect(found("martin")).toEqual([])
  expect(found("")).toEqual([])
})

test("what cannot be read for it any longer is a problem of the answer", async () => {
  const login = join(folder, "auth.log")
  const other = join(folder, "other.log")
  const stamp = (minute: number) => `2026-03-15T10:${String(minute).padStart(2, "0")}:00Z gw1 sshd[71]:`
  writeFileSync(login, `${stamp(1)} Accepted password for a.martin from 203.0.113.9 port 40000 ssh2\n`)
  writeFileSync(other, `${stamp(20)} Accepted password for a.martin from 198.51.100.7 port 40001 ssh2\n`)
  const request = requestFor(folder)
  const answer = await hunt(request)
  const whole = await triageAnswer(answer, request, [])
  expect(whole.followed).toEqual(["a.martin"])
  expect(whole.problems).toEqual([])
  rmSync(other)
  const { problems } = await triageAnswer(answer, request, [])
  expect(problems.map(({ where }) => where)).toEqual([other])
  expect(problems[0]?.message).toMatch(/^while it was read for what accounts did: /)
})

test("its progress is a pass of its own, from nothing read to everything", async () => {
  const login = join(folder, "auth.log")
  writeFileSync(login, "2026-03-15T10:01:00Z gw1 sshd[71]: Accepted password for a.martin from 203.0.113.9 port 40000 ssh2\n")
  const states: HuntProgress[] = []
  const request = {
    ...requestFor(login),
    progress: (state: HuntProgress) => states.push(state),
  }
  const answer = await hunt(request)
  const huntStates = states.splice(0)
  expect(huntStates.every(({ pass }) => pass === undefined)).toBe(true)
  await triageAnswer(answer, request, [])
  expect(states[0]).toMatchObject({ bytes: 0, filesTotal: 1, pass: "what accounts did" })
  expect(states.at(-1)).toMatchObject({
    bytes: states[0]?.bytesTotal,
    bytesTotal: states[0]?.bytesTotal,
    files: 1,
    pass: "what accounts did",
  })
})
