// STIX objects to a TAXII 2.1 collection (OASIS TAXII 2.1 section 5.5), in envelopes of bounded size; what the collection has is not sent again.
import { sendJson } from "./http-send.js"

const mediaType = "application/taxii+json;version=2.1"
const objectsPerEnvelope = 500

export interface PushedObject {
  readonly id: string
  readonly type: string
  readonly modified?: string
  readonly created?: string
}

export interface Pushed {
  readonly sent: number
  readonly already: number
  readonly failures: readonly { readonly id: string; readonly message: string }[]
}

/** `collection`: address of the collection, with or without a trailing slash. Rejects where the server refuses. */
export async function pushToTaxii(collection: string, authorization: string, objects: readonly PushedObject[]): Promise<Pushed> {
  const base = collection.replace(/\/?$/, "/")
  const known = await versionsThere(base, authorization)
  const fresh = objects.filter(
    (one) =>
      !known.has(`${one.id} ${one.modified ?? one.created ?? ""}`) &&
      !(one.modified === undefined && one.created === undefined && known.has(one.id)),
  )
  const failures: { id: string; message: string }[] = []
  for (let at = 0; at < fresh.length; at += objectsPerEnvelope) {
    const body = JSON.stringify({ objects: fresh.slice(at, at + objectsPerEnvelope) })
    const answer = await sendJson(`${base}objects/`, "POST", {
      headers: { accept: mediaType, "content-type": mediaType, authorization },
      body,
    })
    if (answer.status !== 202) throw new Error(`${base} answered ${answer.status}: ${titleOf(answer.body)}`)
    for (const failure of listOf(answer.body, "failures"))
      failures.push({ id: String(failure.id), message: String(failure.message ?? "refused") })
  }
  return { sent: fresh.length - failures.length, already: objects.length - fresh.length, failures }
}

/** `id version` of everything in the manifest, and the ids alone; a collection that cannot be read is taken as empty. */
async function versionsThere(base: string, authorization: string): Promise<ReadonlySet<string>> {
  const known = new Set<string>()
  let next: string | undefined
  do {
    const url = new URL("manifest/", base)
    url.searchParams.set("match[version]", "all")
    if (next !== undefined) url.searchParams.set("next", next)
    const { status, body } = await sendJson(url.href, "GET", { headers: { accept: mediaType, authorization } })
    if (status === 403 || status === 404) return known
    if (status !== 200) throw new Error(`${base} answered ${status}: ${titleOf(body)}`)
    for (const { id, version } of listOf(body, "objects")) known.add(`${id} ${version}`).add(String(id))
    const onward = (body as { readonly more?: boolean; readonly next?: string } | undefined) ?? {}
    // The same way on again would be asked for ever.
    next = onward.more === true && onward.next !== next ? onward.next : undefined
  } while (next !== undefined)
  return known
}

function listOf(body: unknown, name: string): readonly Readonly<Record<string, unknown>>[] {
  const list = (body as Readonly<Record<string, unknown>> | undefined)?.[name]
  return Array.isArray(list) ? list.filter((one) => typeof one === "object" && one !== null) : []
}

function titleOf(body: unknown): string {
  return String((body as { readonly title?: unknown } | undefined)?.title ?? body ?? "").slice(0, 200)
}
