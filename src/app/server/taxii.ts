// A TAXII 2.1 server (OASIS standard, 10 June 2021) over the workspace: discovery, one API root, collections, objects, manifest, versions, status.
import { randomUUID } from "node:crypto"
import { type Context, Hono } from "hono"
import type { ExchangeFilter, ExchangeRow, StixObject } from "../../hits/store/exchange-store.js"
import type { Workspace } from "../../hits/store/workspace.js"
import { type Collection, collections, findCollection } from "./collections.js"
import { noRights, type Rights, rightsOf, secretOf } from "./taxii-auth.js"

const mediaType = "application/taxii+json;version=2.1"
const stixType = "application/stix+json;version=2.1"
export const contentBytesMax = 64 * 1024 * 1024
export const pageMax = 1_000
const objectsMax = 100_000
const nestingMax = 64
const statusKind = "taxii-status"
const statusesMax = 1_000

export interface TaxiiOptions {
  readonly workspace: Workspace
  readonly title: string
  readonly contact?: string
  /** Everyone who reaches the server may read; the caller sees to it that only this machine does. */
  readonly anonymousRead: boolean
  /** RFC 3339. */
  readonly now: () => string
}

/** The routes; a refusal is the specification's error resource (section 3.6.1). */
export function taxiiRoutes(options: TaxiiOptions): Hono {
  const app = new Hono({ strict: true })
  app.notFound((c) => fail(c, 404, "not found"))
  // What the workspace says is for its owner, not for the other side.
  app.onError((_error, c) => fail(c, 500, "the server failed"))
  app.use("*", async (c, next) => {
    if (!accepts(c.req.header("accept"))) return fail(c, 406, `only ${mediaType} is served`)
    await next()
    c.res.headers.set("X-Content-Type-Options", "nosniff")
    c.res.headers.set("Cache-Control", "no-store")
  })
  app.get("/taxii2/", (c) => {
    const root = new URL("/sillage/", c.req.url).href
    return send(c, { title: options.title, ...(options.contact ? { contact: options.contact } : {}), default: root, api_roots: [root] })
  })
  app.get("/sillage/", (c) => send(c, { title: options.title, versions: [mediaType], max_content_length: contentBytesMax }))
  app.get("/sillage/status/:status/", (c) => getStatus(c, options))
  app.get("/sillage/collections/", (c) => getCollections(c, options))
  app.get("/sillage/collections/:collection/", (c) => reading(c, options, (found, rights) => send(c, resourceOf(found, rights))))
  app.get("/sillage/collections/:collection/manifest/", (c) => reading(c, options, (found) => getManifest(c, options, found)))
  app.get("/sillage/collections/:collection/objects/", (c) => reading(c, options, (found) => getObjects(c, options, found)))
  app.post("/sillage/collections/:collection/objects/", (c) => writing(c, options, (found) => postObjects(c, options, found)))
  app.get("/sillage/collections/:collection/objects/:object/", (c) =>
    reading(c, options, (found) => getObjects(c, options, found, c.req.param("object"))),
  )
  app.delete("/sillage/collections/:collection/objects/:object/", (c) => deleting(c, options))
  app.get("/sillage/collections/:collection/objects/:object/versions/", (c) =>
    reading(c, options, (found) => getVersions(c, options, found)),
  )
  return app
}

/** Section 1.6.8.1: the media type alone, or with this version; HTTP's wildcards accept it too. */
function accepts(header: string | undefined): boolean {
  if (header === undefined) return false
  return header.split(",").some((part) => {
    const [type = "", ...parameters] = part.split(";").map((one) => one.trim().toLowerCase())
    const version = parameters.find((one) => one.startsWith("version="))
    return (
      type === "*/*" ||
      type === "application/*" ||
      (type === "application/taxii+json" && (version === undefined || version === "version=2.1"))
    )
  })
}

type Status = 200 | 202 | 400 | 401 | 403 | 404 | 406 | 413 | 415 | 422 | 500

function send(c: Context, body: unknown, status: Status = 200, headers: Readonly<Record<string, string>> = {}): Response {
  return c.body(JSON.stringify(body), status, { "Content-Type": mediaType, ...headers })
}

