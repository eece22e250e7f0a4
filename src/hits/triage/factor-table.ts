// The points of triage and their wording, as data: F1 to F10, classes and thresholds (starting values, to refit on labelled cases).
import type { Sentence } from "../sentences.js"

export const classes = ["priority", "probable", "weak", "background"] as const
export type TriageClass = (typeof classes)[number]

/** Lowest points of each class; what lies below the last one is background. */
export const classFloor: Readonly<Record<TriageClass, number>> = {
  priority: 70,
  probable: 45,
  weak: 20,
  background: Number.NEGATIVE_INFINITY,
}

export type FactorId = "F1" | "F2" | "F3" | "F4" | "F5" | "F6" | "F7" | "F8" | "F9" | "F10"
export const factorIds: readonly FactorId[] = ["F1", "F2", "F3", "F4", "F5", "F6", "F7", "F8", "F9", "F10"]

/** Is it them? */
export const confidenceFactors: readonly FactorId[] = ["F4", "F6", "F7", "F8", "F9", "F10"]
/** What did it achieve? */
export const consequenceFactors: readonly FactorId[] = ["F1", "F2", "F3", "F5"]

/** From this sum on, an axis of the 2×2 reads "high". */
export const axisFloor = { confidence: 20, consequence: 40 } as const

export type Language = "en" | "fr"

interface Finding extends Sentence {
  readonly factor: FactorId
  readonly points: number
  /** False where nothing in the evidence settles the factor. */
  readonly known: boolean
}

