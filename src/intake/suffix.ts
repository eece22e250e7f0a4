// Whether the end of a name exists: the public suffix list, and the special-use names that no list has.
import { createRequire } from "node:module"

/** Loaded when a name is met, which many a bulletin of addresses has not; and not as a module, since that takes twice as long. */
function list(): typeof import("tldts") {
  loaded ??= createRequire(import.meta.url)("tldts") as typeof import("tldts")
  return loaded
}
let loaded: typeof import("tldts") | undefined

// RFC 2606, 6761, 7686, 8375 and 9476; names inside organisations; and suffixes outside the root that software uses.
const specialUse = new Set([
  "example",
  "test",
  "invalid",
  "localhost",
  "local",
  "onion",
  "internal",
  "alt",
  "lan",
  "home",
  "corp",
  "localdomain",
  "intranet",
  "arpa",
  "bit",
  "i2p",
  "eth",
  "lib",
  "coin",
  "emc",
  "bazar",
])

/** True for a canonical name under a registry's suffix or a special-use one. */
export function hasKnownSuffix(name: string): boolean {
  const last = name.slice(name.lastIndexOf(".") + 1)
  if (specialUse.has(last)) return true
  // Whether a rule of a registry applies shows in the last label, so that a million names ask some hundred times.
  let known = registries.get(last)
  if (known === undefined) {
    known = list().parse(`a.a.${last}`, { extractHostname: false, validateHostname: false, allowPrivateDomains: false }).isIcann === true
    if (registries.size < registriesMax) registries.set(last, known)
  }
  return known
}

const registries = new Map<string, boolean>()
const registriesMax = 10_000

/** The name that someone registered: `a.b.example.co.uk` is under `example.co.uk`. */
export function registrableName(name: string): string {
  const suffix = list().getPublicSuffix(name, { extractHostname: false, validateHostname: false, allowPrivateDomains: true })
  if (!suffix || suffix === name) return name
  const labels = name.slice(0, -suffix.length - 1).split(".")
  return `${labels[labels.length - 1]}.${suffix}`
}
