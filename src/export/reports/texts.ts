// Every sentence of the reports in French and English, in one table; `{…}` takes a value that the writer escapes.
import { type Language, typeset } from "./wording.js"

const table = {
  report: ["Report on a retrospective hunt", "Compte rendu de recherche rétrospective"],
  "report-not-seen": ["Searched, nothing found", "Recherche effectuée, rien trouvé"],
  reference: ["Reference", "Référence"],
  made: ["Report of {day}, Sillage {version}", "Compte rendu du {day}, Sillage {version}"],
  redacted: [
    "Redacted: internal names, addresses, accounts, paths and records are left out or replaced by keyed pseudonyms.",
    "Version expurgée : noms, adresses, comptes, chemins et enregistrements internes sont omis ou remplacés par des pseudonymes à clé.",
  ],
  undisclosed: ["Undisclosed organisation", "Organisation non divulguée"],
  unnamed: ["Organisation not stated", "Organisation non précisée"],
  page: ["page", "page"],
  unknown: ["not known", "inconnu"],
  none: ["none", "aucun"],
  yes: ["yes", "oui"],
  no: ["no", "non"],
  to: ["to", "au"],
  "and-more": ["and {count} more", "et {count} de plus"],
  "left-out": [
    "Not shown here: {count} more; the CSV and JSON forms carry them.",
    "Non affichés ici : {count} de plus ; les formes CSV et JSON les portent.",
  ],

  summary: ["Summary", "Synthèse"],
  annex: ["Technical annex", "Annexe technique"],
  "verdict-seen": [
    "{seen} of the {hunted} indicators hunted were seen, in {hits} records from {first} to {last}.",
    "{seen} des {hunted} indicateurs recherchés ont été vus, dans {hits} enregistrements, du {first} au {last}.",
  ],
  "verdict-seen-undated": [
    "{seen} of the {hunted} indicators hunted were seen, in {hits} records without a certain time.",
    "{seen} des {hunted} indicateurs recherchés ont été vus, dans {hits} enregistrements sans date certaine.",
  ],
  "verdict-not-seen": [
    "None of the {hunted} indicators hunted was seen. Everything given was searched.",
    "Aucun des {hunted} indicateurs recherchés n'a été vu. Tout ce qui a été fourni a été parcouru.",
  ],
  "verdict-not-seen-incomplete": [
    "None of the {hunted} indicators hunted was seen in what could be searched. Not everything could be searched.",
    "Aucun des {hunted} indicateurs recherchés n'a été vu dans ce qui a pu être parcouru. Tout n'a pas pu l'être.",
  ],
  "means-seen": [
    "These are addresses and values that the publisher names as used by the intrusion set. A contact with one of them is a fact of the logs; it is neither proof of a compromise nor of who was behind it.",
    "Ce sont des adresses et valeurs que l'éditeur signale comme utilisées par le mode opératoire. Un contact avec l'une d'elles est un fait des journaux ; ce n'est ni la preuve d'une compromission, ni celle de son auteur.",
  ],
  "means-not-seen": [
    "This is a result: the logs named below hold no trace of the list. It says nothing about times and systems that they do not cover.",
    "C'est un résultat : les journaux indiqués ci-dessous ne portent aucune trace de la liste. Il ne dit rien des périodes et systèmes qu'ils ne couvrent pas.",
  ],
  "figure-indicators": ["indicators seen", "indicateurs vus"],
  "figure-records": ["records", "enregistrements"],
  "figure-hosts": ["own systems concerned", "systèmes concernés"],
  "figure-searched": ["of the archive searched", "de l'archive parcourus"],
  of: ["of {count}", "sur {count}"],
  attention: ["What deserves attention first", "À examiner en premier"],
  "attention-none": ["Nothing is above the class “weak”.", "Rien ne dépasse la classe « faible »."],
  timeline: ["Timeline", "Chronologie"],
  "timeline-caption": [
    "Records by month (UTC) and result. The lower band shows for which months there are logs; a gap there is not an absence.",
    "Enregistrements par mois (UTC) et résultat. La bande inférieure montre les mois couverts par des journaux ; un vide n'y est pas une absence.",
  ],
  logs: ["logs", "journaux"],
  glance: ["Direction and outcome at a glance", "Sens et issue en un coup d'œil"],
  matrix: ["Own systems and indicators", "Systèmes et indicateurs"],
  "matrix-caption": [
    "Rows: own systems; columns: indicators, gravest first, numbered as in the table of facts. Numbers count records, shading shows the strongest result.",
    "Lignes : systèmes internes ; colonnes : indicateurs, du plus grave au moins grave, numérotés comme dans le tableau des faits. Les nombres comptent les enregistrements, la teinte montre le résultat le plus fort.",
  ],
  "matrix-left-out": [
    "Not drawn: systems {hosts}, indicators {indicators}.",
    "Non représentés : systèmes {hosts}, indicateurs {indicators}.",
  ],

  who: ["Who reports", "Qui signale"],
  organisation: ["Organisation", "Organisation"],
  sector: ["Sector", "Secteur"],
  country: ["Country", "Pays"],
  identifier: ["Identifier", "Identifiant"],
  contact: ["Contact", "Contact"],
  title: ["Subject", "Objet"],

  asked: ["What was asked", "Ce qui était demandé"],
  bulletin: ["Bulletin", "Bulletin"],
  publisher: ["Publisher", "Éditeur"],
  published: ["Published", "Publié"],
  request: ["Request", "Demande"],
  window: ["Period asked for", "Période demandée"],
  "window-bulletin": ["Period of the bulletin", "Période du bulletin"],
  "from-start": ["the beginning", "l'origine"],
  "to-end": ["the end", "la fin"],
  "named-set": ["Intrusion set as the publisher names it", "Mode opératoire selon l'éditeur"],
  "indicators-hunted": ["Indicators", "Indicateurs"],
  "indicators-text": [
    "read: {read}; hunted: {hunted}; not hunted: {not}; references of the publisher left out: {references}",
    "lus : {read} ; recherchés : {hunted} ; non recherchés : {not} ; références de l'éditeur écartées : {references}",
  ],
  digest: ["Digest of the list", "Empreinte de la liste"],
  "bulletin-contact": ["Contact that the bulletin names", "Contact indiqué par le bulletin"],
  "no-bulletin": [
    "The bulletin itself was not at hand for this report.",
    "Le bulletin lui-même n'était pas disponible pour ce compte rendu.",
  ],

  searched: ["What was searched, and what was not", "Ce qui a été parcouru, et ce qui ne l'a pas été"],
  "searched-text": [
    "Of {size} stored, {searched} were searched ({share}), {ruled} ruled out by the index, {not} not searched. Files searched wholly: {files}; in part: {partly}; not: {none}.",
    "Sur {size} stockés, {searched} ont été parcourus ({share}), {ruled} exclus par l'index, {not} non parcourus. Fichiers parcourus en entier : {files} ; en partie : {partly} ; pas du tout : {none}.",
  ],
  reach: ["The logs reach from {first} to {last}.", "Les journaux couvrent du {first} au {last}."],
  "reach-late": [
    "The logs begin on {first}, later than the period asked for ({since}).",
    "Les journaux commencent le {first}, après le début de la période demandée ({since}).",
  ],
  "reach-early": [
    "The logs end on {last}, before the end of the period asked for ({until}).",
    "Les journaux s'arrêtent le {last}, avant la fin de la période demandée ({until}).",
  ],
  "reach-unknown": ["No event time is known for these logs.", "Aucune date d'événement n'est connue pour ces journaux."],
  "outside-window": ["Records outside the period asked for: {count}.", "Enregistrements hors de la période demandée : {count}."],
  echoes: [
    "Places that only list or quote the values (block lists, configurations, alerts of other tools, bulletins): {count}; they are no contacts and not counted.",
    "Endroits qui ne font que lister ou citer les valeurs (listes de blocage, configurations, alertes d'autres outils, bulletins) : {count} ; ce ne sont pas des contacts et ils ne sont pas comptés.",
  ],
  format: ["Log format", "Format"],
  files: ["Files", "Fichiers"],
  volume: ["Decoded", "Décodé"],
  first: ["First", "Premier"],
  last: ["Last", "Dernier"],
  "not-searched": ["Not searched, or only in part", "Non parcouru, ou seulement en partie"],
  "not-searched-none": ["Nothing: every file given was searched wholly.", "Rien : chaque fichier fourni a été parcouru en entier."],
  gaps: ["Silences in the logs", "Silences dans les journaux"],
  "gaps-text": [
    "No record for far longer than usual in the file: deleted, rotated away, or a source that stood still.",
    "Aucun enregistrement pendant une durée inhabituelle dans le fichier : effacement, rotation, ou source arrêtée.",
  ],
  place: ["Place", "Emplacement"],
  reason: ["Reason", "Motif"],
  "state-partly": ["in part", "en partie"],
  "state-not": ["not", "non"],
  from: ["From", "De"],
  until: ["To", "À"],

  facts: ["Facts", "Faits"],
  "facts-intro": [
    "One row for each indicator seen, gravest first. Times are UTC; local time is {zone}.",
    "Une ligne par indicateur vu, du plus grave au moins grave. Heures en UTC ; heure locale : {zone}.",
  ],
  "listed-part": [
    "Of {hits} records, {listed} are kept in full (of one indicator in one role the first thousand). Numbers and dates of each indicator count all; timeline, matrix and list of records only those.",
    "Sur {hits} enregistrements, {listed} sont conservés en entier (pour un indicateur dans un rôle, les mille premiers). Les nombres et les dates de chaque indicateur les comptent tous ; la chronologie, la matrice et la liste des enregistrements seulement ceux-ci.",
  ],
  "listed-part-only": [
    "Of {hits} records, {listed} are kept in full (of one indicator in one role the first thousand). Numbers and dates of each indicator, timeline, matrix and list of records count only those.",
    "Sur {hits} enregistrements, {listed} sont conservés en entier (pour un indicateur dans un rôle, les mille premiers). Les nombres et les dates de chaque indicateur, la chronologie, la matrice et la liste des enregistrements ne comptent que ceux-ci.",
  ],
  indicator: ["Indicator", "Indicateur"],
  "reads-as": ["reads as {name}", "s'affiche {name}"],
  class: ["Class", "Classe"],
  points: ["Points", "Points"],
  confidence: ["confidence", "confiance"],
  consequence: ["consequence", "conséquence"],
  direction: ["Direction", "Sens"],
  outcome: ["Result", "Résultat"],
  records: ["Records", "Enregistrements"],
  "records-short": ["Rec.", "Enr."],
  "due-next": ["Next deadline:", "Prochaine échéance :"],
  "record-count": ["{count} records", "{count} enregistrements"],
  "record-count-one": ["1 record", "1 enregistrement"],
  "searched-how": ["Searched", "Parcouru"],
  "first-seen": ["First seen", "Première fois"],
  "last-seen": ["Last seen", "Dernière fois"],
  hosts: ["Own systems", "Systèmes"],
  accounts: ["Accounts", "Comptes"],
  "accounts-pseudonyms": [
    "Account names are replaced by keyed pseudonyms; the key and the mapping stay with the organisation.",
    "Les noms de comptes sont remplacés par des pseudonymes à clé ; la clé et la correspondance restent dans l'organisation.",
  ],
  "accounts-clear": [
    "Account names stand in clear, at the user's request.",
    "Les noms de comptes figurent en clair, à la demande de l'utilisateur.",
  ],
  marks: ["Marks", "Marques"],
  techniques: ["Techniques", "Techniques"],
  strength: ["Match", "Correspondance"],
  validity: ["Validity", "Validité"],
  standing: ["Analyst", "Analyste"],
  factors: ["Why this class", "Pourquoi cette classe"],
  "factor-unknown": ["unknown", "inconnu"],
  rules: ["Rules", "Règles"],
  steps: ["Next steps", "Suites"],
  local: ["local", "locale"],
  priority: ["priority", "prioritaire"],
  probable: ["probable", "probable"],
  weak: ["weak", "faible"],
  background: ["background", "bruit de fond"],

  chance: ["How much chance alone would give", "Ce que donnerait le seul hasard"],
  "chance-text": [
    "Unlisted neighbours of every listed address were searched in the same pass: {sentence}.",
    "Des voisines non listées de chaque adresse ont été recherchées dans le même passage : {sentence}.",
  ],
  "chance-none": [
    "No decoy addresses were searched: how many hits chance alone would give is not known.",
    "Aucune adresse leurre n'a été recherchée : ce que donnerait le seul hasard n'est pas connu.",
  ],

  leads: ["Leads, apart from the facts", "Pistes, distinctes des faits"],
  "leads-intro": [
    "Addresses that no bulletin lists and that behave like those seen. A lead is similar behaviour, not a fact about who acted; it is not to be blocked or published as an indicator.",
    "Adresses qu'aucun bulletin ne liste et qui se comportent comme celles qui ont été vues. Une piste est une ressemblance de comportement, pas un fait sur un auteur ; elle n'est ni à bloquer ni à publier comme indicateur.",
  ],
  "leads-none": ["No leads were asked for or found.", "Aucune piste n'a été demandée ou trouvée."],
  "leads-abstained": ["The pivot abstained: {reason}.", "La recherche de pistes s'est abstenue : {reason}."],
  "lead-line": ["{level}, {bits} bits, q {q}", "{level}, {bits} bits, q {q}"],
  "lead-whole": ["Lead, not a fact: {value}, {line}", "Piste, pas un fait : {value}, {line}"],
  "lead-strong": ["strong", "forte"],
  "lead-possible": ["possible", "possible"],
  bits: ["Bits", "Bits"],
  "q-value": ["Chance of error (q)", "Risque d'erreur (q)"],
  evidence: ["Evidence", "Éléments"],
  "lead-without": ["Without the first line: {bits} bits, {level}.", "Sans la première ligne : {bits} bits, {level}."],
  "lead-hidden": ["not shown", "non affichée"],

  measures: ["Measures taken and state", "Mesures prises et état"],
  state: ["State", "État"],
  "state-open": ["open", "en cours"],
  "state-contained": ["contained", "contenu"],
  "state-closed": ["closed", "clos"],
  impact: ["Impact", "Impact"],
  urgency: ["Urgency", "Urgence"],
  "personal-data": ["Personal data breached", "Violation de données personnelles"],
  "measures-none": ["None stated.", "Aucune indiquée."],
  diary: ["Diary", "Main courante"],
  restrictions: ["Restrictions", "Restrictions"],
  "restrictions-text": [
    "{tlp}; {pap}. The strictest marking of the sources applies to the whole document.",
    "{tlp} ; {pap}. Le marquage le plus strict des sources s'applique à tout le document.",
  ],
  "pap-none": ["no PAP stated", "aucun PAP indiqué"],
  times: ["The times that count", "Les dates qui comptent"],
  "first-event": ["First event in the logs", "Premier événement dans les journaux"],
  "last-event": ["Last event in the logs", "Dernier événement dans les journaux"],
  detected: ["Detected", "Détecté"],
  aware: ["Aware", "Prise de connaissance"],
  "clock-accuracy": ["Clocks of the sources", "Horloges des sources"],
  zone: ["Zone of stamps without one", "Fuseau des dates sans fuseau"],

  deadlines: ["Clocks for notifications", "Délais de notification"],
  "deadlines-text": [
    "Reckoned from the time of awareness. A reminder, not legal advice: whether a duty applies is for the organisation to decide. Table of {asOf}.",
    "Comptés depuis la prise de connaissance. Un rappel, pas un avis juridique : l'organisation décide si une obligation s'applique. Table du {asOf}.",
  ],
  "deadlines-undecided": [
    "The profile does not say which of these concern the organisation: all are shown.",
    "Le profil ne dit pas lesquelles concernent l'organisation : toutes sont affichées.",
  ],
  duty: ["Duty", "Obligation"],
  due: ["Due", "Échéance"],
  basis: ["Legal basis and status", "Base légale et statut"],
  "due-in": ["in {span}", "dans {span}"],
  "due-passed": ["passed {span} ago", "dépassée depuis {span}"],
  "without-delay": ["without delay", "sans délai"],
  "on-request": ["on request", "sur demande"],
  "not-started": ["clock not started: no time of awareness stated", "délai non commencé : date de prise de connaissance non indiquée"],

  caveats: ["What to keep in mind", "Précautions de lecture"],
  "caveat-1": [
    "A hit is not a compromise. It calls for further analysis.",
    "Une occurrence n'est pas une compromission. Elle appelle une analyse complémentaire.",
  ],
  "caveat-2": [
    "Routers serve several actors and addresses are re-assigned: the visitor may be the owner or a later holder.",
    "Les routeurs servent plusieurs acteurs et les adresses sont réattribuées : le visiteur peut être le propriétaire ou un titulaire ultérieur.",
  ],
  "caveat-3": [
    "No hit is not safety: the list is partial, and the logs reach back only as far as stated above for each source.",
    "L'absence d'occurrence n'est pas une garantie : la liste est partielle et les journaux ne remontent que jusqu'aux dates indiquées pour chaque source.",
  ],
  "caveat-4": [
    "The owner of the router is a victim: do not probe, contact or attack it.",
    "Le propriétaire du routeur est une victime : ne pas le sonder, le contacter ni l'attaquer.",
  ],
  "caveat-5": [
    "Careful operators can remove every signal used here.",
    "Un opérateur prudent peut supprimer tous les signaux utilisés ici.",
  ],
  "caveat-6": ["Times assume the stated zone and clock accuracy.", "Les heures supposent le fuseau et la précision d'horloge indiqués."],
  "caveat-7": ["The tool reports behaviour, not authorship.", "L'outil décrit des comportements, pas des auteurs."],
  "caveat-8": [
    "Addresses, accounts and sessions are personal data: local processing, keyed pseudonyms, limited retention, minimal extracts.",
    "Adresses, comptes et sessions sont des données personnelles : traitement local, pseudonymes à clé, conservation limitée, extraits minimaux.",
  ],

  "record-list": ["Records", "Enregistrements"],
  "record-intro": [
    "Each record as it stands in the log, control characters shown as escapes. Line and offset count in decoded text.",
    "Chaque enregistrement tel qu'il figure dans le journal, caractères de contrôle affichés sous forme d'échappements. Ligne et position se comptent dans le texte décodé.",
  ],
  "record-redacted": ["The records themselves are left out.", "Les enregistrements eux-mêmes sont omis."],
  line: ["line", "ligne"],
  time: ["Time (UTC)", "Heure (UTC)"],
  record: ["Record", "Enregistrement"],
  problems: ["Problems", "Problèmes"],
  method: ["Method", "Méthode"],
  "method-text": [
    "Sillage reads the logs where they lie, without changing them, and compares whole values in canonical form after undoing escapes and containers; every file ends as searched, ruled out by proof, or not searched. No request was made about any indicator.",
    "Sillage lit les journaux sur place, sans les modifier, et compare des valeurs entières sous forme canonique après avoir défait échappements et conteneurs ; chaque fichier est en définitive parcouru, exclu par preuve, ou non parcouru. Aucune requête n'a été faite au sujet d'un indicateur.",
  ],
  assumptions: ["Assumptions about times", "Hypothèses sur les heures"],
  "not-seen-list": ["Hunted and not seen", "Recherchés et non vus"],

  "dir-inbound": ["inbound", "entrant"],
  "dir-outbound": ["outbound", "sortant"],
  "dir-internal": ["internal", "interne"],
  "dir-external": ["external", "externe"],
  "dir-unknown": ["direction not known", "sens inconnu"],
  "res-authenticated": ["login succeeded", "authentification réussie"],
  "res-contact": ["contact", "contact établi"],
  "res-attempt": ["attempt refused", "tentative refusée"],
  "res-other": ["seen only", "simple présence"],

  "val-inside": ["inside", "dans la période"],
  "val-before": ["before", "avant"],
  "val-after": ["after", "après"],
  "val-unstated": ["not stated", "non énoncée"],

  "standing-open": ["not judged", "non jugé"],
  "standing-confirmed": ["confirmed", "confirmé"],
  "standing-dismissed": ["dismissed", "écarté"],
  "standing-reopened": ["open again", "rouvert"],

  "assume-zone-given": ["zone given by the user", "fuseau donné par l'utilisateur"],
  "assume-zone-unknown": ["zone not known: all zones spanned", "fuseau inconnu : tous les fuseaux couverts"],
  "assume-zone-ambiguous": ["ambiguous zone abbreviation", "abréviation de fuseau ambiguë"],
  "assume-dst-ambiguous": ["local time occurs twice (clock change)", "heure locale double (changement d'heure)"],
  "assume-dst-gap": ["local time does not exist (clock change)", "heure locale inexistante (changement d'heure)"],
  "assume-year-from-name": ["year taken from the file name", "année tirée du nom du fichier"],
  "assume-year-from-file": ["year taken from other records of the file", "année tirée d'autres enregistrements du fichier"],
  "assume-year-from-mtime": ["year taken from the file's date", "année tirée de la date du fichier"],
  "assume-year-unknown": ["year not certain", "année incertaine"],
  "assume-day-order-from-file": ["order of day and month settled by other records", "ordre jour-mois établi par d'autres enregistrements"],
  "assume-day-order-ambiguous": ["order of day and month not certain", "ordre jour-mois incertain"],
  "assume-from-neighbours": ["time taken from neighbouring records", "heure tirée des enregistrements voisins"],
  "assume-undated": ["no time in the record", "aucune date dans l'enregistrement"],
  "assume-device-clock": ["clock of the device, not of the relay", "horloge de l'équipement, non du relais"],

  "mail-subject": ["Report {id}: {what}", "Signalement {id} : {what}"],
  "mail-subject-seen": ["indicators of {bulletin} seen", "indicateurs de {bulletin} vus"],
  "mail-subject-not-seen": ["indicators of {bulletin} searched, none seen", "indicateurs de {bulletin} recherchés, aucun vu"],
  "mail-greeting": ["To {name},", "À l'attention de {name},"],
  "mail-attachments": ["Attached (name, size, SHA-256):", "Pièces jointes (nom, taille, SHA-256) :"],
  "mail-too-large": [
    "Not attached because of its size; kept at the sender's, to be handed over on request:",
    "Non joint en raison de sa taille ; conservé chez l'expéditeur, remis sur demande :",
  ],
  "mail-encrypted": ["Encrypted report", "Signalement chiffré"],
} as const satisfies Readonly<Record<string, readonly [en: string, fr: string]>>

export type TextKey = keyof typeof table

export interface Speaker {
  readonly language: Language
  /** Plain text; values are put in as they are, for the writer to escape afterwards. */
  readonly say: (key: TextKey, values?: Readonly<Record<string, string | number>>) => string
}

export function speaker(language: Language): Speaker {
  const at = language === "en" ? 0 : 1
  return {
    language,
    say: (key, values = {}) =>
      typeset(table[key][at], language).replace(/\{(\w+)\}/g, (whole, name: string) => (name in values ? String(values[name]) : whole)),
  }
}

export const caveatKeys = [
  "caveat-1",
  "caveat-2",
  "caveat-3",
  "caveat-4",
  "caveat-5",
  "caveat-6",
  "caveat-7",
  "caveat-8",
] as const satisfies readonly TextKey[]

/** For tests: both languages of every text. */
export const allTexts: Readonly<Record<string, readonly [en: string, fr: string]>> = table
