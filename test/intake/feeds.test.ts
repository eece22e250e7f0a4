// Feeds against real local servers that the test starts: HTTP with ETag and certificates, TAXII 2.1 pages, MISP manifests in a folder and over HTTP.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from "node:http"
import { createServer as createTlsServer } from "node:https"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, test } from "vitest"
import { feedFor, pullFeed, readBulletinFolder, readFeed } from "../../src/intake/feeds/index.js"

const servers: Server[] = []
let folder = ""

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "sillage-feeds-"))
})

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
  rmSync(folder, { recursive: true, force: true })
})

async function serve(listener: RequestListener, server: Server = createServer(listener)): Promise<string> {
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  return `http${"setSecureContext" in server ? "s" : ""}://127.0.0.1:${(server.address() as AddressInfo).port}`
}

function tls(file: string): string {
  return readFileSync(`test/fixtures/feeds/tls/${file}`, "utf8")
}

test("each location finds its feed", async () => {
  expect((await feedFor("https://cti.example/taxii2/"))?.name).toBe("taxii")
  expect((await feedFor("https://cti.example/api1/collections/91a7b528-80eb-42ed-a74d-c6fbd5a26116/"))?.name).toBe("taxii")
  expect((await feedFor("https://misp.example/feed/manifest.json"))?.name).toBe("misp")
  expect((await feedFor("https://cert.example/list.csv"))?.name).toBe("http")
  expect((await feedFor("./bulletins"))?.name).toBe("file")
  expect(await feedFor("ftp://cert.example/list.csv")).toBeUndefined()
})

test("a document is fetched once, and again only when its ETag changes", async () => {
  let etag = '"one"'
  let body = "192.0.2.1\n192.0.2.2\n"
  const asked: (string | undefined)[] = []
  const origin = await serve((request, response) => {
    asked.push(request.headers["if-none-match"])
    if (request.headers["if-none-match"] === etag) response.writeHead(304).end()
    else response.writeHead(200, { etag }).end(body)
  })
  const first = await readFeed({ location: `${origin}/list.txt` })
  expect(first.bulletins[0]!.indicators.map(({ value }) => value)).toEqual(["192.0.2.1", "192.0.2.2"])
  const second = await readFeed({ location: `${origin}/list.txt`, cursor: first.cursor })
  expect(second).toMatchObject({ bulletins: [], problems: [], cursor: first.cursor })
  etag = '"two"'
  body = "192.0.2.3\n192.0.2.4\n"
  const third = await readFeed({ location: `${origin}/list.txt`, cursor: second.cursor })
  expect(third.bulletins[0]!.indicators).toHaveLength(2)
  expect(asked).toEqual([undefined, '"one"', '"one"'])
})

test("basic and bearer credentials are sent, and not on to another host", async () => {
  const seen: (string | undefined)[] = []
  const other = await serve((request, response) => {
    seen.push(request.headers.authorization)
    response.end("192.0.2.1\n")
  })
  const origin = await serve((request, response) => {
    seen.push(request.headers.authorization)
    response.writeHead(302, { location: `${other}/list.txt` }).end()
  })
  await pullFeed({ location: `${origin}/a`, access: { bearer: "secret" } })
  await pullFeed({ location: `${origin}/a`, access: { basic: { user: "u", password: "p" } } })
  expect(seen).toEqual(["Bearer secret", undefined, "Basic dTpw", undefined])
})

test("an error of the server is a Problem, and the cursor stays", async () => {
  const origin = await serve((_, response) => response.writeHead(500).end())
  const cursor = { etag: '"one"' }
  expect(await pullFeed({ location: `${origin}/list.txt`, cursor })).toMatchObject({
    documents: [],
    cursor,
    problems: [{ code: "unreadable", message: "the server answered 500" }],
  })
  expect(await pullFeed({ location: "http://127.0.0.1:1/list.txt", cursor })).toMatchObject({
    documents: [],
    cursor,
    problems: [{ code: "unreadable" }],
  })
})

