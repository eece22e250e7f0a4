// A conformance list written from the TAXII 2.1 specification (OASIS standard, 10 June 2021), each clause a test, and a real client over loopback.
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Hono } from "hono"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { pushToTaxii } from "../../../src/app/deliver/taxii-push.js"
import { addCollection, type Collection } from "../../../src/app/server/collections.js"
import { type Listening, listen } from "../../../src/app/server/server.js"
import { contentBytesMax, pageMax, taxiiRoutes } from "../../../src/app/server/taxii.js"
import { addToken, revokeToken } from "../../../src/app/server/taxii-auth.js"
import { initWorkspace, type Workspace } from "../../../src/hits/store/workspace.js"
import { taxiiFeed } from "../../../src/intake/feeds/taxii.js"

const media = "application/taxii+json;version=2.1"
let dir: string
let workspace: Workspace
let collection: Collection
let app: Hono
let reader: string
let writer: string
let clock = Date.parse("2026-01-01T00:00:00Z")

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "sillage-taxii-"))
  workspace = initWorkspace(join(dir, "w"))
  collection = addCollection(workspace.state, "sightings", "Sightings", "What partners saw")
  addCollection(workspace.state, "other", "Other")
  reader = addToken(workspace.state, { collection: collection.id, name: "r", write: false }, "2026-01-01T00:00:00Z")
  writer = addToken(workspace.state, { collection: collection.id, name: "w", write: true }, "2026-01-01T00:00:00Z")
  clock = Date.parse("2026-01-01T00:00:00Z")
  app = taxiiRoutes({
    workspace,
    title: "Test",
    contact: "soc@example.org",
    anonymousRead: false,
    now: () => new Date((clock += 1000)).toISOString(),
  })
})
afterEach(() => {
  workspace.close()
  rmSync(dir, { recursive: true, force: true })
})

interface Asked {
  readonly method?: string
  readonly accept?: string | undefined
  readonly token?: string | undefined
  readonly type?: string
  readonly body?: string
}

async function ask(path: string, { method = "GET", accept = media, token = reader, type = media, body }: Asked = {}) {
  const headers = {
    ...(accept === "" ? {} : { accept }),
    ...(token === "" ? {} : { authorization: `Bearer ${token}` }),
    ...(body === undefined ? {} : { "content-type": type }),
  }
  const answer = await app.request(path, { method, headers, ...(body === undefined ? {} : { body }) })
  const text = await answer.text()
  return { status: answer.status, headers: answer.headers, body: text === "" ? undefined : JSON.parse(text) }
}

const indicator = (number: number, modified = "2021-07-21T00:00:00.000Z", more: object = {}) => ({
  type: "indicator",
  spec_version: "2.1",
  id: `indicator--00000000-0000-4000-8000-${String(number).padStart(12, "0")}`,
  created: "2021-07-21T00:00:00.000Z",
  modified,
  pattern: `[ipv4-addr:value = '203.0.113.${number % 256}']`,
  pattern_type: "stix",
  valid_from: "2021-01-01T00:00:00Z",
  ...more,
})

const base = () => `/sillage/collections/${collection.id}/`
const post = (objects: readonly unknown[], token = writer) =>
  ask(`${base()}objects/`, { method: "POST", token, body: JSON.stringify({ objects }) })
const objectsOf = async (query = "", token = reader) => ask(`${base()}objects/${query}`, { token })
const ids = (answer: { readonly body: { readonly objects?: readonly { readonly id: string }[] } }) =>
  (answer.body.objects ?? []).map(({ id }) => Number(id.slice(-12)))

describe("content negotiation (1.6.8)", () => {
  test.each([
    media,
    "application/taxii+json",
    "application/taxii+json; version=2.1",
    "text/html, application/taxii+json;version=2.1",
    "*/*",
  ])("Accept %j is served", async (accept) => expect((await ask("/taxii2/", { accept })).status).toBe(200))
  test.each(["application/json", "application/taxii+json;version=2.0", "text/html", ""])("Accept %j is answered 406", async (accept) =>
    expect((await ask("/taxii2/", { accept })).status).toBe(406),
  )
  test("every answer has the media type with its version, errors too", async () => {
    for (const path of ["/taxii2/", "/sillage/", `${base()}objects/`, "/nowhere/"])
      expect((await ask(path)).headers.get("content-type")).toBe(media)
  })
  test.each(["application/json", "application/taxii+json;version=2.0", "application/stix+json"])(
    "a POST of %j is answered 415",
    async (type) => expect((await ask(`${base()}objects/`, { method: "POST", token: writer, type, body: "{}" })).status).toBe(415),
  )
})

