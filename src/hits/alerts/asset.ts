// Which of one's own systems a hit is about: the end of the exchange that is not the indicator, else the host that logged it.
import type { Hit } from "../../model/hit.js"

/** An address or a name; the log's path where the record names neither. */
export function assetOf(hit: Pick<Hit, "fields" | "where" | "direction" | "source">): string {
  const other = isSource(hit) ? "destination" : "source"
  const fields = [`${other}.ip`, `${other}.domain`, "host.name", "host.ip", "observer.name"]
  const found = fields.map((name) => first(hit.fields[name])).find((value) => value !== undefined)
  return found ?? hit.source.path
}

/** The indicator stands on the side that began the exchange. */
function isSource({ where, direction }: Pick<Hit, "where" | "direction">): boolean {
  if (where?.startsWith("source.") || where?.startsWith("client.") || where === "network.forwarded_ip") return true
  if (where !== null && /^(?:destination|server|url|dns|tls)\./.test(where)) return false
  return direction === "inbound"
}

function first(value: unknown): string | undefined {
  const one = Array.isArray(value) ? value[0] : value
  return one === undefined || one === "" ? undefined : String(one).slice(0, 255)
}