test("a transfer that breaks off is no document", async () => {
  const origin = await serve((_, response) => {
    response.writeHead(200, { "content-length": "1000" })
    response.write("192.0.2.1\n")
    setTimeout(() => response.destroy(), 20)
  })
  const pull = await pullFeed({ location: `${origin}/list.txt` })
  expect(pull.documents).toEqual([])
  expect(pull.problems).toHaveLength(1)
})

test("a server that answers never is given up", async () => {
  const origin = await serve(() => undefined)
  expect((await pullFeed({ location: `${origin}/list.txt`, timeoutMs: 100 })).problems[0]!.message).toContain("no answer within 0.1 s")
})

test("a certificate that is not trusted is an error; with its authority and a client certificate it works", async () => {
  const listener: RequestListener = (_, response) => response.end("192.0.2.1\n")
  const origin = await serve(
    listener,
    createTlsServer(
      { cert: tls("server.pem"), key: tls("server-key.pem"), ca: tls("ca.pem"), requestCert: true, rejectUnauthorized: true },
      listener,
    ),
  )
  const refused = await pullFeed({ location: `${origin}/list.txt` })
  expect(refused.documents).toEqual([])
  expect(refused.problems[0]!.message).toMatch(/certificate/)
  const unknown = await pullFeed({ location: `${origin}/list.txt`, access: { certificate: { ca: tls("ca.pem") } } })
  expect(unknown.documents).toEqual([])
  const known = await pullFeed({
    location: `${origin}/list.txt`,
    access: { certificate: { ca: tls("ca.pem"), cert: tls("client.pem"), key: tls("client-key.pem") } },
  })
  expect(known.problems).toEqual([])
  expect(known.documents).toHaveLength(1)
})

const event = (uuid: string, value: string, timestamp: string) => ({
  Event: {
    uuid,
    info: `Event ${value}`,
    date: "2021-07-21",
    timestamp,
    Attribute: [{ type: "ip-dst", category: "Network activity", value, to_ids: true }],
  },
})
const first = "6e3e8261-9468-4352-a0b9-b7714a888f75"
const second = "0f3c9f0c-35a1-4f6a-8f7c-0c5d1d0f7a11"

test("a MISP feed in a folder: only what is new by its timestamp, and what is gone", async () => {
  mkdirSync(join(folder, "feed"))
  const write = (name: string, value: unknown): void => writeFileSync(join(folder, "feed", name), JSON.stringify(value))
  write("manifest.json", {
    [first]: { info: "a", timestamp: "1" },
    [second]: { info: "b", timestamp: "1" },
    "../../etc/passwd": { timestamp: "1" },
  })
  write(`${first}.json`, event(first, "192.0.2.1", "1"))
  write(`${second}.json`, event(second, "192.0.2.2", "1"))
  const pulled = await readBulletinFolder(join(folder, "feed"))
  expect(pulled.bulletins.map(({ indicators }) => indicators[0]!.value)).toEqual(["192.0.2.1", "192.0.2.2"])
  expect(pulled.problems).toMatchObject([{ code: "malformed" }])
  write("manifest.json", { [first]: { info: "a", timestamp: "2" } })
  write(`${first}.json`, event(first, "192.0.2.9", "2"))
  const again = await readFeed({ location: join(folder, "feed"), cursor: pulled.cursor })
  expect(again.bulletins.map(({ indicators }) => indicators[0]!.value)).toEqual(["192.0.2.9"])
  expect(again.withdrawn).toEqual([`${second}.json`])
})

test("a MISP feed over HTTP: an event that cannot be fetched is asked for again", async () => {
  let broken = true
  const origin = await serve((request, response) => {
    if (request.url === "/feed/manifest.json") response.end(JSON.stringify({ [first]: { timestamp: "1" } }))
    else if (broken) response.writeHead(503).end()
    else response.end(JSON.stringify(event(first, "192.0.2.1", "1")))
  })
  const failed = await readFeed({ location: `${origin}/feed/manifest.json` })
  expect(failed).toMatchObject({ bulletins: [], cursor: {}, problems: [{ code: "unreadable" }] })
  broken = false
  const pulled = await readFeed({ location: `${origin}/feed/manifest.json`, cursor: failed.cursor })
  expect(pulled.bulletins).toHaveLength(1)
  expect(pulled.cursor).toEqual({ [first]: "1" })
})

