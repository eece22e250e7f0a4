// Writes the demo's bulletin: `node demo/bulletin/make-bulletin.mjs ADDRESSES.txt` (one address a line, # begins a comment).
// The facts are those of CERTFR-2021-IOC-003 (ANSSI / CERT-FR, TLP:CLEAR); the document is ours. Same input, same bytes.
import { createHash } from "node:crypto"
import { readFileSync, writeFileSync } from "node:fs"

/** Our own namespace for UUIDv5 (RFC 9562, section 5.5): the project's name under the DNS namespace. */
const dnsNamespace = "6ba7b810-9dad-11d1-80b4-00c04fd430c8"
const namespace = uuid5(dnsNamespace, "sillage.example")

/** TLP:CLEAR of TLP 2.0, a marking that every STIX 2.1 reader knows by its id. */
const clear = {
  type: "marking-definition",
  spec_version: "2.1",
  id: "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487",
  created: "2022-10-01T00:00:00.000Z",
  name: "TLP:CLEAR",
  extensions: { "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d": { extension_type: "property-extension", tlp_2_0: "clear" } },
}

export function makeBulletin(addresses) {
  const stamp = "2021-07-21T00:00:00.000Z"
  const identity = {
    type: "identity",
    spec_version: "2.1",
    id: id("identity", "project"),
    created: stamp,
    modified: stamp,
    name: "Sillage project",
    description: "Wrote this document from published facts; did not observe them itself.",
    identity_class: "organization",
    object_marking_refs: [clear.id],
  }
  const source = {
    source_name: "ANSSI / CERT-FR",
    description: "Bulletin of 21 July 2021 on compromised home routers used as relays by the APT31 intrusion set",
    url: "https://www.cert.ssi.gouv.fr/ioc/CERTFR-2021-IOC-003/",
    external_id: "CERTFR-2021-IOC-003",
  }
  const common = { spec_version: "2.1", created_by_ref: identity.id, created: stamp, modified: stamp }
  const indicators = addresses.map((address) => ({
    type: "indicator",
    id: id("indicator", address),
    ...common,
    name: `Relay ${address}`,
    description:
      "Address of a compromised home router, published as used as a relay by the APT31 intrusion set. Mostly a source; search both directions.",
    indicator_types: ["compromised"],
    pattern: `[ipv4-addr:value = '${address}']`,
    pattern_type: "stix",
    valid_from: "2021-01-01T00:00:00Z",
    external_references: [source],
    object_marking_refs: [clear.id],
  }))
  const report = {
    type: "report",
    id: id("report", "CERTFR-2021-IOC-003"),
    ...common,
    name: "Relays of the APT31 intrusion set, 2021 (after CERTFR-2021-IOC-003)",
    description:
      "Addresses of compromised home routers used as relays for reconnaissance and attacks on French organisations. " +
      "Search since the beginning of 2021. A hit is not a compromise: it calls for analysis. The owner of the router is a victim.",
    report_types: ["indicator", "campaign"],
    published: stamp,
    object_refs: indicators.map((indicator) => indicator.id),
    external_references: [source],
    object_marking_refs: [clear.id],
  }
  return { type: "bundle", id: id("bundle", "CERTFR-2021-IOC-003"), objects: [clear, identity, report, ...indicators] }
}

function id(type, name) {
  return `${type}--${uuid5(namespace, `${type}:${name}`)}`
}

function uuid5(space, name) {
  const digest = createHash("sha1")
    .update(Buffer.from(space.replaceAll("-", ""), "hex"))
    .update(name)
    .digest()
  digest[6] = (digest[6] & 0x0f) | 0x50
  digest[8] = (digest[8] & 0x3f) | 0x80
  return digest
    .toString("hex")
    .slice(0, 32)
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5")
}

const input = process.argv[2]
if (input === undefined) {
  process.stderr.write("usage: make-bulletin.mjs ADDRESSES.txt\n")
  process.exitCode = 2
} else {
  const addresses = readFileSync(input, "utf8")
    .split(/\r?\n/)
    .filter((line) => line !== "" && !line.startsWith("#"))
  writeFileSync(new URL("./apt31-relays-2021.stix.json", import.meta.url), `${JSON.stringify(makeBulletin(addresses), null, 2)}\n`)
}
