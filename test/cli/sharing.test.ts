// A partner shares, a CERT collects: serve, collection, share and collect as people call them.
import { type ChildProcess, execFile, spawn } from "node:child_process"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { createServer, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { initWorkspace } from "../../src/hits/store/workspace.js"

const cli = fileURLToPath(new URL("../../dist/cli.js", import.meta.url))
const folder = mkdtempSync(join(tmpdir(), "sillage-sharing-"))
const env = { ...process.env, XDG_DATA_HOME: folder, SILLAGE_WORKSPACE: join(folder, "workspace") }
const id = (type: string, number: number) => `${type}--00000000-0000-4000-8000-${String(number).padStart(12, "0")}`
const at = "2021-07-21T00:00:00.000Z"
const markings = {
  green: "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
  red: "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1",
}

let serving: ChildProcess
let url: string
let misp: Server
const received: { readonly authorization: string | undefined; readonly body: unknown }[] = []

interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

function sillage(...args: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [cli, ...args], { cwd: folder, env }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    )
    child.stdin?.end()
  })
}

function report(name: string, organisation: number, count: number, marking: keyof typeof markings = "green"): string {
  const made = {
    created_by_ref: id("identity", organisation),
    created: at,
    modified: at,
    object_marking_refs: [markings[marking]],
    spec_version: "2.1",
  }
  const objects = [
    { type: "identity", id: id("identity", organisation), created: at, modified: at, spec_version: "2.1", name: `Org ${organisation}` },
    {
      ...made,
      type: "indicator",
      id: id("indicator", organisation * 100),
      pattern: "[ipv4-addr:value = '203.0.113.9']",
      pattern_type: "stix",
      valid_from: at,
    },
    {
      ...made,
      type: "sighting",
      id: id("sighting", organisation * 100),
      sighting_of_ref: id("indicator", organisation * 100),
      where_sighted_refs: [id("identity", organisation)],
      count,
      first_seen: "2021-03-01T00:00:00Z",
      last_seen: "2021-03-02T00:00:00Z",
    },
  ]
  const path = join(folder, name)
  writeFileSync(path, JSON.stringify({ type: "bundle", id: id("bundle", organisation), objects }))
  return path
}

beforeAll(async () => {
  initWorkspace(env.SILLAGE_WORKSPACE).close()
  await sillage("collection", "add", "sightings", "--title", "Sightings")
  const token = (await sillage("collection", "token", "sightings", "--for", "partner", "--write")).stdout
  writeFileSync(join(folder, "token"), token)
  serving = spawn(process.execPath, [cli, "serve", "--port", "0"], { cwd: folder, env, stdio: ["ignore", "ignore", "pipe"] })
  url = await new Promise<string>((resolve) => {
    serving.stderr?.on("data", (data: Buffer) => {
      const found = /(http:\/\/\S+)\/taxii2\//.exec(data.toString("utf8"))
      if (found) resolve(found[1] as string)
    })
  })
  misp = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on("data", (chunk: Buffer) => chunks.push(chunk))
    request.on("end", () => {
      received.push({ authorization: request.headers.authorization, body: JSON.parse(Buffer.concat(chunks).toString("utf8")) })
      response.writeHead(200, { "content-type": "application/json" }).end('{"saved":true}')
    })
  })
  await new Promise<void>((ready) => misp.listen(0, "127.0.0.1", ready))
}, 60_000)

afterAll(async () => {
  serving.kill("SIGKILL")
  misp.close()
  rmSync(folder, { recursive: true, force: true })
})

const collection = () => `${url}/sillage/collections/sightings/`