function fail(c: Context, status: Status, title: string): Response {
  const challenge: Record<string, string> = status === 401 ? { "WWW-Authenticate": 'Bearer realm="taxii", Basic realm="taxii"' } : {}
  return send(c, { title, http_status: String(status) }, status, challenge)
}

function rightsFor(c: Context, { workspace, anonymousRead }: TaxiiOptions, collection: Collection): Rights {
  const held = rightsOf(workspace.state, secretOf(c.req.header("authorization")), collection.id)
  return anonymousRead ? { ...held, read: true } : held
}

/** A collection that one may not even read is said not to exist only to those who are known (section 5.2). */
function withCollection(
  c: Context,
  options: TaxiiOptions,
  allowed: (rights: Rights) => boolean,
  body: (collection: Collection, rights: Rights) => Response | Promise<Response>,
): Response | Promise<Response> {
  const collection = findCollection(options.workspace.state, c.req.param("collection") ?? "")
  const rights = collection ? rightsFor(c, options, collection) : noRights
  if (!rights.read && secretOf(c.req.header("authorization")) === undefined) return fail(c, 401, "a token is needed")
  if (!collection || !rights.read) return fail(c, 404, "no such collection")
  return allowed(rights) ? body(collection, rights) : fail(c, 403, "this token may not do that")
}

const reading = (c: Context, options: TaxiiOptions, body: (collection: Collection, rights: Rights) => Response | Promise<Response>) =>
  withCollection(c, options, ({ read }) => read, body)

const writing = (c: Context, options: TaxiiOptions, body: (collection: Collection) => Response | Promise<Response>) =>
  withCollection(c, options, ({ write }) => write, body)

function getCollections(c: Context, options: TaxiiOptions): Response {
  const secret = secretOf(c.req.header("authorization"))
  if (secret === undefined && !options.anonymousRead) return fail(c, 401, "a token is needed")
  const visible = collections(options.workspace.state)
    .map((one) => [one, rightsFor(c, options, one)] as const)
    .filter(([, { read }]) => read)
  return send(c, visible.length === 0 ? {} : { collections: visible.map(([one, rights]) => resourceOf(one, rights)) })
}

function resourceOf({ id, title, description, alias }: Collection, { read, write }: Rights): unknown {
  return {
    id,
    title,
    ...(description === undefined ? {} : { description }),
    alias,
    can_read: read,
    can_write: write,
    media_types: [stixType],
  }
}

interface Asked {
  readonly filter: ExchangeFilter
  readonly limit: number
}

/** Filters of section 3.4; a reason where one of them is not of its form. */
function askedOf(c: Context): Asked | string {
  const query = (name: string): string | undefined => c.req.query(name)
  const list = (name: string): readonly string[] | undefined => {
    const given = query(name)
    return given === undefined
      ? undefined
      : given
          .split(",")
          .map((one) => one.trim())
          .slice(0, pageMax)
  }
  const limit = query("limit")
  if (limit !== undefined && !/^[1-9]\d{0,8}$/.test(limit)) return "limit is not a positive whole number"
  const next = query("next")
  if (next !== undefined && !/^\d{1,15}$/.test(next)) return "next is not of this server"
  const addedAfter = query("added_after")
  if (
    addedAfter !== undefined &&
    !(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/.test(addedAfter) && !Number.isNaN(Date.parse(addedAfter)))
  )
    return "added_after is not a timestamp"
  return {
    limit: Math.min(Number(limit ?? pageMax), pageMax),
    filter: {
      addedAfter,
      afterSeq: next === undefined ? undefined : Number(next),
      ids: list("match[id]"),
      types: list("match[type]"),
      specVersions: list("match[spec_version]"),
      versions: list("match[version]"),
    },
  }
}

interface Page {
  readonly rows: readonly ExchangeRow[]
  readonly more: boolean
}

