// Every sentence of triage and pivot in French: of each line of the tables, and of what both really say.
import { readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { allSentences, inFrench } from "../../src/hits/french.js"
import { nouns } from "../../src/hits/relays/sentences.js"
import { joined, quoted, type Sentence, say, type Words } from "../../src/hits/sentences.js"
import { corroborationOf } from "../../src/hits/triage/corroboration.js"
import { decoySentence } from "../../src/hits/triage/decoys.js"
import { findings } from "../../src/hits/triage/factor-table.js"
import { phrases } from "../../src/hits/triage/phrases.js"
import { triageHits } from "../../src/hits/triage/triage.js"
import { hitOf } from "./triage/hit.js"

const samples: Readonly<Record<string, readonly [string | number, string]>> = {
  "": ["a (b), as c: 7 of d", "a (b), as c: 7 of d"],
  "#": [12_345, "12\u202f345"],
  "@": ["2021-03-02T05:12:09.000Z", "2021-03-02T05:12:09.000Z"],
}

function names(template: string): readonly (readonly [string, string])[] {
  return [...template.matchAll(/\{([#@~]?)(\w+)\}/g)].map(([, kind, name]) => [kind as string, name as string])
}

/** Words of ours that stand in a place for them. */
function inner(name: string): Sentence {
  if (name === "noun") return nouns.u as Sentence
  return name === "sentence" ? phrases["decoys-many"] : name === "strength" ? phrases.mention : phrases["allowed-success"]
}

function filledFrench(sentence: Sentence): string {
  return sentence.fr.replace(/\{([#@~]?)(\w+)\}/g, (_, kind: string, name: string) =>
    kind === "~" ? filledFrench(inner(name)) : (samples[kind]?.[1] as string),
  )
}

function filledEnglish(sentence: Sentence): string {
  return say(
    sentence,
    Object.fromEntries(
      names(sentence.en).map(([kind, name]) => [name, kind === "~" ? filledEnglish(inner(name)) : (samples[kind]?.[0] as string)]),
    ),
  )
}

describe("each line of the tables", () => {
  test.each(allSentences.map((one) => [one.en, one] as const))("%s", (_, sentence) => {
    expect(names(sentence.fr).map(String).sort()).toEqual(names(sentence.en).map(String).sort())
    expect(inFrench(filledEnglish(sentence))).toBe(filledFrench(sentence))
  })

  test("is told apart from all others", () => {
    const bare = (text: string) => text.replace(/\{([#@~]?)\w+\}/g, "{$1}")
    const french = new Map<string, Set<string>>()
    for (const { en, fr } of allSentences) french.set(bare(en), (french.get(bare(en)) ?? new Set()).add(bare(fr)))
    expect([...french].filter(([, said]) => said.size > 1)).toEqual([])
  })
})

describe("what is said of hits", () => {
  const login = { "event.action": "login", "user.name": "CORP\\j.doe", "destination.ip": "10.0.0.5" }
  const hits = [
    hitOf({ id: "1", outcome: "success", fields: login }),
    hitOf({ id: "2", indicator: { value: "198.51.100.7" }, outcome: "failure", fields: { ...login, "user.name": "amartin" } }),
    hitOf({ id: "3", indicator: { value: "198.51.100.8" }, outcome: "failure", fields: { ...login, "user.name": "amartin" } }),
    hitOf({ id: "4", indicator: { value: "198.51.100.9" }, outcome: "failure", fields: { ...login, "user.name": "amartin" } }),
    hitOf({ id: "5", direction: "outbound", action: "allowed", outcome: "success", fields: { "network.bytes": 90_000_000 } }),
    hitOf({ id: "6", strength: "mention", fields: { "url.path": "/owa/auth/x.aspx" } }),
    hitOf({ id: "7", fields: { "url.path": "/ecp/auth/w.aspx", "destination.port": 443 } }),
    hitOf({ id: "8", fields: { "destination.port": 3389 }, action: "blocked" }),
    ...["203.0.113.17", "198.51.100.17", "192.0.2.17"].flatMap((value, at) => [
      hitOf({ id: `a${at}`, indicator: { value }, fields: { "user_agent.original": "Operator/1.0 (a; b)", "url.path": "/owa" } }),
      hitOf({ id: `b${at}`, indicator: { value: `${value}0` }, fields: { "user_agent.original": "curl/7.68.0" } }),
      hitOf({
        id: `c${at}`,
        indicator: { value: `${value}1` },
        fields: {
          "tls.client.ja3": "6734f3",
          "user_agent.original": `Mozilla/5.0 (X11) ${["Chrome/88", "Gecko/1 Firefox/85", "Chrome/87"][at]}`,
        },
      }),
    ]),
    hitOf({ id: "9", indicator: { value: "198.51.100.90" }, fields: { "url.path": "/l/3f1c9a7e5b2d4c6f8a9b0c1d" } }),
    hitOf({
      id: "10",
      indicator: { value: "198.51.100.91" },
      fields: { "url.path": "/l/3f1c9a7e5b2d4c6f8a9b0c1d", "email.helo": "mx.odd.example" },
    }),
    hitOf({ id: "11", indicator: { value: "198.51.101.92" }, fields: { "email.helo": "mx.odd.example" } }),
  ]
  const decoys = { hits: 1_037, addresses: 12, decoyHits: 40, decoyAddresses: 20, listed: 161, decoys: 16_100 }
  const { triage } = triageHits({ hits, decoys, corroboration: corroborationOf(hits) })
  const said = [...new Set(triage.flatMap(({ factors, rules }) => [...factors.map(({ text }) => text), ...rules]))]

  test("nothing stays English but what is quoted", () => {
    expect(said.length).toBeGreaterThan(20)
    const english = /\b(?:the|of|and|with|from|it|is|not|no|an|or|as|did|listed|address|addresses|records?|only|came|unknown|allowed)\b/
    expect(said.map(inFrench).filter((text) => english.test(text.replace(/\/\S+/g, "")))).toEqual([])
  })

  test("with the values in their places", () => {
    expect(inFrench("authentication succeeded (account CORP\\j.doe)")).toBe("authentification réussie (compte CORP\\j.doe)")
    expect(inFrench("authentication succeeded (account a; blocked; b)")).toBe("authentification réussie (compte a; blocked; b)")
    expect(inFrench(say(findings.corroborated, { how: corroborationOf(hits).get("198.51.100.7")?.[0]?.text ?? "" }))).toBe(
      "a essayé amartin, comme 2 autres adresses listées : pulvérisation distribuée",
    )
    const client = corroborationOf(hits).get("198.51.100.17")?.[0]?.text as Words
    expect(inFrench(joined([client, say(phrases.session, { count: 3, others: "a, b" })]))).toBe(
      "même agent utilisateur que 2 autres adresses listées, dans 3 réseaux, dont 192.0.2.17, 203.0.113.17, ni navigateur ni outil répandu, nombre d'autres visiteurs qui l'ont non mesuré : Operator/1.0 (a; b) ; une même session sur 3 adresses listées, dont a, b",
    )
    expect(inFrench(decoySentence(decoys))).toBe("1\u202f037 occurrences sur 12 adresses listées ; par hasard 0,4")
    expect(inFrench("37 hits on 12 listed addresses; by chance <0.1")).toBe("37 occurrences sur 12 adresses listées ; par hasard <0,1")
    const after = say(phrases["act-around"], { act: quoted("New-InboxRule"), when: "2021-03-02T05:12:09.000Z", place: "logs/ews.log:7" })
    const how = say(phrases["login-around"], { hours: 72, when: "2021-03-01T00:00:00.000Z", place: "logs/vpn.log:3" })
    expect(inFrench(say(findings["authenticated-and-acted"], { how, act: after }))).toBe(
      "authentification réussie (dans les 72 h : 2021-03-01T00:00:00.000Z, logs/vpn.log:3), puis une action sensible : New-InboxRule, 2021-03-02T05:12:09.000Z, logs/ews.log:7",
    )
    expect(inFrench(joined([say(phrases.crawler, { path: quoted("/ecp/x") }), say(phrases.session, { count: 3, others: "a, b" })]))).toBe(
      "un robot d'indexation prétendu envoie un POST à /ecp/x ; une même session sur 3 adresses listées, dont a, b",
    )
  })

  test("and other text comes back as it is, however long", () => {
    expect(inFrench("anything else; even this")).toBe("anything else; even this")
    const long = `account ${"x; ".repeat(300_000)}`
    expect(inFrench(long)).toBe(long)
  })
})

test("every noun of a token has its sentence, and no other room words evidence by itself", () => {
  for (const file of ["explain", "pivot"]) expect(readFileSync(`src/hits/relays/${file}.ts`, "utf8")).not.toMatch(/text: [`"]|reason: [`"]/)
})