/** A finding marked * is this project's own reading; all others are the published starting values. */
export const findings = {
  "outbound-established": known("F1", 35, "an own host reached it ({~how})", "une machine interne l'a joint ({~how})"),
  // * A dropped outbound attempt still shows an internal host trying.
  "outbound-attempt": known("F1", 20, "an own host tried to reach it ({~how})", "une machine interne a tenté de le joindre ({~how})"),
  inbound: known("F1", 10, "it came to us", "il est venu vers nous"),
  internal: known("F1", 10, "between two of our own networks", "entre deux de nos propres réseaux"),
  external: known("F1", 0, "between two foreign addresses", "entre deux adresses étrangères"),
  mentioned: known(
    "F1",
    0,
    "only named in the record, no contact ({~how})",
    "seulement nommé dans l'enregistrement, sans contact ({~how})",
  ),
  "direction-unknown": open("F1", "the record does not say who began", "l'enregistrement ne dit pas qui a commencé"),

  dropped: known("F2", -15, "dropped only", "uniquement bloqué"),
  refused: known("F2", 0, "answered with an error or not authenticated", "réponse d'erreur ou non authentifié"),
  // * A login form is shown to everybody: no content.
  "login-page": known("F2", 0, "got the login page, not authenticated", "a obtenu la page de connexion, sans authentification"),
  answered: known("F2", 10, "got content or a session ({~how})", "a obtenu un contenu ou une session ({~how})"),
  authenticated: known("F2", 40, "authentication succeeded ({~how})", "authentification réussie ({~how})"),
  "authenticated-and-acted": known(
    "F2",
    55,
    "authentication succeeded ({~how}), then a sensitive action: {~act}",
    "authentification réussie ({~how}), puis une action sensible : {~act}",
  ),
  "outcome-unknown": open("F2", "the record does not say what came of it", "l'enregistrement ne dit pas ce qui en est résulté"),

  "sensitive-target": known("F3", 15, "{~target}", "{~target}"),
  "public-target": known("F3", 0, "public page or ordinary service ({~target})", "page publique ou service ordinaire ({~target})"),
  "target-unknown": open("F3", "what was aimed at is not in the record", "la cible n'est pas dans l'enregistrement"),
  "target-outside": known("F3", 0, "no service of ours was aimed at", "aucun de nos services n'était visé"),

  "in-window": known("F4", 15, "inside the validity of the indicator", "dans la période de validité de l'indicateur"),
  "near-window": known("F4", 5, "{#days} days outside the validity", "à {#days} jours de la période de validité"),
  "outside-window": known("F4", -5, "{#days} days outside the validity", "à {#days} jours de la période de validité"),
  "far-outside-window": known("F4", -20, "{#days} days outside the validity", "à {#days} jours de la période de validité"),
  "after-withdrawal": known("F4", -20, "the publisher has withdrawn the indicator", "l'indicateur a été retiré par son éditeur"),
  "distance-unknown": open("F4", "outside the validity, by how much is not known", "hors période de validité, écart inconnu"),
  "window-unknown": open(
    "F4",
    "no validity is stated, or the event has no time",
    "aucune période de validité énoncée, ou événement sans date",
  ),

  quiet: known(
    "F5",
    8,
    "quiet and specific: {#count} requests in all, straight to the point",
    "discret et précis : {#count} requêtes en tout, droit au but",
  ),
  "quiet-once": known(
    "F5",
    8,
    "quiet and specific: one request, straight to the point",
    "discret et précis : une seule requête, droit au but",
  ),
  "mass-scan": known("F5", -12, "mass scan: {~how}", "balayage de masse : {~how}"),
  "long-flow": known("F5", 10, "long, large or periodic flow: {~how}", "flux long, volumineux ou périodique : {~how}"),
  "plain-shape": known("F5", 0, "neither quiet nor a scan ({#count} records)", "ni discret ni balayage ({#count} enregistrements)"),
  "plain-shape-once": known("F5", 0, "neither quiet nor a scan (1 record)", "ni discret ni balayage (1 enregistrement)"),
  // Everybody's login is quiet: after a success the shape tells nothing.
  "shape-silent": known("F5", 0, "the shape of a successful login tells nothing", "la forme d'une connexion réussie n'apprend rien"),
  "shape-unknown": open("F5", "the record shows no volume or duration", "l'enregistrement ne montre ni volume ni durée"),

  corroborated: known("F6", 20, "{~how}", "{~how}"),
  "corroborated-twice": known("F6", 40, "{~how}", "{~how}"),
  "exploit-pattern": known("F6", 40, "{~how}", "{~how}"),
  "exploit-and-corroborated": known("F6", 60, "{~how}", "{~how}"),
  "exploit-and-twice": known("F6", 80, "{~how}", "{~how}"),
  alone: known(
    "F6",
    0,
    "no second listed address shares a session, a one-time link or a client with it or tried the same accounts",
    "aucune autre adresse listée ne partage avec elle de session, de lien à valeur unique ou de client, ni n'a essayé les mêmes comptes",
  ),
  "corroboration-unsettled": open("F6", "{~how}", "{~how}"),
  "corroboration-silent": open(
    "F6",
    "its records hold no session, client or account to compare",
    "ses enregistrements ne portent ni session, ni client, ni compte à comparer",
  ),
  "corroboration-unknown": open("F6", "not compared with other addresses", "non comparé avec d'autres adresses"),

  "shared-address": known("F7", -15, "shared address: {~how}", "adresse partagée : {~how}"),
  "own-history": known(
    "F7",
    -25,
    "the same account came from it long before and after: {~how}",
    "le même compte en venait longtemps avant et après : {~how}",
  ),
  "not-shared": known("F7", 0, "not known as a shared address: {~how}", "pas connue comme adresse partagée : {~how}"),
  "sharing-unknown": open("F7", "whether many stand behind the address is not known", "on ne sait pas si l'adresse est partagée"),

  warninglisted: known("F8", -25, "on a warning list: {list}", "sur une liste d'avertissement : {list}"),
  "not-warninglisted": known("F8", 0, "on no warning list", "sur aucune liste d'avertissement"),

  "national-source": known(
    "F9",
    5,
    "published by a national CERT or rated good: {source}",
    "publié par un CERT national ou coté bon : {source}",
  ),
  "ordinary-source": known("F9", 0, "known publisher: {source}", "éditeur connu : {source}"),
  "unknown-source": known("F9", -5, "unknown feed: {source}", "flux inconnu : {source}"),
  "source-unknown": open("F9", "the publisher is not stated", "l'éditeur n'est pas énoncé"),

  "chance-likely": known("F10", -10, "{~sentence}", "{~sentence}"),
  "chance-unlikely": known("F10", 0, "{~sentence}", "{~sentence}"),
  "chance-unknown": open("F10", "no decoy addresses were searched", "aucune adresse leurre n'a été recherchée"),
} as const satisfies Readonly<Record<string, Finding>>

