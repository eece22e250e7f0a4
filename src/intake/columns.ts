// What the columns of a table mean: by their heading where there is one, by their values where not.
import type { StatedType } from "./claim.js"
import { own } from "./own.js"
import { looksLikePattern } from "./stix-terms.js"
import { readValue } from "./value.js"

export type Role =
  | { readonly kind: "value"; readonly type: StatedType }
  | {
      readonly kind:
        | "type"
        | "link"
        | "tlp"
        | "pap"
        | "validFrom"
        | "validUntil"
        | "confidence"
        | "comment"
        | "toIds"
        | "techniques"
        | "actor"
        | "title"
        | "published"
        | "publisher"
        | "tags"
        | "withdrawn"
        | "ignored"
    }

/** The role of a heading, whatever its spelling; undefined if the heading says nothing. */
export function roleOfHeading(heading: string): Role | undefined {
  const plain = heading
    .trim()
    .toLowerCase()
    .replace(/^["']|["']$/g, "")
    .normalize("NFD")
    .replace(/[\u0300-\u036f]/g, "")
    .replace(/[\s_.\-/()[\]]+/g, " ")
    .trim()
  const type = own(headings, plain)
  if (type) return { kind: "value", type }
  for (const [kind, names] of others) if (names.has(plain)) return { kind }
  if (huntedLink.test(plain)) return { kind: "value", type: "url" }
  return ownLink.test(plain) ? { kind: "link" } : undefined
}

/** `malware_download_link`: what is to be hunted. */
const huntedLink =
  /^(?:download )?(?:malware|malicious|phish(?:ing)?|payload|dropper|c2|landing|hameconnage) (?:download |page )?(?:links?|liens?|urls?)$/

/** `urlhaus_link`, `report_url`: where the list itself, or someone else, writes about the value. */
const ownLink =
  /^(?:.*\w )?(?:(?:urlhaus|threatfox|bazaar|malwarebazaar|feodotracker|yaraify|abuse ch|virustotal|vt|otx|misp|source|external|article|blog|news|tweet|twitter|analysis|advisory|documentation|details?|info|more|reference|report) (?:links?|liens?)|(?:article|blog|news|tweet|advisory|documentation|reference|report) urls?|permalink|references?|refs)$/

/** The kind behind a word of a type column: STIX, MISP, OpenCTI, everyday. `undefined`: no kind that logs hold. */
export function kindOfWord(word: string): StatedType | undefined {
  return (
    kinds.get(word) ??
    kinds.get(
      word
        .trim()
        .toLowerCase()
        .replace(/[\s_]+/g, "-"),
    )
  )
}

/** Share of cells that read as a value by themselves; a phrase that ends like a file name is none here. */
export function readableShare(cells: readonly string[]): number {
  const filled = cells.filter((cell) => cell.trim() !== "")
  return filled.length === 0 ? 0 : filled.filter(isReadable).length / filled.length
}

function isReadable(cell: string): boolean {
  if (looksLikePattern(cell)) return true
  if (/^\s*\d+(?:\.\d+)?\s*$/.test(cell)) return false
  const reading = readValue("any", cell)
  return "found" in reading && !(reading.found.type === "file:name" && /\s/.test(cell.trim()))
}

const anyHeadings = [
  "ioc",
  "iocs",
  "indicator",
  "indicators",
  "indicateur",
  "indicateurs",
  "value",
  "valeur",
  "values",
  "observable",
  "observables",
  "artifact",
  "artefact",
]

const headings: Readonly<Record<string, StatedType>> = {
  ...Object.fromEntries(anyHeadings.map((name) => [name, "any" as const])),
  "indicator value": "any",
  "ioc value": "any",
  "siganture value": "any",
  "signature value": "any",
  "signature component value": "any",
  "attribute value": "any",
  "observable value": "any",
  ip: "address",
  ips: "address",
  "ip address": "address",
  "ip addresses": "address",
  "adresse ip": "address",
  "ip addr": "address",
  ipv4: "address",
  ipv6: "address",
  "ipv4 addr": "address",
  "ipv6 addr": "address",
  address: "address",
  adresse: "address",
  "src ip": "address",
  "dst ip": "address",
  "ip src": "address",
  "ip dst": "address",
  cidr: "address",
  network: "address",
  subnet: "address",
  domain: "host",
  domains: "host",
  domaine: "host",
  "nom de domaine": "host",
  "domain name": "host",
  hostname: "host",
  host: "host",
  fqdn: "host",
  c2: "host",
  "c2 server": "host",
  "malicious url": "url",
  uri: "url",
  url: "url",
  urls: "url",
  email: "email-addr",
  "e mail": "email-addr",
  "email address": "email-addr",
  mail: "email-addr",
  sender: "email-addr",
  hash: "hash",
  hashes: "hash",
  empreinte: "hash",
  "file hash": "hash",
  md5: "file:hashes.MD5",
  "md5 hash": "file:hashes.MD5",
  "hash md5": "file:hashes.MD5",
  sha1: "file:hashes.SHA-1",
  "sha 1": "file:hashes.SHA-1",
  "sha1 hash": "file:hashes.SHA-1",
  "hash sha1": "file:hashes.SHA-1",
  sha256: "file:hashes.SHA-256",
  "sha 256": "file:hashes.SHA-256",
  "sha256 hash": "file:hashes.SHA-256",
  "hash sha256": "file:hashes.SHA-256",
  sha512: "file:hashes.SHA-512",
  "sha 512": "file:hashes.SHA-512",
  filename: "file",
  "file name": "file",
  "nom de fichier": "file",
  filepath: "file:path",
  "file path": "file:path",
  "user agent": "user-agent",
  useragent: "user-agent",
  ja3: "x-ja3",
  ja4: "x-ja4",
}
const others: readonly (readonly [Exclude<Role["kind"], "value">, ReadonlySet<string>])[] = [
  [
    "type",
    new Set([
      "type",
      "ioc type",
      "indicator type",
      "observable type",
      "observable types",
      "attribute type",
      "signature type",
      "signature component type",
      "kind",
      "genre",
      "threat type",
    ]),
  ],
  [
    "link",
    new Set([
      "link",
      "links",
      "lien",
      "liens",
      "reference",
      "references",
      "ref",
      "refs",
      "source url",
      "report",
      "report url",
      "reference url",
      "permalink",
      "analysis",
      "external analysis",
      "blog",
      "article",
      "rapport",
    ]),
  ],
  ["tlp", new Set(["tlp", "event tlp", "marking", "markings", "object marking refs", "tlp marking"])],
  ["pap", new Set(["pap"])],
  [
    "validFrom",
    new Set([
      "valid from",
      "creation date",
      "first seen",
      "firstseen",
      "date de creation",
      "debut",
      "created",
      "start",
      "debut de validite",
    ]),
  ],
  [
    "validUntil",
    new Set([
      "valid until",
      "valid to",
      "end of validity",
      "last seen",
      "lastseen",
      "expiration",
      "expires",
      "expiry",
      "fin de validite",
      "end",
    ]),
  ],
  ["confidence", new Set(["confidence", "confiance", "reliability", "signature component reliability", "fiabilite", "score"])],
  [
    "comment",
    new Set([
      "comment",
      "comments",
      "commentaire",
      "description",
      "context",
      "contexte",
      "note",
      "notes",
      "signature component description",
    ]),
  ],
  ["toIds", new Set(["to ids", "ids", "toids"])],
  ["techniques", new Set(["kill chain", "killchain", "technique", "techniques", "attack", "mitre", "ttp"])],
  ["actor", new Set(["event apts", "apt", "apts", "actor", "actors", "threat actor", "acteur", "intrusion set", "group", "groupe"])],
  ["title", new Set(["event title desensitized", "event title", "event info"])],
  ["published", new Set(["event date"])],
  ["publisher", new Set(["event orgc", "orgc", "attribute orgc name"])],
  ["tags", new Set(["event metadata", "tags", "tag", "event tags", "attribute tag"])],
  ["withdrawn", new Set(["revoked", "deleted", "withdrawn"])],
  [
    "ignored",
    new Set([
      "event uuid",
      "event classification",
      "event special france",
      "event reliability",
      "event description",
      "signature uuid",
      "signature description",
      "signature component uuid",
      "signature component metedata",
      "signature component metadata",
      "uuid",
      "id",
      "event id",
      "category",
      "source",
      "sources",
      "date",
      "port",
      "country",
      "asn",
      "count",
    ]),
  ],
]

// A map, since a property of this name would be looked up for every row of a table.
const kinds: ReadonlyMap<string, StatedType> = new Map(
  Object.entries<StatedType>({
    ip: "address",
    ipv4: "address",
    ipv6: "address",
    "ip-address": "address",
    "ipv4-addr": "ipv4-addr",
    "ipv6-addr": "ipv6-addr",
    "ip-src": "address",
    "ip-dst": "address",
    "ip:port": "address",
    "ip-port": "address",
    cidr: "address",
    network: "address",
    domain: "domain-name",
    domaine: "domain-name",
    "domain-name": "domain-name",
    hostname: "domain-name",
    host: "domain-name",
    fqdn: "domain-name",
    url: "url",
    uri: "url",
    email: "email-addr",
    "email-addr": "email-addr",
    "email-address": "email-addr",
    "email-src": "email-addr",
    "email-dst": "email-addr",
    mail: "email-addr",
    hash: "hash",
    filehash: "hash",
    "file-hash": "hash",
    file: "any",
    md5: "file:hashes.MD5",
    "filehash-md5": "file:hashes.MD5",
    sha1: "file:hashes.SHA-1",
    "sha-1": "file:hashes.SHA-1",
    "filehash-sha1": "file:hashes.SHA-1",
    sha256: "file:hashes.SHA-256",
    "sha-256": "file:hashes.SHA-256",
    "filehash-sha256": "file:hashes.SHA-256",
    sha512: "file:hashes.SHA-512",
    "sha-512": "file:hashes.SHA-512",
    filename: "file",
    "file:name": "file:name",
    "file:path": "file:path",
    "file:hashes.md5": "file:hashes.MD5",
    "file:hashes.sha-1": "file:hashes.SHA-1",
    "file:hashes.sha-256": "file:hashes.SHA-256",
    "file:hashes.sha-512": "file:hashes.SHA-512",
    filepath: "file:path",
    "file-path": "file:path",
    "user-agent": "user-agent",
    ja3: "x-ja3",
    ja4: "x-ja4",
    ioc: "any",
    indicator: "any",
  }),
)
