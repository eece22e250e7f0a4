// Who takes reports: addresses of national teams, with where and when each was read. Confirm one before its first use.

export interface Recipient {
  readonly id: string
  readonly name: string
  /** Null where reports are taken by a form only. */
  readonly email: string | null
  readonly form: string | null
  readonly source: string
  /** Day on which the source was read, or the source's own date. */
  readonly asOf: string
  /** `primary`: read at the team itself; `secondary`: told by others; `unverified`: general knowledge. */
  readonly standing: "primary" | "secondary" | "unverified"
}

export const recipients: readonly Recipient[] = [
  {
    id: "cert-fr",
    name: "CERT-FR",
    email: "cert-fr@ssi.gouv.fr",
    form: "https://www.cert.ssi.gouv.fr/contact/",
    source: "third-party accounts of CERT-FR's contact page",
    asOf: "2026-11-25",
    standing: "secondary",
  },
  {
    id: "cert-eu",
    name: "CERT-EU",
    email: "services@cert.europa.eu",
    form: null,
    source: "general knowledge",
    asOf: "2026-11-25",
    standing: "unverified",
  },
  {
    id: "cisa",
    name: "CISA",
    email: "report@cisa.gov",
    form: "https://myservices.cisa.gov/irf",
    source: "general knowledge; the form from a third-party list of contacts",
    asOf: "2026-11-25",
    standing: "unverified",
  },
  {
    id: "bsi",
    name: "CERT-Bund (BSI)",
    email: "certbund@bsi.bund.de",
    form: null,
    source: "RFC 2350 profile of CERT-Bund, published 2023-08-14",
    asOf: "2023-08-14",
    standing: "primary",
  },
  {
    id: "ncsc",
    name: "NCSC (United Kingdom)",
    email: null,
    form: "https://report.ncsc.gov.uk/",
    source: "a scan of the form, December 2021",
    asOf: "2021-12-13",
    standing: "secondary",
  },
]
