// The words with which triage quotes evidence, in both languages: what stands in the `{~…}` of the factor table.
import { clientNames } from "../client-fields.js"
import type { Sentence } from "../sentences.js"

export const phrases = {
  // What came of it.
  allowed: both("allowed", "autorisé"),
  blocked: both("blocked", "bloqué"),
  success: both("success", "réussi"),
  failure: both("failure", "échoué"),
  unknown: both("unknown", "inconnu"),
  "allowed-success": both("allowed, success", "autorisé, réussi"),
  "allowed-failure": both("allowed, failure", "autorisé, échoué"),
  "blocked-success": both("blocked, success", "bloqué, réussi"),
  "blocked-failure": both("blocked, failure", "bloqué, échoué"),

  // Named without a contact: strengths, and what merely repeats a value.
  exact: both("exact", "exact"),
  cidr: both("cidr", "réseau"),
  subdomain: both("subdomain", "sous-domaine"),
  prefix: both("prefix", "préfixe"),
  lookup: both("lookup", "résolution DNS"),
  mention: both("mention", "mention"),
  host: both("host", "hôte seul"),
  overlap: both("overlap", "recouvrement"),
  weak: both("weak", "faible"),
  "own-output": both("own-output", "sortie de Sillage"),
  list: both("list", "liste"),
  config: both("config", "configuration"),
  alert: both("alert", "alerte"),

  // Logins and what followed.
  account: both("account {name}", "compte {name}"),
  login: both("login", "connexion"),
  "login-around": both("within {#hours} h: {@when}, {place}", "dans les {#hours} h : {@when}, {place}"),
  "act-around": both("{act} at {@when}, {place}", "{act}, {@when}, {place}"),
  history: both("{account} on {#before} days before and {#after} days after", "{account}, {#before} jours avant et {#after} jours après"),

  // Shapes.
  "scanner-name": both("names itself {agent}", "se présente comme {agent}"),
  "many-targets": both("{#count} different targets", "{#count} cibles différentes"),
  "more-targets": both("{#count} or more different targets", "{#count} cibles différentes ou plus"),
  "mostly-dropped": both("{#dropped} of {#all} records dropped", "{#dropped} enregistrements sur {#all} bloqués"),
  minutes: both("{#minutes} minutes", "{#minutes} minutes"),
  megabytes: both("{#megabytes} MB", "{#megabytes} Mo"),
  periodic: both("{#contacts} contacts, one every {#seconds} s", "{#contacts} contacts, un toutes les {#seconds} s"),

  // Corroboration.
  session: both(
    "one session on {#count} listed addresses, {others} among them",
    "une même session sur {#count} adresses listées, dont {others}",
  ),
  "one-time-link": both(
    "one link with a one-time value opened from {#count} listed addresses, {others} among them: {link}",
    "un même lien à valeur unique ouvert depuis {#count} adresses listées, dont {others} : {link}",
  ),
  "client-by-name": both(
    "same {~kind} as {#partners} other listed addresses, in {#networks} networks, {others} among them, no browser or tool that everybody has, how many other visitors have it was not measured: {value}",
    "même {~kind} que {#partners} autres adresses listées, dans {#networks} réseaux, dont {others}, ni navigateur ni outil répandu, nombre d'autres visiteurs qui l'ont non mesuré : {value}",
  ),
  "client-many-names": both(
    "same {~kind} as {#partners} other listed addresses, in {#networks} networks, {others} among them, under the names of several browsers, which no single browser has: {value}",
    "même {~kind} que {#partners} autres adresses listées, dans {#networks} réseaux, dont {others}, sous les noms de plusieurs navigateurs, ce qu'aucun navigateur ne fait : {value}",
  ),
  "client-unmeasured": both(
    "same {~kind} as {#partners} other listed addresses, in {#networks} networks, {others} among them, but the hits do not tell whether it is rare: {value}",
    "même {~kind} que {#partners} autres adresses listées, dans {#networks} réseaux, dont {others}, mais les occurrences ne disent pas si c'est rare : {value}",
  ),
  "client-unmeasured-one": both(
    "same {~kind} as another listed address, {others}, but the hits do not tell whether it is rare: {value}",
    "même {~kind} qu'une autre adresse listée, {others}, mais les occurrences ne disent pas si c'est rare : {value}",
  ),
  "spray-many": both(
    "tried {names} and {#more} more, as did {#partners} other listed addresses: a distributed spray",
    "a essayé {names} et {#more} autres noms, comme {#partners} autres adresses listées : pulvérisation distribuée",
  ),
  "spray-many-one": both(
    "tried {names} and {#more} more, as did another listed address: a distributed spray",
    "a essayé {names} et {#more} autres noms, comme une autre adresse listée : pulvérisation distribuée",
  ),
  spray: both(
    "tried {names}, as did {#partners} other listed addresses: a distributed spray",
    "a essayé {names}, comme {#partners} autres adresses listées : pulvérisation distribuée",
  ),
  "spray-one": both(
    "tried {names}, as did another listed address: a distributed spray",
    "a essayé {names}, comme une autre adresse listée : pulvérisation distribuée",
  ),

  // Exchange, 2021.
  "directory-reset": both(
    "CVE-2021-27065: virtual directory reset ({anchor})",
    "CVE-2021-27065 : réinitialisation d'un répertoire virtuel ({anchor})",
  ),
  rerouted: both("CVE-2021-26855: routed to another server ({anchor})", "CVE-2021-26855 : requête routée vers un autre serveur ({anchor})"),
  crawler: both("a claimed crawler posts to {path}", "un robot d'indexation prétendu envoie un POST à {path}"),
  "web-shell": both("a page where web shells were left: {path}", "une page où des web shells ont été déposés : {path}"),

  // Shared addresses.
  "looked-up": both("looked up offline", "vérifié hors ligne"),
  "carrier-grade": both("carrier-grade NAT range {range}", "plage de NAT d'opérateur {range}"),

  // Chance.
  "decoys-one-one": both(
    "{#hits} hit on {#addresses} listed address; by chance {#chance}",
    "{#hits} occurrence sur {#addresses} adresse listée ; par hasard {#chance}",
  ),
  "decoys-many-one": both(
    "{#hits} hits on {#addresses} listed address; by chance {#chance}",
    "{#hits} occurrences sur {#addresses} adresse listée ; par hasard {#chance}",
  ),
  "decoys-many": both(
    "{#hits} hits on {#addresses} listed addresses; by chance {#chance}",
    "{#hits} occurrences sur {#addresses} adresses listées ; par hasard {#chance}",
  ),
} as const satisfies Readonly<Record<string, Sentence>>

