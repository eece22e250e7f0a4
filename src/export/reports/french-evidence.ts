// The English evidence that triage quotes, in French: sentences of this project's own, each by its pattern. What is unknown stays as it is.

const sentences: readonly (readonly [RegExp, string])[] = [
  [
    /\btried (.+?) and (\d+) more, as did (\d+) other listed address(?:es)?: a distributed spray/,
    "a essayé $1 et $2 autres, comme $3 autres adresses listées : pulvérisation distribuée",
  ],
  [
    /\btried (.+?), as did (\d+) other listed address(?:es)?: a distributed spray/,
    "a essayé $1, comme $2 autres adresses listées : pulvérisation distribuée",
  ],
  [/\bone session on (\d+) listed addresses, (.+?) among them/, "une même session sur $1 adresses listées, dont $2"],
  [/\bnames itself (.+)/, "se présente comme $1"],
  [/\b(\d+)( or more)? different targets/, "$1 cibles différentes"],
  [/\b(\d+) of (\d+) records dropped/, "$1 enregistrements sur $2 bloqués"],
  [/\b(\d+) contacts, one every (\d+) s/, "$1 contacts, un toutes les $2 s"],
  [/: virtual directory reset \(/, " : réinitialisation de répertoire virtuel ("],
  [/: routed to another server \(/, " : requête routée vers un autre serveur ("],
  [/\ba claimed crawler posts to (.+)/, "un robot d'indexation prétendu envoie un POST vers $1"],
  [/\ba page where web shells were left: (.+)/, "une page où des web shells ont été déposés : $1"],
  [/\bwithin 72 h: /, "dans les 72 h : "],
  [/\b(\S+) on (\d+) days before and (\d+) days after/, "$1 lors de $2 jours avant et $3 jours après"],
  [/\blooked up offline/, "vérifié hors ligne"],
  [/^login page/, "page de connexion"],
  [/^remote desktop/, "bureau à distance"],
  [/^router administration/, "administration de routeur"],
  [/^login \(/, "connexion ("],
]

const words: Readonly<Record<string, string>> = {
  allowed: "autorisé",
  blocked: "bloqué",
  success: "réussi",
  failure: "échoué",
  unknown: "inconnu",
}

const verdicts = /\((allowed|blocked|success|failure|unknown)(?:, (success|failure))?\)/

export function frenchEvidence(text: string): string {
  return sentences.reduce((done, [pattern, french]) => done.replace(pattern, french), text).replace(verdicts, verdict)
}

function verdict(_: string, first: string, second: string | undefined): string {
  return `(${[first, second].flatMap((one) => (one === undefined ? [] : [words[one] ?? one])).join(", ")})`
}