describe("errors (3.6.1)", () => {
  test("carry a title and the status as text", async () =>
    expect((await ask("/nowhere/")).body).toEqual({ title: "not found", http_status: "404" }))
  test("a path without its trailing slash is not found", async () => expect((await ask("/taxii2")).status).toBe(404))
})

describe("server discovery (4.1) and API root (4.2)", () => {
  test("discovery names the title, the contact and absolute API roots", async () =>
    expect((await ask("/taxii2/", { token: "" })).body).toEqual({
      title: "Test",
      contact: "soc@example.org",
      default: "http://localhost/sillage/",
      api_roots: ["http://localhost/sillage/"],
    }))
  test("the API root names its versions and the most that it takes", async () =>
    expect((await ask("/sillage/")).body).toEqual({ title: "Test", versions: [media], max_content_length: contentBytesMax }))
})

describe("authorization (1.6.9, 5)", () => {
  test("without a token it is 401 with a challenge", async () => {
    const answer = await ask(`${base()}objects/`, { token: "" })
    expect([answer.status, answer.headers.get("www-authenticate")]).toEqual([401, expect.stringContaining("Bearer")])
  })
  test("an unknown token finds no collection", async () => expect((await ask(`${base()}objects/`, { token: "wrong" })).status).toBe(404))
  test("the token is taken as the password of Basic too", async () => {
    const authorization = `Basic ${Buffer.from(`anyone:${reader}`).toString("base64")}`
    expect((await app.request(`${base()}objects/`, { headers: { accept: media, authorization } })).status).toBe(200)
  })
  test("a token of another collection opens nothing here", async () => {
    const other = addToken(workspace.state, { collection: "x", name: "o", write: true }, "2026-01-01T00:00:00Z")
    expect((await ask(`${base()}objects/`, { token: other })).status).toBe(404)
  })
  test("a reading token may not write", async () => {
    expect((await post([indicator(1)], reader)).status).toBe(403)
    expect((await ask(`${base()}objects/${indicator(1).id}/`, { method: "DELETE" })).status).toBe(403)
  })
  test("a revoked token opens nothing", async () => {
    revokeToken(workspace.state, collection.id, "r")
    expect((await ask(`${base()}objects/`)).status).toBe(404)
  })
  test("the workspace keeps no token, only its digest", () =>
    expect(JSON.stringify(workspace.state.entries("taxii-token"))).not.toContain(writer))
})

describe("collections (5.1, 5.2)", () => {
  test("lists those that the token opens, with what it may do", async () =>
    expect((await ask("/sillage/collections/")).body).toEqual({
      collections: [
        {
          id: collection.id,
          title: "Sightings",
          description: "What partners saw",
          alias: "sightings",
          can_read: true,
          can_write: false,
          media_types: ["application/stix+json;version=2.1"],
        },
      ],
    }))
  test("a collection has its own resource, by id and by alias", async () => {
    const one = await ask(base(), { token: writer })
    expect(one.body).toMatchObject({ id: collection.id, can_write: true })
    expect((await ask("/sillage/collections/sightings/", { token: writer })).body).toEqual(one.body)
  })
  test("an unknown collection is 404", async () => expect((await ask("/sillage/collections/none/")).status).toBe(404))
})

