// Feeds into the workspace: what is new, revised and withdrawn; and what must never pass for a withdrawal. Servers are local and started here.
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { createServer, type RequestListener, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, test } from "vitest"
import { keepBulletin } from "../../src/app/keep-bulletin.js"
import { type FeedSecrets, listFeeds, pullInto, removeFeed, setFeed } from "../../src/app/pull-feeds.js"
import { initWorkspace, type Workspace } from "../../src/hits/store/workspace.js"
import { feedFor } from "../../src/intake/feeds/index.js"
import { readBulletin } from "../../src/intake/intake.js"

const at = "2021-07-21T12:00:00Z"
const servers: Server[] = []
let folder = ""
let workspace: Workspace

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "sillage-pull-"))
  workspace = initWorkspace(join(folder, "workspace"))
})

afterEach(() => {
  workspace.close()
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
  rmSync(folder, { recursive: true, force: true })
})

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function follow(id: string, location: string, secrets: FeedSecrets = {}): Promise<void> {
  const feed = await feedFor(location)
  setFeed(workspace, id, { location, kind: feed!.name, secrets, addedAt: at, pulledAt: null, cursor: {}, documents: {} })
}

/** `NEW/REVISED/WITHDRAWN/UNCHANGED`, then the problems. */
async function pull(id: string, options: { readonly allowEmpty?: boolean } = {}): Promise<string> {
  const { bulletins, withdrawn, unchanged, problems } = await pullInto(workspace, id, { now: () => at, ...options })
  const count = (status: string): number => bulletins.filter((kept) => kept.status === status).length
  return [
    `${count("added")}/${count("revised")}/${withdrawn.length}/${unchanged}`,
    ...problems.map(({ code, message }) => `${code}: ${message}`),
  ].join(" ")
}

function standing(): readonly string[] {
  return workspace.bulletins
    .indicators()
    .map(({ value, marks }) => (marks.includes("withdrawn") ? `-${value}` : value))
    .sort()
}

test("a folder: new, unchanged, revised, withdrawn, and gone as a whole", async () => {
  const feed = join(folder, "feed")
  mkdirSync(feed)
  writeFileSync(join(feed, "a.csv"), "ip\n192.0.2.1\n192.0.2.2\n")
  writeFileSync(join(feed, "b.txt"), "198.51.100.1\n198.51.100.2\n")
  await follow("folder", feed)
  expect(await pull("folder")).toBe("2/0/0/0")
  expect(await pull("folder")).toBe("0/0/0/0")
  writeFileSync(join(feed, "a.csv"), "ip\n192.0.2.1\n192.0.2.30\n")
  expect(await pull("folder")).toBe("0/1/0/0")
  expect(standing()).toEqual(["-192.0.2.2", "192.0.2.1", "192.0.2.30", "198.51.100.1", "198.51.100.2"])
  rmSync(join(feed, "b.txt"))
  expect(await pull("folder")).toBe("0/0/1/0")
  const left = ["-192.0.2.2", "-198.51.100.1", "-198.51.100.2", "192.0.2.1", "192.0.2.30"]
  expect(standing()).toEqual(left)
  // A folder that is not there, or not mounted, has withdrawn nothing.
  renameSync(feed, `${feed}-away`)
  expect(await pull("folder")).toMatch(/^0\/0\/0\/0 unreadable: /)
  mkdirSync(feed)
  expect(await pull("folder")).toBe("0/0/0/0 unreadable: the feed has no document any more; nothing was withdrawn")
  expect(standing()).toEqual(left)
  expect(await pull("folder", { allowEmpty: true })).toBe("0/0/1/0")
  expect(standing().every((value) => value.startsWith("-"))).toBe(true)
})

test("a document over HTTP: a login page or a broken table in its place withdraws nothing", async () => {
  let body = "ip\n192.0.2.1\n192.0.2.2\n"
  const origin = await serve((_, response) => response.end(body))
  await follow("list", `${origin}/list.csv`)
  expect(await pull("list")).toBe("1/0/0/0")
  body = "<!doctype html><html><head><title>Sign in</title></head><body>Please sign in</body></html>"
  expect(await pull("list")).toContain("what it no longer names still stands, since it names no indicator at all")
  body = 'ip,comment\n192.0.2.1,"never closed\n'
  expect(await pull("list")).toContain("since it was not read whole (malformed")
  expect(standing()).toEqual(["192.0.2.1", "192.0.2.2"])
  expect(workspace.bulletins.list().map(({ title }) => title)).toEqual([null])
  body = "ip\n192.0.2.2\n"
  expect(await pull("list")).toBe("0/1/0/0")
  expect(standing()).toEqual(["-192.0.2.1", "192.0.2.2"])
})

