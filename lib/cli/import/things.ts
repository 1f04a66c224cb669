import { z } from 'zod'
import type { JsonObject } from '../../domain/json.ts'
import type { Kind } from '../../kinds/kind.ts'

/** A thing that exists on a host, and whether it can be declared. */
export type Thing = {
  readonly token: string
  /** As `Kind.identity` of what describes it; of what can't be described, as Windows calls it. */
  readonly identity: string
  readonly found: JsonObject
} & (
  | {
      readonly state: 'described'
      readonly want: JsonObject
      readonly notes: readonly string[]
      /** Inputs of `want` that whoever owns it may have declared secret. */
      readonly maybeSecret: readonly string[]
    }
  | { readonly state: 'refused'; readonly because: string; readonly fix: string }
)

/** What `list.ps1` printed of one thing. Throws where that is not what the kind declares: a defect of the kind. */
export function listed(kind: Kind, printed: JsonObject): Thing {
  const { listing } = kind
  if (listing === undefined) throw new Error(`Internal error: ${kind.token} has no listing`)
  const more = new Set(listing.more ?? [])
  const part = (of: boolean): JsonObject =>
    Object.fromEntries(Object.entries(printed).filter(([name]) => more.has(name) === of))
  const seen = kind.found.safeParse(part(false))
  if (!seen.success) {
    throw new Error(`Internal error: list.ps1 of ${kind.token}: ${z.prettifyError(seen.error)}`)
  }
  const found = seen.data
  const base = { token: kind.token, found }
  const described = listing.describe(found, part(true))
  const refused = (because: string, fix: string): Thing => ({
    ...base,
    identity: nameIn(found),
    state: 'refused',
    because,
    fix,
  })
  if ('refused' in described) return refused(described.refused, described.fix)
  const want = kind.props.safeParse(described.want)
  const fix = 'Leave it undeclared, or change it by hand.'
  if (!want.success) return refused(want.error.issues.map((issue) => issue.message).join('; '), fix)
  const inputs = want.data as JsonObject
  const plan = kind.plan(inputs, found, undefined)
  switch (plan.do) {
    case 'nothing':
      return {
        ...base,
        identity: kind.identity(inputs),
        state: 'described',
        want: inputs,
        notes: described.notes,
        maybeSecret: [...kind.secrets, ...(kind.keyed?.inputs ?? [])].filter((name) => name in inputs),
      }
    case 'steps':
      return refused(`what describes it would change it: ${plan.steps.map((s) => s.because).join('; ')}`, fix)
    case 'replace':
      return refused(plan.because, fix)
    default:
      return refused(plan.because, plan.fix)
  }
}

const nameIn = (found: JsonObject): string => String(found['name'] ?? found['path'] ?? '')
