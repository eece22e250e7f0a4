// The URL indicators by their hosts. Those of a host are taken apart when it is first met: few hosts of a long list ever are.
import { Owned } from "./owned.js"
import { hostOf, splitUrl } from "./url.js"

export interface UrlEntry {
  readonly indicator: number
  readonly scheme: string
  readonly port: string
}

/** The indicators of one host and port. */
export interface UrlPlace {
  /** By path and query. */
  readonly exact: ReadonlyMap<string, readonly UrlEntry[]>
  /** Paths that end in `/`, of indicators without a query. */
  readonly folders: ReadonlyMap<string, readonly UrlEntry[]>
  /** The different lengths of those paths, ascending. */
  readonly folderLengths: readonly number[]
}

interface HostUrls {
  readonly entries: readonly UrlEntry[]
  /** By scheme and port. */
  readonly places: ReadonlyMap<string, UrlPlace>
}

export class UrlTable {
  private readonly byHost: Owned
  private readonly textOf: (indicator: number) => string
  private readonly opened = new Map<string, HostUrls>()

  /** Has room for `count` indicators; `textOf` names the canonical URL of each. */
  constructor(count: number, textOf: (indicator: number) => string) {
    this.byHost = new Owned(count, (indicator) => hostOf(textOf(indicator)))
    this.textOf = textOf
  }

  add(indicator: number): void {
    this.byHost.add(indicator)
  }

  hasHost(host: string): boolean {
    return this.byHost.get(host).length > 0
  }

  /** All of a host: what a record without a path can be evidence of. */
  ofHost(host: string): readonly UrlEntry[] {
    return this.open(host)?.entries ?? []
  }

  /** `http` and `https` share their places; `port` is empty for the default. */
  place(scheme: string, host: string, port: string): UrlPlace | undefined {
    return this.open(host)?.places.get(placeKey(scheme, port))
  }

  private open(host: string): HostUrls | undefined {
    const known = this.opened.get(host)
    if (known) return known
    const indicators = this.byHost.get(host)
    if (indicators.length === 0) return undefined
    const fresh = hostUrls(indicators, this.textOf)
    this.opened.set(host, fresh)
    return fresh
  }
}

function placeKey(scheme: string, port: string): string {
  return scheme === "http" || scheme === "https" ? port : `${scheme}:${port}`
}

interface OpenPlace {
  readonly exact: Map<string, UrlEntry[]>
  readonly folders: Map<string, UrlEntry[]>
  readonly lengths: Set<number>
}

function hostUrls(indicators: readonly number[], textOf: (indicator: number) => string): HostUrls {
  const entries: UrlEntry[] = []
  const places = new Map<string, OpenPlace>()
  for (const indicator of indicators) {
    const url = splitUrl(textOf(indicator))
    if (!url) continue
    const { scheme, port, path, query } = url
    const entry: UrlEntry = { indicator, scheme, port }
    entries.push(entry)
    const key = placeKey(scheme, port)
    const place = places.get(key) ?? {
      exact: new Map<string, UrlEntry[]>(),
      folders: new Map<string, UrlEntry[]>(),
      lengths: new Set<number>(),
    }
    places.set(key, place)
    append(place.exact, path + query, entry)
    if (query !== "" || !path.endsWith("/")) continue
    append(place.folders, path, entry)
    place.lengths.add(path.length)
  }
  const sorted = ({ exact, folders, lengths }: OpenPlace): UrlPlace => ({
    exact,
    folders,
    folderLengths: [...lengths].sort((a, b) => a - b),
  })
  return { entries, places: new Map(Array.from(places, ([key, place]) => [key, sorted(place)])) }
}

function append<V>(map: Map<string, V[]>, key: string, value: V): void {
  const list = map.get(key)
  if (list) list.push(value)
  else map.set(key, [value])
}