test("TAXII brings only what is new: what it does not name still stands, what it revokes is withdrawn", async () => {
  const object = (number: number, revoked = false) => ({
    type: "indicator",
    spec_version: "2.1",
    id: `indicator--60b30279-6314-4610-a9ec-2f2f509301a${number}`,
    pattern: `[ipv4-addr:value = '192.0.2.${number}']`,
    pattern_type: "stix",
    valid_from: "2021-01-01T00:00:00Z",
    revoked,
  })
  let objects = [object(1), object(2)]
  const origin = await serve((request, response) => {
    const since = new URL(request.url!, "http://server.example").searchParams.get("added_after")
    response.setHeader("x-taxii-date-added-last", `2021-07-21T08:00:0${objects.length}.000Z`)
    response.end(JSON.stringify({ objects: since === null ? objects : objects.slice(Number(since[18])) }))
  })
  await follow("taxii", `${origin}/api1/collections/one/`)
  expect(await pull("taxii")).toBe("1/0/0/0")
  expect(await pull("taxii")).toBe("0/0/0/0")
  objects = [...objects, object(3), object(1, true)]
  expect(await pull("taxii")).toBe("0/1/0/0")
  expect(standing()).toEqual(["-192.0.2.1", "192.0.2.2", "192.0.2.3"])
})

test("a large MISP feed comes in batches, each kept before the next is asked for; events without a timestamp do not hold it up", async () => {
  const uuid = (number: number) => `60f6ea57-5534-4866-9677-${String(number).padStart(12, "0")}`
  const count = 520
  const manifest = Object.fromEntries(
    Array.from({ length: count }, (_, number) => [uuid(number), number % 2 === 0 ? {} : { timestamp: "1" }]),
  )
  let broken = true
  const origin = await serve((request, response) => {
    const number = Number(/(\d{12})\.json$/.exec(request.url!)?.[1] ?? -1)
    if (number < 0) response.end(JSON.stringify(manifest))
    else if (broken && number === 7) response.writeHead(500).end()
    else
      response.end(
        JSON.stringify({
          Event: { info: `Event ${number}`, Attribute: [{ type: "ip-dst", value: `198.51.${number >> 8}.${number & 255}`, to_ids: true }] },
        }),
      )
  })
  await follow("misp", `${origin}/feed/manifest.json`)
  expect(await pull("misp")).toMatch(/^519\/0\/0\/\d+ unreadable: event not fetched: the server answered 500$/)
  expect(listFeeds(workspace)[0]!.pulledAt).toBeNull()
  broken = false
  expect(await pull("misp")).toMatch(/^1\/0\/0\/\d+$/)
  expect(standing()).toHaveLength(count)
  expect(listFeeds(workspace)[0]!.pulledAt).toBe(at)
})

test("secrets are read where they lie; the workspace keeps their paths only", async () => {
  let seen: string | undefined
  const origin = await serve((request, response) => {
    seen = request.headers.authorization
    response.end("192.0.2.1\n192.0.2.2\n")
  })
  writeFileSync(join(folder, "token"), "s3cret\n")
  await follow("one", `${origin}/list.txt`, { tokenFile: join(folder, "token") })
  expect(await pull("one")).toBe("1/0/0/0")
  expect(seen).toBe("Bearer s3cret")
  await follow("two", `${origin}/list.txt`, { user: "ana", passwordFile: join(folder, "token") })
  await pull("two")
  expect(seen).toBe(`Basic ${Buffer.from("ana:s3cret").toString("base64")}`)
  expect(JSON.stringify(listFeeds(workspace))).not.toContain("s3cret")
  rmSync(join(folder, "token"))
  await expect(pull("one")).rejects.toThrow(/^feed one: cannot read .*token/)
  expect(removeFeed(workspace, "one")).toBe(true)
  expect(removeFeed(workspace, "one")).toBe(false)
})

test("a bulletin that two documents bring is withdrawn only with the second", async () => {
  const feed = join(folder, "feed")
  mkdirSync(feed)
  for (const name of ["a.txt", "b.txt"]) writeFileSync(join(feed, name), "192.0.2.1\n192.0.2.2\n")
  writeFileSync(join(feed, "c.txt"), "198.51.100.1\n198.51.100.2\n")
  await follow("folder", feed)
  expect(await pull("folder")).toBe("2/0/0/1")
  rmSync(join(feed, "a.txt"))
  expect(await pull("folder")).toBe("0/0/0/0")
  expect(standing()).not.toContain("-192.0.2.1")
  rmSync(join(feed, "b.txt"))
  expect(await pull("folder")).toBe("0/0/1/0")
  expect(standing()).toContain("-192.0.2.1")
})

test("a revision that cannot be read whole keeps what it no longer names, and takes what it brings", async () => {
  const whole = await readBulletin("list.csv", Buffer.from("ip\n192.0.2.1\n192.0.2.2\n"))
  const cut = await readBulletin("list.csv", Buffer.from("ip\n192.0.2.3\n"), { size: 1000 })
  keepBulletin(workspace, whole, { name: "list.csv", sha256: "1" }, { at })
  const kept = keepBulletin(workspace, cut, { name: "list.csv", sha256: "2" }, { at })
  expect(kept).toMatchObject({ status: "revised", withdrawn: [], partial: expect.stringContaining("only the first") })
  expect(kept.added.map(({ value }) => value)).toEqual(["192.0.2.3"])
  expect(standing()).toEqual(["192.0.2.1", "192.0.2.2", "192.0.2.3"])
})