describe("adding objects (5.5) and their status (4.3)", () => {
  test("is accepted with a complete status that can be asked for again", async () => {
    const answer = await post([indicator(1), indicator(2)])
    expect(answer.status).toBe(202)
    expect(answer.body).toMatchObject({ status: "complete", total_count: 2, success_count: 2, failure_count: 0, pending_count: 0 })
    expect(answer.body.successes).toEqual([1, 2].map((one) => ({ id: indicator(one).id, version: indicator(one).modified })))
    expect((await ask(`/sillage/status/${answer.body.id}/`, { token: writer })).body).toEqual(answer.body)
  })
  test("a status is not for readers of the collection", async () => {
    const { body } = await post([indicator(1)])
    expect((await ask(`/sillage/status/${body.id}/`)).status).toBe(404)
    expect((await ask("/sillage/status/none/", { token: writer })).status).toBe(404)
  })
  test("objects that are none are failures by name, the others are added", async () => {
    const answer = await post([{ type: "indicator", id: "nonsense" }, indicator(3), 7, { ...indicator(4), modified: "yesterday" }])
    expect(answer.body).toMatchObject({ success_count: 1, failure_count: 3 })
    expect(ids(await objectsOf())).toEqual([3])
  })
  test("what is no envelope is 422, and nothing is added", async () => {
    for (const body of ["[]", "{", '{"objects":{}}', "null"])
      expect((await ask(`${base()}objects/`, { method: "POST", token: writer, body })).status).toBe(422)
    expect((await objectsOf()).body).toEqual({})
  })
  test("too much is 413, whatever the header says", async () => {
    const body = `{"objects":["${"x".repeat(contentBytesMax)}"]}`
    expect((await ask(`${base()}objects/`, { method: "POST", token: writer, body })).status).toBe(413)
  })
  test("nesting without end is refused for that object", async () => {
    const deep = JSON.parse(`${'{"a":'.repeat(100)}1${"}".repeat(100)}`)
    expect((await post([{ ...indicator(1), x: deep }])).body).toMatchObject({ failure_count: 1 })
  })
  test("the same version again changes nothing", async () => {
    await post([indicator(1)])
    await post([indicator(1), { type: "ipv4-addr", id: "ipv4-addr--00000000-0000-4000-8000-000000000009", value: "203.0.113.9" }])
    await post([{ type: "ipv4-addr", id: "ipv4-addr--00000000-0000-4000-8000-000000000009", value: "203.0.113.9" }])
    expect(workspace.exchange.count(collection.id)).toBe(2)
  })
})

describe("getting objects (5.4)", () => {
  test("an empty collection is an empty envelope", async () => expect((await objectsOf()).body).toEqual({}))
  test("objects leave as they came, oldest first, with the dates in the headers (3.5)", async () => {
    const custom = { ...indicator(2), x_custom: { deep: [1, "</script>"] } }
    await post([indicator(1), custom])
    const answer = await objectsOf()
    expect(answer.body).toEqual({ objects: [indicator(1), custom] })
    const [first, last] = [answer.headers.get("x-taxii-date-added-first"), answer.headers.get("x-taxii-date-added-last")]
    expect(first).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/)
    expect(Date.parse(first ?? "")).toBeLessThanOrEqual(Date.parse(last ?? ""))
  })
  test("pages by limit and next until there is no more (3.4)", async () => {
    await post(Array.from({ length: 25 }, (_, at) => indicator(at)))
    const seen: number[] = []
    let query = "?limit=10"
    for (let page = 0; page < 3; page++) {
      const answer = await objectsOf(query)
      seen.push(...ids(answer))
      expect(answer.body.more).toBe(page < 2 ? true : undefined)
      query = `?limit=10&next=${answer.body.next}`
    }
    expect(seen).toEqual(Array.from({ length: 25 }, (_, at) => at))
  })
  test("going on by the last date added misses nothing, even within one request's objects", async () => {
    await post(Array.from({ length: 7 }, (_, at) => indicator(at)))
    const first = await objectsOf("?limit=3")
    const rest = await objectsOf(`?added_after=${first.headers.get("x-taxii-date-added-last")}`)
    expect([...ids(first), ...ids(rest)]).toEqual([0, 1, 2, 3, 4, 5, 6])
  })
  test("the server's own limit stands whatever is asked", async () => {
    await post(Array.from({ length: pageMax + 5 }, (_, at) => indicator(at)))
    expect(ids(await objectsOf("?limit=999999")).length).toBe(pageMax)
  })
  test.each(["limit=0", "limit=x", "limit=-1", "next=abc", "added_after=yesterday", "added_after=2021-01-01"])("%s is 400", async (query) =>
    expect((await objectsOf(`?${query}`)).status).toBe(400),
  )
})

