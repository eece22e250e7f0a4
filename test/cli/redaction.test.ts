// Nothing internal leaves in a redacted report: a dictionary of all names, addresses, accounts and paths of the demo meets every part of every form.
import { spawnSync } from "node:child_process"
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import PostalMime from "postal-mime"
import { extractText } from "unpdf"
import { afterAll, beforeAll, expect, test, vi } from "vitest"

vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 })

const here = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url))
const cli = here("dist/cli.js")
let root: string
const at = (name: string) => join(root, name)
let words: RegExp

const profile = {
  organisation: { name: "Chantier Naval Exemple", sector: "shipbuilding", identifier: "RNE-4711" },
  contact: { name: "Maelle Kerbrat", email: "rssi@chantier-naval.example", phone: "+33 2 99 00 00 00" },
  zone: "Europe/Paris",
  internalNames: ["chantier-naval.example", "Chantier Naval Exemple"],
  assets: [{ match: "203.0.113.30", name: "vpn-brest", role: "VPN gateway" }],
}

/** As `sillage pivot --json` writes them, quoting what is internal. */
const leads = {
  abstained: false,
  reason: null,
  candidates: [
    {
      value: "198.51.100.9",
      bits: 20,
      q: 0.01,
      level: "strong",
      evidence: [
        {
          family: "account",
          bits: 12,
          text: "same account name tried as 3 of 9 confirmed relays and 2 of 900 other addresses: g.quemener",
        },
        {
          family: "content",
          bits: 8,
          text: "same page as 3 of 9 confirmed relays and 2 of 900 other addresses: mail.chantier-naval.example",
        },
      ],
      counterEvidence: [],
      counterfactual: { without: "g.quemener", bits: 8, level: "possible" },
      firstSeen: null,
      lastSeen: null,
      records: [],
    },
  ],
}

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "sillage-redaction-"))
  await plantedLogs(at("archive/logs/www.chantier-naval.example"))
  const bulletin = here("demo/bulletin/apt31-relays-2021.stix.json")
  const hunted = run(
    "hunt",
    "--json",
    "--quiet",
    "--no-decoys",
    "--bulletin",
    bulletin,
    "--tz",
    "Europe/Paris",
    "--own",
    "203.0.113.0/26",
    at("archive/logs"),
  )
  writeFileSync(at("hunt.ndjson"), hunted)
  writeFileSync(at("profile.json"), JSON.stringify(profile))
  writeFileSync(at("leads.json"), JSON.stringify(leads))
  writeFileSync(
    at("case.json"),
    JSON.stringify({ id: "CNE-2021-7", title: "y.kerbrat at Brest", measures: ["mailbox of g.quemener closed"], impact: "exchange" }),
  )
  const { people, workstations, inside, edge, domain } = await import(here("demo/lib/organisation.mjs"))
  const hits = hunted
    .split("\n")
    .filter((line) => line.startsWith('{"type":"hit"'))
    .map((line) => JSON.parse(line))
  const ofHits = hits.flatMap(({ fields, source }: { fields: Record<string, string>; source: { path: string } }) => [
    fields["host.name"],
    fields["user.name"],
    fields["url.domain"],
    source.path.split("/").at(-1),
  ])
  const dictionary = [
    ...people,
    ...workstations,
    ...Object.values(inside),
    ...Object.values(edge),
    domain,
    ...ofHits.flat().filter((one) => typeof one === "string" && one.length > 2),
    "chantier-naval",
    "Chantier Naval",
    "brest",
    root,
    "kerbrat",
    "RNE-4711",
    "+33 2 99",
    "CNE-2021",
    "vpn-brest",
  ] as string[]
  const listed = new Set(hits.map(({ indicator }: { indicator: { value: string } }) => indicator.value))
  const own = [...new Set(dictionary)].filter((one) => !listed.has(one)).sort((a, b) => b.length - a.length)
  expect(own.length).toBeGreaterThan(250)
  const pattern = own.map((one) => one.toLowerCase().replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|")
  words = new RegExp(`(?<![\\p{L}\\p{N}])(?:${pattern})(?![\\p{L}\\p{N}])`, "gu")
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

/** The planted lines of the demo alone, one file for each log: all of its names stand in them, and little else has to be read. */
async function plantedLogs(folder: string): Promise<void> {
  const [{ campaign }, { listedAddresses }] = await Promise.all([import(here("demo/plants.mjs")), import(here("demo/make-archive.mjs"))])
  const logs = new Map<string, string>()
  for (const { log, line } of campaign(listedAddresses(), "sillage").events) logs.set(log, `${logs.get(log) ?? ""}${line}\n`)
  mkdirSync(folder, { recursive: true })
  for (const [log, text] of logs) writeFileSync(join(folder, `${log}.log`), text)
}

function run(...args: readonly string[]): string {
  const { stdout, stderr, status } = spawnSync(process.execPath, [cli, ...args], {
    encoding: "utf8",
    maxBuffer: 1 << 28,
    env: { ...process.env, XDG_DATA_HOME: at("data") },
  })
  if (status !== 0) throw new Error(`${args[0]} ended with ${status}: ${stderr}`)
  return stdout
}

const forms = "html,pdf,md,csv,json,stix,misp,iodef,timeline"

function report(...more: readonly string[]): void {
  const bulletin = here("demo/bulletin/apt31-relays-2021.stix.json")
  const known = ["--profile", at("profile.json"), "--case", at("case.json"), "--leads", at("leads.json"), "--at", "2021-07-22T12:00:00Z"]
  run("report", "--input", at("hunt.ndjson"), "--bulletin", bulletin, ...known, ...more)
}

/** Every part of every file as text: names of files, mails down to their attachments, PDFs as they read. */
async function parts(folder: string): Promise<readonly (readonly [string, string])[]> {
  const found: (readonly [string, string])[] = []
  const add = async (name: string, bytes: Uint8Array): Promise<void> => {
    found.push([name, name], [name, Buffer.from(bytes).toString("utf8")])
    if (name.endsWith(".pdf")) {
      const { text } = await extractText(new Uint8Array(bytes), { mergePages: true })
      found.push([`${name} as text`, text.replace(/\s+/g, " ")])
    }
    if (!name.endsWith(".eml")) return
    const mail = await PostalMime.parse(bytes)
    found.push(
      [`${name} headers`, JSON.stringify([mail.headers, mail.from, mail.to, mail.subject])],
      [`${name} text`, mail.text ?? ""],
      [`${name} html`, mail.html ?? ""],
    )
    for (const one of mail.attachments) await add(`${name}/${one.filename}`, Buffer.from(one.content as ArrayBuffer))
  }
  for (const name of readdirSync(folder)) await add(name, readFileSync(join(folder, name)))
  return found
}

const plain = (text: string) =>
  text
    .replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)))
    .replace(/\\([!-/:-@[-`{-~])/g, "$1")
    .replaceAll("[.]", ".")
    .toLowerCase()

function occurrences(text: string): readonly string[] {
  return [...new Set([...plain(text).matchAll(words)].map(([word]) => word))].sort()
}

test("no word of the dictionary stands in any part, attachments included", async () => {
  report("--redact", "--lang", "fr", "--to", "cert@cert.example", "--attach", forms, "--format", "html,timeline", "--out", at("redacted"))
  const all = await parts(at("redacted"))
  expect(all.filter(([name]) => name.includes(".eml/")).length).toBeGreaterThanOrEqual(18)
  expect(all.flatMap(([name, text]) => occurrences(text).map((word) => `${name}: ${word}`))).toEqual([])
})

test("the dictionary is one: the report that is not redacted is full of it, but for the accounts", async () => {
  report("--lang", "en", "--format", "html,csv", "--out", at("open"))
  const open = new Map((await parts(at("open"))).map(([name, text]) => [name, occurrences(text)]))
  const html = [...open].find(([name]) => name.endsWith(".html"))?.[1] ?? []
  expect(html.length).toBeGreaterThan(10)
  const { people } = await import(here("demo/lib/organisation.mjs"))
  for (const [name, words] of open) if (name.endsWith(".csv")) expect(words.filter((word) => people.includes(word))).toEqual([])
})
