// What an alert looks like in each output, with hostile values, parsed back.
import { describe, expect, test } from "vitest"
import { safe } from "../../../src/app/cli/safe-text.js"
import { forElsewhere, sentenceOf } from "../../../src/app/deliver/alert-text.js"
import { digestOf } from "../../../src/app/deliver/mail-output.js"
import { metricsText } from "../../../src/app/deliver/status-endpoint.js"
import { syslogLine } from "../../../src/app/deliver/syslog-line.js"
import { lineOf } from "../../../src/app/deliver/terminal-output.js"
import { alertWith, hitWith, nasty, nastyAlert } from "./alerts.js"

const clean = safe(nasty, 1024)
const hasControls = (text: string): boolean => /[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/.test(text)

describe("RFC 5424", () => {
  /** Section 6: header, one element of structured data, message. */
  const read = (line: string) => {
    const match = /^<(\d{1,3})>1 (\S+) (\S+) (\S+) (\S+) (\S+) \[(\S+) ((?:[a-zA-Z]+="(?:[^"\\\]]|\\["\\\]])*" ?)+)\] \ufeff(.*)$/.exec(
      line,
    )
    if (!match) throw new Error(`no RFC 5424: ${line}`)
    const pairs = [...(match[8] as string).matchAll(/([a-zA-Z]+)="((?:[^"\\\]]|\\["\\\]])*)"/g)]
    const data = Object.fromEntries(pairs.map(([, name, value]) => [name, (value as string).replace(/\\(["\\\]])/g, "$1")]))
    return { pri: Number(match[1]), time: match[2], app: match[4], id: match[7], data, message: match[9] as string }
  }

  test("carries the alert", () => {
    const line = read(syslogLine(alertWith(), "rfc5424", "1"))
    expect(line).toMatchObject({ pri: 13 * 8 + 4, time: "2026-03-15T08:00:02.000Z", app: "sillage", id: "sillage@32473" })
    expect(line.data).toMatchObject({
      id: "0123456789abcdef",
      revision: "1",
      indicator: "203.0.113.9",
      asset: "10.0.0.5",
      count: "3",
      tlp: "amber",
    })
    expect(line.message).toContain("203.0.113.9")
  })

  test("gives hostile values back as they were, without control characters", () => {
    const line = syslogLine(nastyAlert(), "rfc5424", "1")
    expect(hasControls(line.replace("\ufeff", ""))).toBe(false)
    expect(read(line).data).toMatchObject({ indicator: clean, bulletin: clean, asset: clean })
  })
})

describe("CEF", () => {
  const read = (line: string) => {
    const body = line.slice(line.indexOf("CEF:"))
    const match =
      /^CEF:0\|((?:[^|\\]|\\.)*)\|((?:[^|\\]|\\.)*)\|((?:[^|\\]|\\.)*)\|((?:[^|\\]|\\.)*)\|((?:[^|\\]|\\.)*)\|(\d+)\|(.*)$/.exec(body)
    if (!match) throw new Error(`no CEF: ${line}`)
    const unescaped = (match[7] as string).split(/ (?=[a-zA-Z0-9]+=)/)
    const pairs = unescaped.map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1).replace(/\\([\\=])/g, "$1")])
    return {
      vendor: match[1],
      name: (match[5] as string).replace(/\\([\\|])/g, "$1"),
      severity: Number(match[6]),
      get: Object.fromEntries(pairs),
    }
  }

  test("carries the alert", () => {
    const event = read(syslogLine(alertWith({ grade: "authenticated" }), "cef", "1.2"))
    expect(event).toMatchObject({ vendor: "Sillage", severity: 10 })
    expect(event.get).toMatchObject({
      externalId: "0123456789abcdef",
      src: "203.0.113.9",
      dst: "10.0.0.5",
      cnt: "3",
      act: "blocked",
      cs1: "203.0.113.9",
      cs3: "amber",
    })
  })

  test("gives hostile values back: none of them becomes a field or a header", () => {
    const event = read(syslogLine(nastyAlert(), "cef", "1"))
    expect(event.get).toMatchObject({ cs1: clean, cs2: clean, cs4: clean, msg: clean, suser: clean })
    expect(event.vendor).toBe("Sillage")
  })
})

test("a line on a terminal holds no control character, whatever the record holds", () => {
  expect(hasControls(lineOf(nastyAlert(), false))).toBe(false)
  expect(lineOf(alertWith({ grade: "contact" }), true)).toMatch(/^\x1b\[1;31m.*\x1b\[0m$/)
  expect(sentenceOf(alertWith())).toBe("attempt: ipv4-addr 203.0.113.9, towards 10.0.0.5, 3 records, blocked, /var/log/fw.log:12")
})

describe("a mail digest", () => {
  test("names the strictest marking, and defangs", () => {
    const mail = digestOf([alertWith({ tlp: null }), alertWith({ id: "b", grade: "contact" })])
    expect(mail.subject).toBe("[TLP:AMBER] Sillage: 2 alerts, 1 indicator")
    expect(mail.text).toContain("203[.]0[.]113[.]9")
    expect(mail.text.indexOf("CONTACT")).toBeLessThan(mail.text.indexOf("attempt"))
    expect(mail.messageId).toBe(digestOf([alertWith({ tlp: null }), alertWith({ id: "b", grade: "contact" })]).messageId)
  })

  test("lets no hostile value into a header or a line of its own", () => {
    const mail = digestOf([nastyAlert()])
    expect(hasControls(mail.subject)).toBe(false)
    expect(hasControls(mail.text.replaceAll("\n", ""))).toBe(false)
    expect(mail.text.split("\n").filter((line) => line.startsWith("<script>"))).toEqual([])
  })
})

test("of a TLP:RED indicator others learn only that there is an alert", () => {
  const example = hitWith({ record: "secret record", observed: "203.0.113.9" })
  const text = JSON.stringify(forElsewhere(alertWith({ tlp: "red", example })))
  expect(text).not.toContain("203.0.113.9")
  expect(text).not.toContain("secret")
  expect(text).not.toContain("10.0.0.5")
  expect(JSON.parse(text)).toMatchObject({ id: "0123456789abcdef", tlp: "red" })
  expect(forElsewhere(alertWith())).toEqual(alertWith())
})

test("metrics are lines that Prometheus reads", () => {
  const watch = {
    state: "running",
    reason: null,
    indicators: 1,
    files: 2,
    bytes: 3,
    records: 4,
    hits: 5,
    echoes: 6,
    alerts: 7,
    problems: 8,
    behind: 9,
    swaps: 1,
    swapPauseMs: 250,
    pastLeft: 0,
    deaths: 0,
  } as const
  const outputs = [{ name: 'file "x"\n', waiting: 3, delivered: 4, failures: 5, refused: 0, error: null }]
  const text = metricsText({ watch, outputs, listeners: [], problems: { limit: 2 } })
  const line = /^(?:# (?:HELP|TYPE) sillage_\w+ .+|sillage_\w+(?:\{\w+="(?:[^"\\\n]|\\["\\n])*"\})? -?[\d.]+)$/
  expect(
    text
      .trimEnd()
      .split("\n")
      .filter((one) => !line.test(one)),
  ).toEqual([])
  expect(text).toContain("sillage_swap_pause_seconds 0.25")
  expect(text).toContain('sillage_problems_total{code="limit"} 2')
})