describe("sharing to a TAXII collection", () => {
  test("sends once, and nothing the second time", async () => {
    const args = ["share", report("one.json", 1, 4), "--taxii", collection(), "--token-file", "token", "--yes", "--json"]
    expect(JSON.parse((await sillage(...args)).stdout)).toMatchObject({ sent: 3, already: 0, failures: [] })
    expect(JSON.parse((await sillage(...args)).stdout)).toMatchObject({ sent: 0, already: 3, failures: [] })
  })

  test("shows what would leave, and sends nothing where nobody can say yes", async () => {
    const { code, stderr } = await sillage("share", report("two.json", 2, 0), "--taxii", collection(), "--token-file", "token")
    expect(code).toBe(2)
    expect(stderr).toContain("0 indicators seen, 1 searched and not seen; TLP:GREEN")
    expect(stderr).toContain("--yes")
  })

  test.each([
    [
      "a report marked RED",
      () => ["share", report("red.json", 3, 1, "red"), "--taxii", collection(), "--token-file", "token", "--yes"],
      "TLP:RED",
    ],
    [
      "an address without TLS elsewhere",
      () => ["share", report("x.json", 4, 1), "--taxii", "http://cert.example/", "--token-file", "token", "--yes"],
      "not https",
    ],
    ["a missing token file", () => ["share", report("x.json", 4, 1), "--taxii", collection(), "--token-file", "none", "--yes"], "none"],
    ["no target", () => ["share", report("x.json", 4, 1), "--token-file", "token", "--yes"], "give one of"],
  ])("refuses %s", async (_, args, reason) => {
    const { code, stderr } = await sillage(...args())
    expect([code, stderr]).toEqual([2, expect.stringContaining(reason)])
  })
})

describe("sharing to MISP", () => {
  test("sends each sighting once, with the key", async () => {
    const server = `http://127.0.0.1:${(misp.address() as AddressInfo).port}/`
    writeFileSync(join(folder, "key"), "misp-key\n")
    const args = ["share", report("misp.json", 5, 2), "--misp", server, "--token-file", "key", "--source", "Example", "--yes", "--json"]
    expect(JSON.parse((await sillage(...args)).stdout)).toMatchObject({ sent: 1, already: 0 })
    expect(JSON.parse((await sillage(...args)).stdout)).toMatchObject({ sent: 0, already: 1 })
    expect(received).toEqual([
      {
        authorization: "misp-key",
        body: { values: ["203.0.113.9"], timestamp: Date.parse("2021-03-02T00:00:00Z") / 1000, type: "0", source: "Example" },
      },
    ])
  })
})

describe("collecting", () => {
  test("counts what was posted to the collection, and reports in a folder", async () => {
    const posted = JSON.parse((await sillage("collect", "--collection", "sightings", "--json")).stdout)
    expect(posted).toMatchObject({ organisations: 1, affected: 1, indicators: [{ value: "203.0.113.9", seenBy: 1, records: 4 }] })
    mkdirSync(join(folder, "reports/deep"), { recursive: true })
    report("reports/a.json", 1, 4)
    report("reports/deep/b.json", 2, 0)
    writeFileSync(join(folder, "reports/broken.json"), "{")
    const { code, stdout } = await sillage("collect", "reports")
    expect(code).toBe(0)
    expect(stdout).toContain("2 reports of 2 organisations; 1 saw at least one indicator; TLP:GREEN")
    expect(stdout).toMatch(/^ +1 +1 +4 +2021-03-01 +2021-03-02 +203\.0\.113\.9$/m)
    expect(stdout).toContain("problem: ")
    expect(stdout).not.toContain("Org 1")
  })
})

describe("serving", () => {
  test("to others needs a certificate", async () => {
    const { code, stderr } = await sillage("serve", "--host", "0.0.0.0")
    expect([code, stderr]).toEqual([2, expect.stringContaining("--tls-cert")])
  })

  test("lists collections with who may use them, without tokens", async () => {
    const { stdout } = await sillage("collection", "list")
    expect(stdout).toMatch(/^sightings {2}[0-9a-f-]{36} {2}3 objects {2}Sightings; open to partner \(writes\)$/m)
  })
})