function paged(
  c: Context,
  { workspace }: TaxiiOptions,
  collection: Collection,
  filter: ExchangeFilter,
  body: (page: Page) => unknown,
): Response {
  const asked = askedOf(c)
  if (typeof asked === "string") return fail(c, 400, asked)
  const page = workspace.exchange.page(collection.id, { ...asked.filter, ...filter }, asked.limit)
  const [first, last] = [page.rows[0], page.rows.at(-1)]
  const dates = first && last ? { "X-TAXII-Date-Added-First": first.added, "X-TAXII-Date-Added-Last": last.added } : undefined
  return send(c, body(page), 200, dates)
}

function onward({ rows, more }: Page): { readonly more?: true; readonly next?: string } {
  return more ? { more: true, next: String(rows.at(-1)?.seq) } : {}
}

/** An envelope (section 3.7), put together as text: the objects leave as they came. */
function getObjects(c: Context, options: TaxiiOptions, collection: Collection, id?: string): Response {
  if (id !== undefined && !options.workspace.exchange.has(collection.id, id)) return fail(c, 404, "no such object")
  const asked = askedOf(c)
  if (typeof asked === "string") return fail(c, 400, asked)
  const page = options.workspace.exchange.page(collection.id, { ...asked.filter, ...(id === undefined ? {} : { ids: [id] }) }, asked.limit)
  const [first, last] = [page.rows[0], page.rows.at(-1)]
  if (!first || !last) return send(c, {})
  const head = page.more ? `"more":true,"next":${JSON.stringify(onward(page).next)},` : ""
  return c.body(`{${head}"objects":[${page.rows.map(({ body }) => body).join(",")}]}`, 200, {
    "Content-Type": mediaType,
    "X-TAXII-Date-Added-First": first.added,
    "X-TAXII-Date-Added-Last": last.added,
  })
}

function getManifest(c: Context, options: TaxiiOptions, collection: Collection): Response {
  return paged(c, options, collection, {}, (page) => {
    const objects = page.rows.map(({ id, added, version, specVersion }) => ({
      id,
      date_added: added,
      version,
      media_type: `application/stix+json;version=${specVersion}`,
    }))
    return objects.length === 0 ? {} : { ...onward(page), objects }
  })
}

function getVersions(c: Context, options: TaxiiOptions, collection: Collection): Response {
  const id = c.req.param("object") ?? ""
  if (!options.workspace.exchange.has(collection.id, id)) return fail(c, 404, "no such object")
  return paged(c, options, collection, { ids: [id], versions: ["all"] }, (page) => ({
    ...onward(page),
    versions: page.rows
      .map(({ version }) => version)
      .sort()
      .reverse(),
  }))
}

function deleting(c: Context, options: TaxiiOptions): Response | Promise<Response> {
  return writing(c, options, (collection) => {
    const asked = askedOf(c)
    if (typeof asked === "string") return fail(c, 400, asked)
    const gone = options.workspace.exchange.remove(collection.id, c.req.param("object") ?? "", asked.filter)
    return gone === 0 ? fail(c, 404, "no such object") : c.body(null, 200, { "Content-Type": mediaType })
  })
}

async function postObjects(c: Context, options: TaxiiOptions, collection: Collection): Promise<Response> {
  if (!/^application\/taxii\+json\s*(?:;\s*version=2\.1\s*)?$/i.test(c.req.header("content-type") ?? ""))
    return fail(c, 415, `send ${mediaType}`)
  const body = await bodyOf(c.req.raw)
  if (body === undefined) return fail(c, 413, `more than ${contentBytesMax} bytes`)
  const objects = objectsOf(body)
  if (typeof objects === "string") return fail(c, 422, objects)
  const status = stored(options, collection, objects)
  return send(c, status, 202)
}