const indicator = (at: number) => ({
  type: "indicator",
  spec_version: "2.1",
  id: `indicator--60b30279-6314-4610-a9ec-2f2f509301a${at}`,
  created: "2021-07-21T08:00:00.000Z",
  modified: "2021-07-21T08:00:00.000Z",
  pattern: `[ipv4-addr:value = '192.0.2.${at}']`,
  pattern_type: "stix",
  valid_from: "2021-01-01T00:00:00Z",
})

function taxii(request: IncomingMessage, response: ServerResponse, added: readonly number[]): void {
  const url = new URL(request.url!, "http://server.example")
  const send = (body: unknown, headers: Record<string, string> = {}): void => {
    response.writeHead(request.headers.accept === "application/taxii+json;version=2.1" ? 200 : 406, {
      "content-type": "application/taxii+json;version=2.1",
      ...headers,
    })
    response.end(JSON.stringify(body))
  }
  if (url.pathname === "/taxii2/") {
    send({ title: "t", api_roots: ["/api1/"] })
    return
  }
  if (url.pathname === "/api1/collections/") {
    send({
      collections: [
        { id: "one", title: "One", can_read: true },
        { id: "closed", title: "Closed", can_read: false },
      ],
    })
    return
  }
  if (url.pathname !== "/api1/collections/one/objects/") return void response.writeHead(404).end()
  const after = Number(url.searchParams.get("added_after")?.slice(17, 19) ?? -1)
  const from = Number(url.searchParams.get("next") ?? 0)
  const all = added.filter((at) => at > after)
  const page = all.slice(from, from + 2)
  const more = from + 2 < all.length
  send(
    { more, ...(more ? { next: String(from + 2) } : {}), objects: page.map(indicator) },
    page.length > 0 ? { "x-taxii-date-added-last": `2021-07-21T08:00:0${page[page.length - 1]}.000Z` } : {},
  )
}

test("TAXII 2.1: discovery, readable collections, pages to the end, then only what was added since", async () => {
  let added = [1, 2, 3, 4, 5]
  const origin = await serve((request, response) => taxii(request, response, added))
  const pulled = await readFeed({ location: `${origin}/taxii2/` })
  expect(pulled.problems).toEqual([])
  expect(pulled.bulletins[0]!.indicators.map(({ value }) => value)).toEqual([
    "192.0.2.1",
    "192.0.2.2",
    "192.0.2.3",
    "192.0.2.4",
    "192.0.2.5",
  ])
  const nothing = await readFeed({ location: `${origin}/taxii2/`, cursor: pulled.cursor })
  expect(nothing).toMatchObject({ bulletins: [], problems: [], cursor: pulled.cursor })
  added = [...added, 6]
  const fresh = await readFeed({ location: `${origin}/api1/collections/one/`, cursor: nothing.cursor })
  expect(fresh.bulletins[0]!.indicators.map(({ value }) => value)).toEqual(["192.0.2.6"])
})

test("a TAXII server that says more without a way on ends, with a Problem", async () => {
  const origin = await serve((_, response) => response.end(JSON.stringify({ more: true, next: "x", objects: [indicator(1)] })))
  const pulled = await readFeed({ location: `${origin}/api1/collections/one/` })
  expect(pulled.problems).toMatchObject([{ code: "truncated" }])
  expect(pulled.bulletins[0]!.indicators).toHaveLength(1)
})

test("a folder of files: what changed is read again", async () => {
  writeFileSync(join(folder, "a.txt"), "192.0.2.1\n192.0.2.2\n")
  const pulled = await readBulletinFolder(folder)
  expect(pulled.bulletins).toHaveLength(1)
  expect((await readFeed({ location: folder, cursor: pulled.cursor })).bulletins).toEqual([])
  rmSync(join(folder, "a.txt"))
  expect((await readFeed({ location: folder, cursor: pulled.cursor })).withdrawn).toEqual(["a.txt"])
  expect((await pullFeed({ location: join(folder, "absent") })).problems).toMatchObject([{ code: "unreadable" }])
})
