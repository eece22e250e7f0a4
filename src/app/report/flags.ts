// The options of `sillage report`, as the command line gives them.

export interface ReportFlags {
  readonly input?: string
  readonly hunt?: string
  readonly bulletin?: readonly string[]
  readonly since?: string
  readonly until?: string
  readonly tz?: string
  readonly own?: readonly string[]
  readonly profile?: string
  readonly case?: string
  readonly awareAt?: string
  readonly detectedAt?: string
  readonly leads?: string
  readonly measure?: readonly string[]
  readonly format?: string
  readonly lang?: string
  readonly out?: string
  readonly at?: string
  readonly redact?: boolean
  readonly clearAccounts?: boolean
  readonly incident?: boolean
  readonly allowRed?: boolean
  readonly workspace?: string
  readonly to?: string
  readonly attach?: string
  readonly encryptTo?: string
  readonly fingerprint?: string
  readonly signWith?: string
  readonly passwordFile?: string
  readonly send?: boolean
  readonly smtp?: string
  readonly json?: boolean
  readonly quiet?: boolean
}