/** The body's bytes as text, undefined where there are too many: counted as they come, whatever the header says. */
async function bodyOf(request: Request): Promise<string | undefined> {
  const chunks: Uint8Array[] = []
  let length = 0
  if (!request.body) return ""
  for await (const chunk of request.body as unknown as AsyncIterable<Uint8Array>) {
    length += chunk.length
    if (length > contentBytesMax) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString("utf8")
}

function objectsOf(body: string): readonly unknown[] | string {
  let envelope: unknown
  try {
    envelope = JSON.parse(body)
  } catch (error) {
    return `not JSON: ${(error as Error).message}`.slice(0, 200)
  }
  const objects = (envelope as { readonly objects?: unknown } | null)?.objects
  if (!Array.isArray(objects)) return "an envelope with objects is needed"
  return objects.length > objectsMax ? `more than ${objectsMax} objects` : objects
}

/** Adds what is a STIX object, and keeps the status resource (section 4.3) for those who ask later. */
function stored({ workspace, now }: TaxiiOptions, collection: Collection, objects: readonly unknown[]): unknown {
  const at = now()
  const faults = objects.map(faultOf)
  const good = objects.filter((_, at) => faults[at] === undefined) as readonly StixObject[]
  const versions = workspace.exchange.add(collection.id, good, at)
  const failures = objects.flatMap((object, at) => {
    const message = faults[at]
    return message === undefined ? [] : [{ id: idOf(object), version: statedVersion(object) ?? now(), message }]
  })
  const status = {
    id: randomUUID(),
    status: "complete",
    request_timestamp: at,
    total_count: objects.length,
    success_count: good.length,
    successes: good.map(({ id }, at) => ({ id, version: versions[at] })),
    failure_count: failures.length,
    failures,
    pending_count: 0,
  }
  keepStatus(workspace, collection, status)
  return status
}

function keepStatus(
  { state }: Workspace,
  collection: Collection,
  status: { readonly id: string; readonly request_timestamp: string },
): void {
  state.transaction(() => {
    const kept = state.entries<{ readonly status: { readonly request_timestamp: string } }>(statusKind)
    const oldest = [...kept].sort((a, b) => (a.value.status.request_timestamp < b.value.status.request_timestamp ? -1 : 1))
    for (const { key } of oldest.slice(0, Math.max(0, kept.length - statusesMax + 1))) state.delete(statusKind, key)
    state.set(statusKind, status.id, { collection: collection.id, status })
  })
}

function getStatus(c: Context, options: TaxiiOptions): Response {
  const secret = secretOf(c.req.header("authorization"))
  if (secret === undefined) return fail(c, 401, "a token is needed")
  const kept = options.workspace.state.get<{ readonly collection: string; readonly status: unknown }>(
    statusKind,
    c.req.param("status") ?? "",
  )
  if (!kept || !rightsOf(options.workspace.state, secret, kept.collection).write) return fail(c, 404, "no such status")
  return send(c, kept.status)
}

/** STIX 2.1 section 2.9 and 3.1: what makes it an object with an identity; everything else is the reader's business. */
function faultOf(object: unknown): string | undefined {
  if (typeof object !== "object" || object === null || Array.isArray(object)) return "not an object"
  const { id, type, modified, created } = object as Readonly<Record<string, unknown>>
  if (typeof type !== "string" || !/^[a-z0-9][a-z0-9-]{1,248}[a-z0-9]$/.test(type)) return "type is not a STIX type"
  if (typeof id !== "string" || !/^[a-z0-9-]+--[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id)) return "id is not a STIX id"
  if (!id.startsWith(`${type}--`)) return "id is not of this type"
  for (const instant of [modified, created])
    if (instant !== undefined && (typeof instant !== "string" || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/.test(instant)))
      return "created or modified is not a timestamp"
  return deeper(object, nestingMax) ? `nested deeper than ${nestingMax}` : undefined
}

function deeper(value: unknown, left: number): boolean {
  if (typeof value !== "object" || value === null) return false
  return left === 0 || Object.values(value).some((one) => deeper(one, left - 1))
}

function idOf(object: unknown): string {
  const id = (object as { readonly id?: unknown } | null)?.id
  return typeof id === "string" ? id.slice(0, 200) : "unknown"
}

function statedVersion(object: unknown): string | undefined {
  const { modified, created } = (object ?? {}) as Readonly<Record<string, unknown>>
  const instant = modified ?? created
  return typeof instant === "string" ? instant.slice(0, 40) : undefined
}
