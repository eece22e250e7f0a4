// Duties to notify, with their legal basis and status. Compiled by hand from secondary sources: check them before relying on them.

interface Bilingual {
  readonly en: string
  readonly fr: string
}

export interface DeadlineStep {
  readonly name: Bilingual
  readonly content: Bilingual
  readonly basis: string
  /** From awareness; months are added after the hours. */
  readonly after: { readonly hours: number; readonly months?: number } | "without-delay" | "on-request"
}

export interface Regime {
  readonly id: string
  readonly name: Bilingual
  readonly status: Bilingual
  readonly steps: readonly DeadlineStep[]
}

/** Day on which this table was last gone through. */
export const regimesAsOf = "2026-11-25"

export const regimes: readonly Regime[] = [
  {
    id: "lpm",
    name: { en: "LPM, operators of vital importance (France)", fr: "LPM, opérateurs d'importance vitale" },
    status: {
      en: "in force; ANSSI form; secondary sources, confirm",
      fr: "en vigueur ; formulaire de l'ANSSI ; sources secondaires, à confirmer",
    },
    steps: [
      {
        name: { en: "Declaration to ANSSI", fr: "Déclaration à l'ANSSI" },
        content: {
          en: "incidents that touch the operation or the security of the vital information system",
          fr: "incidents affectant le fonctionnement ou la sécurité du système d'information d'importance vitale",
        },
        basis: "Code de la défense, art. L. 1332-6-2",
        after: "without-delay",
      },
    ],
  },
  {
    id: "ose",
    name: { en: "Operators of essential services (France, NIS 1)", fr: "Opérateurs de services essentiels (NIS 1)" },
    status: {
      en: "until NIS 2 is transposed; secondary sources, confirm",
      fr: "jusqu'à la transposition de NIS 2 ; sources secondaires, à confirmer",
    },
    steps: [
      {
        name: { en: "Declaration to ANSSI", fr: "Déclaration à l'ANSSI" },
        content: {
          en: "incidents with a significant impact on the continuity of the essential service",
          fr: "incidents ayant un impact significatif sur la continuité du service essentiel",
        },
        basis: "Loi n° 2018-133, art. 7",
        after: "without-delay",
      },
    ],
  },
  {
    id: "nis2",
    name: { en: "NIS 2, essential and important entities", fr: "NIS 2, entités essentielles et importantes" },
    status: {
      en: "significant incidents only: an isolated relay hit is none by itself. French transposition: promulgation not confirmed, see Légifrance",
      fr: "incidents importants seulement : une occurrence isolée n'en est pas un. Transposition française : promulgation non confirmée, voir Légifrance",
    },
    steps: [
      {
        name: { en: "Early warning", fr: "Alerte précoce" },
        content: {
          en: "whether malice is suspected, whether other countries may be affected",
          fr: "soupçon d'acte malveillant, impact transfrontière possible",
        },
        basis: "(UE) 2022/2555, art. 23(4)(a)",
        after: { hours: 24 },
      },
      {
        name: { en: "Incident notification", fr: "Notification d'incident" },
        content: { en: "update, severity, impact, indicators", fr: "mise à jour, gravité, impact, indicateurs" },
        basis: "(UE) 2022/2555, art. 23(4)(b)",
        after: { hours: 72 },
      },
      {
        name: { en: "Intermediate report", fr: "Rapport intermédiaire" },
        content: { en: "relevant status updates", fr: "état d'avancement" },
        basis: "(UE) 2022/2555, art. 23(4)(c)",
        after: "on-request",
      },
      {
        name: { en: "Final report", fr: "Rapport final" },
        content: {
          en: "description, cause, mitigation, cross-border impact; one month after the notification, here reckoned from its deadline",
          fr: "description, cause, mesures, impact transfrontière ; un mois après la notification, compté ici depuis son échéance",
        },
        basis: "(UE) 2022/2555, art. 23(4)(d)",
        after: { hours: 72, months: 1 },
      },
    ],
  },
  {
    id: "gdpr",
    name: { en: "GDPR, if personal data were breached", fr: "RGPD, en cas de violation de données personnelles" },
    status: { en: "in force; not verified against the text here", fr: "en vigueur ; non vérifié ici sur le texte" },
    steps: [
      {
        name: { en: "Notification to the authority (France: CNIL)", fr: "Notification à l'autorité (CNIL)" },
        content: {
          en: "unless a risk to persons is unlikely",
          fr: "sauf si un risque pour les personnes est improbable",
        },
        basis: "(UE) 2016/679, art. 33",
        after: { hours: 72 },
      },
    ],
  },
]
