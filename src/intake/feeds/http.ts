// A document at an HTTP address, fetched again only when its ETag or date has changed.
import { basename } from "node:path/posix"
import type { Feed } from "./feed.js"
import { httpGet } from "./http-get.js"

export const httpFeed: Feed = {
  name: "http",
  title: "Document at an HTTP(S) address",
  async recognize(location) {
    return /^https?:\/\//i.test(location) ? 0.5 : 0
  },
  async pull({ location, access, cursor = {}, timeoutMs }) {
    const unchanged = { documents: [], withdrawn: [], cursor, problems: [] }
    try {
      const headers: Record<string, string> = {}
      if (cursor.etag) headers["if-none-match"] = cursor.etag
      if (cursor.modified) headers["if-modified-since"] = cursor.modified
      const answer = await httpGet(location, { access, headers, timeoutMs })
      if (answer.status === 304) return unchanged
      if (answer.status !== 200)
        return { ...unchanged, problems: [{ code: "unreadable", where: location, message: `the server answered ${answer.status}` }] }
      const { etag, "last-modified": modified } = answer.headers
      return {
        documents: [{ name: basename(new URL(answer.url).pathname) || new URL(answer.url).hostname, bytes: answer.body }],
        withdrawn: [],
        cursor: { ...(etag ? { etag } : {}), ...(modified ? { modified } : {}) },
        problems: [],
      }
    } catch (error) {
      return { ...unchanged, problems: [{ code: "unreadable", where: location, message: `not fetched: ${(error as Error).message}` }] }
    }
  },
}
