// What a publisher says beside a value is kept with it: relations, campaigns, and the same text in any encoding.
import { expect, test } from "vitest"
import { readBulletin } from "../../src/intake/intake.js"

const id = (kind: string, number: number): string => `${kind}--60b30279-6314-4610-a9ec-00000000000${number}`

test("STIX: relationships of an indicator and campaigns are kept under their names", async () => {
  const relationship = (number: number, type: string, target: string) => ({
    type: "relationship",
    id: id("relationship", number),
    relationship_type: type,
    source_ref: id("indicator", 1),
    target_ref: target,
  })
  const bundle = {
    type: "bundle",
    id: id("bundle", 1),
    objects: [
      { type: "indicator", id: id("indicator", 1), pattern: "[ipv4-addr:value = '192.0.2.1']", pattern_type: "stix" },
      { type: "campaign", id: id("campaign", 1), name: "Winter relays" },
      { type: "intrusion-set", id: id("intrusion-set", 1), name: "ZIRCONIUM" },
      relationship(1, "indicates", id("intrusion-set", 1)),
      relationship(2, "indicates", id("campaign", 1)),
      relationship(3, "derived-from", id("indicator", 9)),
      { ...relationship(4, "indicates", id("malware", 1)), revoked: true },
    ],
  }
  const { campaigns, indicators } = await readBulletin("a.json", Buffer.from(JSON.stringify(bundle)))
  expect(campaigns).toEqual(["Winter relays"])
  expect(indicators[0]!.relations).toEqual([
    { type: "indicates", to: "intrusion-set", name: "ZIRCONIUM" },
    { type: "indicates", to: "campaign", name: "Winter relays" },
    { type: "derived-from", to: "indicator", name: id("indicator", 9) },
  ])
})

test("MISP: galaxies of an attribute are its relations; a value that stands twice keeps those of both places", async () => {
  const attribute = (type: string, value: string, ...tags: readonly string[]) => ({
    type,
    value,
    to_ids: true,
    Tag: tags.map((name) => ({ name })),
  })
  const event = {
    Event: {
      info: "Event",
      Attribute: [
        attribute("ip-dst", "192.0.2.1", 'misp-galaxy:threat-actor="APT31"', "tlp:green"),
        attribute("ip-src", "192.0.2.1", 'misp-galaxy:malpedia="Relay"', 'misp-galaxy:threat-actor="APT31"'),
        attribute("campaign-name", "Winter relays"),
        attribute("ip-dst", "192.0.2.2"),
      ],
    },
  }
  const { campaigns, indicators } = await readBulletin("a.json", Buffer.from(JSON.stringify(event)))
  expect(campaigns).toEqual(["Winter relays"])
  expect(indicators.map(({ relations }) => relations)).toEqual([
    [
      { type: "indicates", to: "intrusion-set", name: "APT31" },
      { type: "indicates", to: "malware", name: "Relay" },
    ],
    undefined,
  ])
})

test("a document says the same in UTF-8, UTF-16 of either order, and Latin-1", async () => {
  const documents: Readonly<Record<string, string>> = {
    "list.csv": "adresse ip;commentaire\r\n192.0.2.1;relais à surveiller\r\n192.0.2.2;déjà vu\r\n",
    "note.txt": "Publié le 21 juillet 2021\n\nLes relais répondent à evil[.]example et à 192.0.2.1.\n",
    "event.json": JSON.stringify({ Event: { info: "Événement", Attribute: [{ type: "ip-dst", value: "192.0.2.1", comment: "déjà" }] } }),
    "intel.dat": "#fields\tindicator\tindicator_type\tmeta.source\n192.0.2.1\tIntel::ADDR\trésumé\n",
    "list.txt": "# relevé\n192.0.2.1\n192.0.2.2 ; déjà\n",
    "page.html": "<html><head><title>Relevé</title></head><body><p>Écoute <code>evil.example</code></p></body></html>",
  }
  for (const [name, text] of Object.entries(documents)) {
    const plain = await readBulletin(name, Buffer.from(text))
    expect(plain.indicators.length, name).toBeGreaterThan(0)
    for (const bytes of [
      Buffer.from(`\ufeff${text}`),
      Buffer.from(`\ufeff${text}`, "utf16le"),
      Buffer.from(`\ufeff${text}`, "utf16le").swap16(),
      Buffer.from(text, "utf16le"),
      Buffer.from(text, "latin1"),
    ])
      expect(await readBulletin(name, bytes), name).toEqual(plain)
  }
})
