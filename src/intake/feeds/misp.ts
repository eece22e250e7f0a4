// A MISP feed, in a folder or over HTTP: `manifest.json` lists the events by UUID with their timestamps, each lies in `UUID.json`.
import { readFile, stat } from "node:fs/promises"
import { join } from "node:path"
import type { Problem } from "../../model/problem.js"
import { isObject, type JsonObject, parseJson, string } from "../json.js"
import type { Feed, FeedCursor, FeedDocument, FeedSource } from "./feed.js"
import { httpGet } from "./http-get.js"

export const eventsMax = 50_000
/** What is held in memory at a time: after so much a pull ends, and the next one goes on. */
const batchEventsMax = 500
const batchBytesMax = 128 * 1024 * 1024

export const mispFeed: Feed = {
  name: "misp",
  title: "MISP feed: folder or HTTP(S) address with a manifest",
  async recognize(location) {
    if (/^https?:\/\//i.test(location)) return /\/manifest\.json$|\/feed-?osint\/?$|\/misp-?feed\/?$/i.test(location) ? 0.9 : 0
    return stat(join(location, "manifest.json")).then(
      () => 0.9,
      () => 0,
    )
  },
  async pull(source) {
    const { cursor = {} } = source
    const get = reader(source)
    const problems: Problem[] = []
    const manifest = await readManifest(get, source.location, problems)
    if (!manifest) return { documents: [], withdrawn: [], cursor, problems }
    const documents: FeedDocument[] = []
    const next: Record<string, string> = {}
    let bytes = 0
    let more = false
    for (const [uuid, stamp] of freshFirst(manifest, cursor)) {
      if (documents.length >= batchEventsMax || bytes > batchBytesMax) {
        // What is not looked at in this batch keeps the state that it had.
        if (cursor[uuid] !== undefined) next[uuid] = cursor[uuid]
        more ||= cursor[uuid] !== stamp
        continue
      }
      if (cursor[uuid] === stamp && stamp !== "") {
        next[uuid] = stamp
        continue
      }
      try {
        const document = { name: `${uuid}.json`, bytes: await get(`${uuid}.json`) }
        documents.push(document)
        bytes += document.bytes.length
        next[uuid] = stamp
      } catch (error) {
        // Without its stamp in the cursor the event is asked for again.
        if (cursor[uuid] !== undefined) next[uuid] = cursor[uuid]
        problems.push({
          code: "unreadable",
          where: `${source.location} ${uuid}`,
          message: `event not fetched: ${(error as Error).message}`,
        })
      }
    }
    return {
      documents,
      // Beyond the limit nothing is known to be gone.
      withdrawn:
        manifest.size >= eventsMax
          ? []
          : Object.keys(cursor)
              .filter((uuid) => !manifest.has(uuid))
              .map((uuid) => `${uuid}.json`),
      cursor: next,
      problems,
      ...(more ? { more } : {}),
    }
  },
}

/** Events with their timestamps, those never fetched first: events without a timestamp, fetched each time, must not keep others waiting. */
function freshFirst(manifest: ReadonlyMap<string, JsonObject>, cursor: FeedCursor): readonly (readonly [string, string])[] {
  const events = [...manifest].map(([uuid, entry]) => [uuid, string(entry.timestamp) ?? ""] as const)
  return events.sort(([one, stamp], [other, otherStamp]) => Number(cursor[one] === stamp) - Number(cursor[other] === otherStamp))
}

type Get = (name: string) => Promise<Uint8Array>

function reader({ location, access, timeoutMs }: FeedSource): Get {
  if (!/^https?:\/\//i.test(location)) return (name) => readFile(join(location, name))
  const base = location.replace(/manifest\.json$/, "").replace(/\/?$/, "/")
  return async (name) => {
    const answer = await httpGet(new URL(name, base).href, { access, timeoutMs })
    if (answer.status !== 200) throw new Error(`the server answered ${answer.status}`)
    return answer.body
  }
}

/** Names of events come from the other side: only what is a UUID becomes part of a path. */
const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

async function readManifest(get: Get, location: string, problems: Problem[]): Promise<ReadonlyMap<string, JsonObject> | undefined> {
  let text: string
  try {
    text = new TextDecoder().decode(await get("manifest.json"))
  } catch (error) {
    problems.push({ code: "unreadable", where: `${location} manifest.json`, message: (error as Error).message })
    return undefined
  }
  const parsed = parseJson(text)
  if (!("value" in parsed) || !isObject(parsed.value)) {
    problems.push({
      code: "malformed",
      where: `${location} manifest.json`,
      message: "value" in parsed ? "not an object of events" : parsed.message,
    })
    return undefined
  }
  const manifest = new Map<string, JsonObject>()
  for (const [uuid, entry] of Object.entries(parsed.value)) {
    if (!uuidPattern.test(uuid) || !isObject(entry))
      problems.push({ code: "malformed", where: `${location} manifest.json`, message: `${JSON.stringify(uuid.slice(0, 100))} is no event` })
    else if (manifest.size < eventsMax) manifest.set(uuid, entry)
    else {
      problems.push({ code: "limit", where: `${location} manifest.json`, message: `only the first ${eventsMax} events are read` })
      break
    }
  }
  return manifest
}