/** What can be aimed at; in brackets behind it stands the page, port or action of the record. */
export const services = {
  exchange: both("Exchange", "Exchange"),
  edge: both("VPN or edge device", "VPN ou équipement de bordure"),
  administration: both("administration", "administration"),
  "login-page": both("login page", "page de connexion"),
  login: both("login", "connexion"),
  mail: both("mail", "messagerie"),
  ssh: both("SSH", "SSH"),
  telnet: both("Telnet", "Telnet"),
  "file-sharing": both("Windows file sharing", "partage de fichiers Windows"),
  ike: both("VPN (IKE)", "VPN (IKE)"),
  openvpn: both("VPN (OpenVPN)", "VPN (OpenVPN)"),
  l2tp: both("VPN (L2TP)", "VPN (L2TP)"),
  pptp: both("VPN (PPTP)", "VPN (PPTP)"),
  "remote-desktop": both("remote desktop", "bureau à distance"),
  vnc: both("remote desktop (VNC)", "bureau à distance (VNC)"),
  winrm: both("Windows remote management", "gestion à distance Windows"),
  router: both("router administration", "administration de routeur"),
} as const satisfies Readonly<Record<string, Sentence>>
export type ServiceName = keyof typeof services

export function aimedAt(service: ServiceName): Sentence {
  const { en, fr } = services[service]
  return { en: `${en} ({detail})`, fr: `${fr} ({detail})` }
}

/** What earlier versions said, in answers that were kept. */
const earlier: readonly Sentence[] = [
  both(
    "no second listed address shares a session with it or tried the same accounts",
    "aucune autre adresse listée ne partage de session avec elle ni n'a essayé les mêmes comptes",
  ),
]

/** Longer names first: "remote desktop (VNC)" is no "remote desktop" with a detail. */
export const triagePhrases: readonly Sentence[] = [
  ...Object.values(phrases),
  ...Object.values(clientNames),
  ...earlier,
  ...(Object.keys(services) as ServiceName[]).map(aimedAt).sort((a, b) => b.en.length - a.en.length),
]

function both(en: string, fr: string): Sentence {
  return { en, fr }
}