export type FindingName = keyof typeof findings

export const ruleTexts = {
  "success-floor": {
    en: "authentication success in the window is never below probable",
    fr: "une authentification réussie dans la période n'est jamais sous probable",
  },
  "outbound-floor": {
    en: "an established outbound contact in the window is never below probable",
    fr: "un contact sortant établi dans la période n'est jamais sous probable",
  },
  "warninglist-ceiling": {
    en: "on a warning list: never above weak without authentication success",
    fr: "sur une liste d'avertissement : jamais au-dessus de faible sans authentification réussie",
  },
  "dropped-ceiling": {
    en: "dropped inbound attempts are never above weak",
    fr: "des tentatives entrantes bloquées ne sont jamais au-dessus de faible",
  },
  "guess-ceiling": {
    en: "no plain contact with the address ({~strength}): never above weak without authentication success",
    fr: "pas de contact direct avec l'adresse ({~strength}) : jamais au-dessus de faible sans authentification réussie",
  },
  "echo-ceiling": {
    en: "an echo of a list, a configuration or an alert, never a contact",
    fr: "l'écho d'une liste, d'une configuration ou d'une alerte, jamais un contact",
  },
} as const
export type RuleName = keyof typeof ruleTexts

/** "Compromised" is never a class: a hit says that something deserves a look, not what was done. */
export const classTexts: Readonly<
  Record<TriageClass, Readonly<Record<Language, { readonly title: string; readonly nextSteps: readonly string[] }>>>
> = {
  priority: {
    en: {
      title: "priority",
      nextSteps: [
        "preserve the logs concerned: copy, hash, note who holds them",
        "reset the credentials and end the sessions of the accounts concerned",
        "examine the target: web shells, mail rules, exports, new accounts, configuration changes",
        "consider notification; its clock starts at awareness",
        "do not probe, contact or block-and-forget the address: its owner is a victim too",
      ],
    },
    fr: {
      title: "prioritaire",
      nextSteps: [
        "préserver les journaux concernés : copie, empreinte, responsable noté",
        "réinitialiser les secrets et fermer les sessions des comptes concernés",
        "examiner la cible : web shells, règles de messagerie, exports, nouveaux comptes, changements de configuration",
        "envisager la notification ; le délai court dès la prise de connaissance",
        "ne pas sonder ni contacter l'adresse : son propriétaire est lui aussi une victime",
      ],
    },
  },
  probable: {
    en: {
      title: "probable",
      nextSteps: ["examine the session, the accounts and what this address did within 72 hours before and after"],
    },
    fr: { title: "probable", nextSteps: ["examiner la session, les comptes et l'activité de cette adresse 72 heures avant et après"] },
  },
  weak: {
    en: { title: "weak", nextSteps: ["watch the address for 30 days"] },
    fr: { title: "faible", nextSteps: ["surveiller l'adresse pendant 30 jours"] },
  },
  background: {
    en: { title: "background", nextSteps: ["keep the hit, nothing to do"] },
    fr: { title: "bruit de fond", nextSteps: ["conserver le résultat, rien à faire"] },
  },
}

/** The quadrants of the 2×2, confidence first. */
export const quadrantTexts: Readonly<Record<Quadrant, Readonly<Record<Language, string>>>> = {
  "high-high": { en: "likely them, and it achieved something", fr: "probablement eux, avec un effet" },
  "high-low": { en: "likely them, little achieved", fr: "probablement eux, peu d'effet" },
  "low-high": {
    en: "something was achieved; whose work is open: act without attributing",
    fr: "un effet est visible ; auteur incertain : agir sans attribuer",
  },
  "low-low": { en: "little achieved, and perhaps not them", fr: "peu d'effet, et peut-être pas eux" },
}
export type Quadrant = "high-high" | "high-low" | "low-high" | "low-low"

function known(factor: FactorId, points: number, en: string, fr: string): Finding {
  return { factor, points, known: true, en, fr }
}

function open(factor: FactorId, en: string, fr: string): Finding {
  return { factor, points: 0, known: false, en, fr }
}
