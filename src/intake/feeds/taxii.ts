// TAXII 2.1 collections (OASIS): discovery, API root or collection address; pages followed to the end; only what was added since the last pull.
import type { Problem } from "../../model/problem.js"
import { isObject, type Json, type JsonObject, list, objects, parseJson, string } from "../json.js"
import type { Feed, FeedDocument, FeedSource } from "./feed.js"
import { httpGet } from "./http-get.js"

export const pagesMax = 10_000
export const objectsMax = 2_000_000
const mediaType = "application/taxii+json;version=2.1"

export const taxiiFeed: Feed = {
  name: "taxii",
  title: "TAXII 2.1 collection, API root or discovery address",
  async recognize(location) {
    if (!/^(?:https?|taxii):\/\//i.test(location)) return 0
    return /\/taxii2\/?$|\/collections\/(?:[^/]+\/?)?(?:objects\/?)?$|^taxii:/i.test(location) ? 0.95 : 0
  },
  async pull(source) {
    const { cursor = {} } = source
    const problems: Problem[] = []
    const documents: FeedDocument[] = []
    const next: Record<string, string> = { ...cursor }
    try {
      for (const collection of await collectionsOf(source)) {
        const pulled = await pullCollection(collection, source, cursor[collection], problems)
        if (pulled.objects.length > 0)
          documents.push({
            name: nameOf(collection),
            bytes: new TextEncoder().encode(JSON.stringify({ type: "bundle", objects: pulled.objects })),
            incremental: true,
          })
        if (pulled.last !== undefined) next[collection] = pulled.last
      }
    } catch (error) {
      problems.push({ code: "unreadable", where: source.location, message: `TAXII: ${(error as Error).message}` })
    }
    return { documents, withdrawn: [], cursor: next, problems }
  },
}

async function getJson(
  url: string,
  source: FeedSource,
): Promise<{ readonly body: JsonObject; readonly headers: Readonly<Record<string, string>> }> {
  const answer = await httpGet(url, { access: source.access, timeoutMs: source.timeoutMs, headers: { accept: mediaType } })
  if (answer.status !== 200) throw new Error(`${url} answered ${answer.status}`)
  const parsed = parseJson(new TextDecoder().decode(answer.body))
  if (!("value" in parsed) || !isObject(parsed.value)) throw new Error(`${url} answered no JSON object`)
  return { body: parsed.value, headers: answer.headers }
}

/** Addresses of collections, each with a trailing slash. */
async function collectionsOf(source: FeedSource): Promise<readonly string[]> {
  const location = source.location
    .replace(/^taxii:/i, "https:")
    .replace(/objects\/?$/, "")
    .replace(/\/?$/, "/")
  if (/\/collections\/[^/]+\/$/.test(location)) return [location]
  if (/\/collections\/$/.test(location)) return readable(location, (await getJson(location, source)).body)
  const { body } = await getJson(location, source)
  if (body.api_roots === undefined) {
    const collections = new URL("collections/", location).href
    return readable(collections, (await getJson(collections, source)).body)
  }
  const found: string[] = []
  for (const root of list(body.api_roots)) {
    if (typeof root !== "string") continue
    const collections = new URL("collections/", new URL(root.replace(/\/?$/, "/"), location)).href
    found.push(...readable(collections, (await getJson(collections, source)).body))
  }
  return found
}

function readable(address: string, body: JsonObject): readonly string[] {
  return objects(body.collections).flatMap(({ id, can_read }) =>
    can_read !== false && typeof id === "string" ? [new URL(`${encodeURIComponent(id)}/`, address).href] : [],
  )
}

interface Pulled {
  readonly objects: readonly Json[]
  readonly last: string | undefined
}

async function pullCollection(collection: string, source: FeedSource, since: string | undefined, problems: Problem[]): Promise<Pulled> {
  const all: Json[] = []
  let last: string | undefined
  let page: string | undefined
  for (let count = 0; ; count++) {
    const url = new URL("objects/", collection)
    if (since !== undefined) url.searchParams.set("added_after", since)
    if (page !== undefined) url.searchParams.set("next", page)
    const { body, headers } = await getJson(url.href, source)
    const found = list(body.objects)
    all.push(...found)
    last = headers["x-taxii-date-added-last"] ?? last
    const following = string(body.next)
    // A server that says `more` but gives no way on, or the same way again, would be asked for ever.
    if (body.more !== true || following === undefined || following === page || found.length === 0) {
      if (body.more === true)
        problems.push({ code: "truncated", where: collection, message: "the server says that there is more, but not how to get it" })
      break
    }
    page = following
    if (count >= pagesMax || all.length >= objectsMax) {
      problems.push({
        code: "limit",
        where: collection,
        message: `more than ${pagesMax} pages or ${objectsMax} objects; the rest comes with the next pull`,
      })
      break
    }
  }
  return { objects: all, last }
}

function nameOf(collection: string): string {
  return `${decodeURIComponent(collection.split("/").filter(Boolean).pop() ?? "collection")}.json`
}
