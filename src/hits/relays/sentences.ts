// What the pivot says of a lead, or of why there is none, in both languages.
import { clientNames } from "../client-fields.js"
import type { Sentence } from "../sentences.js"
import type { Family } from "./family.js"

/** By the first letter of a token. */
export const nouns: Readonly<Record<string, Sentence>> = {
  u: clientNames["user-agent"],
  j: clientNames.ja3,
  k: clientNames.ja4,
  h: clientNames.hassh,
  e: clientNames.helo,
  i: clientNames.application,
  v: clientNames.version,
  p: both("page", "page"),
  t: both("target", "cible"),
  q: both("name asked for", "nom demandé"),
  r: both("foreign referrer", "référent étranger"),
  m: both("recipient", "destinataire"),
  s: both("session", "session"),
  o: both("one-time address", "adresse à usage unique"),
  a: both("account name tried", "nom de compte essayé"),
  n: both("network", "réseau"),
}

/** What a token of another kind would be called. */
export const otherNoun = both("trait", "trait")

/** What kind of thing a line of evidence is, where its values may not be shown. */
export const familyNames: Readonly<Record<Family, Sentence>> = {
  client: both("client software", "logiciel client"),
  content: both("pages and targets", "pages et cibles"),
  continuity: both("sessions and hand-offs", "sessions et relèves"),
  account: both("account names", "noms de comptes"),
  time: both("times of activity", "moments d'activité"),
  network: both("network", "réseau"),
  volume: both("number of records", "nombre d'enregistrements"),
  behaviour: both("behaviour", "comportement"),
}

const likeEn = "{#seeds} of {#all} confirmed relays and {#others} other addresses"
const likeFr = "des relais confirmés ({#seeds} sur {#all} ; autres adresses : {#others})"

function like(en: string, fr: string): Sentence {
  return both(`${en}, as ${likeEn}`, `${fr}, comme ${likeFr}`)
}

export const evidence = {
  token: both(
    "same {~noun} as {#seeds} of {#all} confirmed relays and {#others} of {#population} other addresses: {value}",
    "même {~noun} que des relais confirmés ({#seeds} sur {#all} ; autres adresses : {#others} sur {#population}) : {value}",
  ),
  absence: both(
    "lacks the {~noun} of {#seeds} of {#all} confirmed relays: {value}",
    "il lui manque ce que montrent {#seeds} relais confirmés sur {#all}, {~noun} : {value}",
  ),
  "volume-one": like("{#low} records in all", "{#low} enregistrements en tout"),
  volume: like("{#low} to {#high} records in all", "{#low} à {#high} enregistrements en tout"),
  "volume-most": like("128 or more records in all", "128 enregistrements ou plus en tout"),
  assets: like("loads pictures and styles like a browser", "charge images et styles comme un navigateur"),
  "no-assets": like("loads no pictures or styles", "ne charge ni images ni styles"),
  logins: like("own accounts log in from it", "des comptes internes s'y connectent"),
  "no-logins": like("no login from it", "aucune connexion réussie depuis cette adresse"),
  "many-clients": like("four or more different clients behind it", "au moins quatre clients différents derrière elle"),
  "few-clients": like("few clients behind it", "peu de clients derrière elle"),
  "elsewhere-one": both(
    "asked for {#others} other page or target that confirmed relays do not share",
    "a demandé {#others} autre page ou cible que les relais confirmés n'ont pas en commun",
  ),
  elsewhere: both(
    "asked for {#others} other pages or targets that confirmed relays do not share",
    "a demandé {#others} autres pages ou cibles que les relais confirmés n'ont pas en commun",
  ),
  "co-timed": like(
    "active within five minutes of confirmed relays on two or more days",
    "active à moins de cinq minutes de relais confirmés, deux jours ou plus",
  ),
  "never-co-timed": like("never active together with them", "jamais active en même temps qu'eux"),
  "same-hours": like(
    "active only in the six hours of the day in which they are",
    "active seulement pendant les six heures de la journée où ils le sont",
  ),
  "other-hours": like("active at other hours of the day", "active à d'autres heures de la journée"),
  "division-one": both(
    "tried {#targets} target that no confirmed relay did: {#seeds} of those divided {#divided} among themselves with hardly a repeat",
    "a essayé {#targets} cible qu'aucun relais confirmé n'a essayée : {#seeds} d'entre eux se sont partagé {#divided} cibles presque sans répétition",
  ),
  division: both(
    "tried {#targets} targets that no confirmed relay did: {#seeds} of those divided {#divided} among themselves with hardly a repeat",
    "a essayé {#targets} cibles qu'aucun relais confirmé n'a essayées : {#seeds} d'entre eux se sont partagé {#divided} cibles presque sans répétition",
  ),
  "hand-off": both("hand-off with a confirmed relay", "relève avec un relais confirmé"),
} as const satisfies Readonly<Record<string, Sentence>>