describe("filters (3.4.1)", () => {
  beforeEach(async () => {
    await post([indicator(1), indicator(2, "2021-07-21T00:00:00.000Z"), { ...indicator(3), spec_version: "2.0" }])
    await post([indicator(2, "2021-08-01T00:00:00.000Z"), indicator(2, "2021-09-01T00:00:00.000Z")])
    await post([{ type: "identity", spec_version: "2.1", id: "identity--00000000-0000-4000-8000-000000000008", name: "n" }])
  })
  const versions = (answer: { readonly body: { readonly objects?: readonly { readonly modified?: string }[] } }) =>
    (answer.body.objects ?? []).map(({ modified }) => modified?.slice(0, 7))
  test("match[id] takes several", async () =>
    expect(ids(await objectsOf(`?match[id]=${indicator(1).id},${indicator(3).id}`))).toEqual([1, 3]))
  test("match[type]", async () => expect(ids(await objectsOf("?match[type]=identity"))).toEqual([8]))
  test("match[spec_version]", async () => expect(ids(await objectsOf("?match[spec_version]=2.0"))).toEqual([3]))
  test("only the last version comes unless asked", async () =>
    expect(versions(await objectsOf(`?match[id]=${indicator(2).id}`))).toEqual(["2021-09"]))
  test.each([
    ["first", ["2021-07"]],
    ["all", ["2021-07", "2021-08", "2021-09"]],
    ["2021-08-01T00:00:00.000Z", ["2021-08"]],
    ["first,last", ["2021-07", "2021-09"]],
  ])("match[version]=%s", async (version, expected) =>
    expect(versions(await objectsOf(`?match[id]=${indicator(2).id}&match[version]=${version}`))).toEqual(expected),
  )
  test("a filter is data: quotes and brackets find nothing and break nothing", async () =>
    expect((await objectsOf(`?match[id]=${encodeURIComponent("x') OR 1=1 --")}`)).body).toEqual({}))
  test("one object by its id, 404 if there is none (5.6)", async () => {
    expect(ids(await ask(`${base()}objects/${indicator(2).id}/`))).toEqual([2])
    expect((await ask(`${base()}objects/${indicator(99).id}/`)).status).toBe(404)
  })
  test("its versions, newest first (5.8)", async () => {
    const { body } = await ask(`${base()}objects/${indicator(2).id}/versions/`)
    expect(body.versions).toEqual(["2021-09-01T00:00:00.000Z", "2021-08-01T00:00:00.000Z", "2021-07-21T00:00:00.000Z"])
    expect((await ask(`${base()}objects/${indicator(99).id}/versions/`)).status).toBe(404)
  })
  test("the manifest names id, date added, version and media type (5.3)", async () => {
    const { body } = await ask(`${base()}manifest/?match[id]=${indicator(3).id}`)
    expect(body.objects).toEqual([
      {
        id: indicator(3).id,
        date_added: expect.stringMatching(/Z$/),
        version: "2021-07-21T00:00:00.000Z",
        media_type: "application/stix+json;version=2.0",
      },
    ])
  })
  test("deleting takes all versions, or those that are named (5.7)", async () => {
    const path = `${base()}objects/${indicator(2).id}/`
    expect((await ask(`${path}?match[version]=2021-08-01T00:00:00.000Z`, { method: "DELETE", token: writer })).status).toBe(200)
    expect((await ask(`${path}versions/`)).body.versions.length).toBe(2)
    expect((await ask(path, { method: "DELETE", token: writer })).status).toBe(200)
    expect((await ask(path, { method: "DELETE", token: writer })).status).toBe(404)
  })
})

describe("over the loopback", () => {
  let server: Listening
  beforeEach(async () => {
    server = await listen(app, { host: "127.0.0.1", port: 0 })
  })
  afterEach(() => server.close())

  test("the feed of our own intake reads what was pushed, and only what is new the next time", async () => {
    const address = `${server.url}/sillage/collections/${collection.id}/`
    const objects = Array.from({ length: 1_203 }, (_, at) => indicator(at))
    expect(await pushToTaxii(address, `Bearer ${writer}`, objects)).toEqual({ sent: 1_203, already: 0, failures: [] })
    expect(await pushToTaxii(address, `Bearer ${writer}`, objects)).toEqual({ sent: 0, already: 1_203, failures: [] })
    const access = { bearer: reader }
    const first = await taxiiFeed.pull({ location: address, access })
    expect(first.problems).toEqual([])
    expect(JSON.parse(Buffer.from(first.documents[0]?.bytes ?? []).toString("utf8")).objects.length).toBe(1_203)
    await pushToTaxii(address, `Bearer ${writer}`, [indicator(5_000)])
    const second = await taxiiFeed.pull({ location: address, access, cursor: first.cursor })
    expect(JSON.parse(Buffer.from(second.documents[0]?.bytes ?? []).toString("utf8")).objects).toEqual([indicator(5_000)])
  })

  test("a token that may not write is told so", async () => {
    const address = `${server.url}/sillage/collections/${collection.id}/`
    await expect(pushToTaxii(address, `Bearer ${reader}`, [indicator(1)])).rejects.toThrow(/403/)
  })
})
