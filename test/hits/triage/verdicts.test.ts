import { expect, test } from "vitest"
import { dismissalsAsWarninglist, standingOf, type Verdict, verdictFault } from "../../../src/hits/triage/verdicts.js"

const dismissal: Verdict = {
  subject: "203.0.113.7",
  decision: "dismissed",
  reason: "our own teleworker",
  author: "c.petit",
  at: "2021-08-01T10:00:00Z",
  expires: "2021-09-01T00:00:00Z",
  seen: { class: "weak", points: 30 },
}

test("a dismissal needs a reason, and its expiry lies after it", () => {
  expect(verdictFault(dismissal)).toBeUndefined()
  expect(verdictFault({ ...dismissal, reason: " " })).toBe("a dismissal needs a reason")
  expect(verdictFault({ ...dismissal, expires: "2021-07-01T00:00:00Z" })).toContain("expiry")
  expect(verdictFault({ ...dismissal, author: "" })).toContain("author")
})

test("a dismissed subject stays so until a stronger hit or the expiry", () => {
  const at = (time: string, points = 30) =>
    standingOf([dismissal], "203.0.113.7", { time, triage: { class: points > 44 ? "probable" : "weak", points } })
  expect(at("2021-08-02T00:00:00Z").state).toBe("dismissed")
  expect(at("2021-08-02T00:00:00Z", 53)).toMatchObject({ state: "reopened", why: "stronger" })
  expect(at("2021-09-01T00:00:00Z")).toMatchObject({ state: "reopened", why: "expired" })
  expect(standingOf([dismissal], "198.51.100.1", { time: "2021-08-02T00:00:00Z" }).state).toBe("open")
})

test("the last decision counts, and a note decides nothing", () => {
  const confirmed: Verdict = { subject: "203.0.113.7", decision: "confirmed", author: "c.petit", at: "2021-08-03T10:00:00Z" }
  const noted: Verdict = {
    subject: "203.0.113.7",
    decision: "noted",
    note: "asked the branch",
    author: "c.petit",
    at: "2021-08-04T10:00:00Z",
  }
  expect(standingOf([confirmed, dismissal, noted], "203.0.113.7", { time: "2021-08-05T00:00:00Z" }).state).toBe("confirmed")
})

test("a dismissal of one asset does not speak for the others", () => {
  const verdicts = [{ ...dismissal, asset: "192.0.2.1" }]
  const time = "2021-08-02T00:00:00Z"
  expect(standingOf(verdicts, "203.0.113.7", { time, asset: "192.0.2.1" }).state).toBe("dismissed")
  expect(standingOf(verdicts, "203.0.113.7", { time, asset: "192.0.2.2" }).state).toBe("open")
})

test("standing dismissals leave as a MISP warninglist, expired and single-asset ones do not", () => {
  const others: Verdict[] = [
    { ...dismissal, subject: "198.51.100.1", expires: "2021-08-02T00:00:00Z" },
    { ...dismissal, subject: "192.0.2.9", asset: "192.0.2.1" },
  ]
  expect(dismissalsAsWarninglist([dismissal, ...others], "2021-08-05T00:00:00Z")).toMatchObject({
    type: "cidr",
    version: 20210805,
    list: ["203.0.113.7"],
  })
  expect(dismissalsAsWarninglist([{ ...dismissal, subject: "evil.example" }], "2021-08-05T00:00:00Z")).toMatchObject({
    type: "string",
    list: ["evil.example"],
  })
})