/** A page that an address claims to know and never fetched, while a confirmed relay did; or the other way round. */
export const handOffs = {
  "from-seed-origin": both(
    "claimed to come from {page}, which it never fetched; {seed} (confirmed) fetched it",
    "prétend venir de {page}, jamais demandée par elle ; {seed} (confirmée) l'a demandée",
  ),
  "from-seed-origin-timed": both(
    "claimed to come from {page}, which it never fetched; {seed} (confirmed) fetched it {#lag} s earlier",
    "prétend venir de {page}, jamais demandée par elle ; {seed} (confirmée) l'a demandée {#lag} s plus tôt",
  ),
  "from-seed-cache": both(
    "claimed to hold already {page}, which it never fetched; {seed} (confirmed) fetched it",
    "prétend détenir déjà {page}, jamais demandée par elle ; {seed} (confirmée) l'a demandée",
  ),
  "from-seed-cache-timed": both(
    "claimed to hold already {page}, which it never fetched; {seed} (confirmed) fetched it {#lag} s earlier",
    "prétend détenir déjà {page}, jamais demandée par elle ; {seed} (confirmée) l'a demandée {#lag} s plus tôt",
  ),
  "to-seed-origin": both(
    "fetched {page}; {seed} (confirmed) claimed to come from it without ever fetching it",
    "a demandé {page} ; {seed} (confirmée) prétend en venir sans l'avoir jamais demandée",
  ),
  "to-seed-origin-timed": both(
    "fetched {page}; {seed} (confirmed) claimed to come from it without ever fetching it, {#lag} s later",
    "a demandé {page} ; {seed} (confirmée) prétend en venir sans l'avoir jamais demandée, {#lag} s plus tard",
  ),
  "to-seed-cache": both(
    "fetched {page}; {seed} (confirmed) claimed to hold it already without ever fetching it",
    "a demandé {page} ; {seed} (confirmée) prétend la détenir déjà sans l'avoir jamais demandée",
  ),
  "to-seed-cache-timed": both(
    "fetched {page}; {seed} (confirmed) claimed to hold it already without ever fetching it, {#lag} s later",
    "a demandé {page} ; {seed} (confirmée) prétend la détenir déjà sans l'avoir jamais demandée, {#lag} s plus tard",
  ),
} as const satisfies Readonly<Record<string, Sentence>>

export const reasons = {
  "no-seed": both("there is no confirmed relay to start from", "aucun relais confirmé dont partir"),
  "seeds-absent": both("none of the seeds occurs in these logs", "aucun des relais de départ n'apparaît dans ces journaux"),
  "few-others": both(
    "only {#compared} other addresses: too few to say what is rare",
    "seulement {#compared} autres adresses : trop peu pour dire ce qui est rare",
  ),
  "few-resemble": both(
    "fewer than {#floor} of the hits resemble the others: pivot not supported",
    "moins de {#floor} des adresses vues ressemblent aux autres : pivot sans fondement",
  ),
  "no-resemblance": both(
    "the hits do not resemble each other more than random addresses do (p {#p}): pivot not supported",
    "les adresses vues ne se ressemblent pas plus que des adresses prises au hasard (p {#p}) : pivot sans fondement",
  ),
  "no-stand-out": both("no other address stands out from what chance gives", "aucune autre adresse ne dépasse ce que donne le hasard"),
  "one-seed-nothing": both(
    "only 1 seed: likeness cannot be tested, and no session or hand-off leads from it to another address",
    "un seul relais de départ : ressemblance impossible à vérifier, et aucune session ni relève ne mène à une autre adresse",
  ),
  "few-seeds-nothing": both(
    "only {#seeds} seeds: likeness cannot be tested, and no session or hand-off leads from them to another address",
    "seulement {#seeds} relais de départ : ressemblance impossible à vérifier, et aucune session ni relève ne mène à une autre adresse",
  ),
  "one-seed": both(
    "only 1 seed: likeness cannot be tested; only sessions and hand-offs are followed",
    "un seul relais de départ : ressemblance impossible à vérifier ; seules sessions et relèves sont suivies",
  ),
  "few-seeds": both(
    "only {#seeds} seeds: likeness cannot be tested; only sessions and hand-offs are followed",
    "seulement {#seeds} relais de départ : ressemblance impossible à vérifier ; seules sessions et relèves sont suivies",
  ),
} as const satisfies Readonly<Record<string, Sentence>>

export const relaySentences: readonly Sentence[] = [evidence, handOffs, reasons, nouns, { otherNoun }].flatMap((table) =>
  Object.values(table),
)

function both(en: string, fr: string): Sentence {
  return { en, fr }
}
