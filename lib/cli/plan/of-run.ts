import { resolve } from 'node:path'
import { systemClock } from '../../domain/clock.ts'
import type { Estate } from '../../domain/profile.ts'
import type { Rollout } from '../../domain/rollout.ts'
import type { Site } from '../../domain/site.ts'
import type { PlanDocument, PlannedOperation } from '../../reconcile/plan-file/index.ts'
import { type Context, UsageError } from '../command.ts'
import { chooseSites } from '../inventory.ts'
import { operatorOf } from '../operator.ts'
import { rolloutOf } from '../rollout.ts'
import { projectVersion } from '../root.ts'
import type { Operation, RunReport } from '../run/types.ts'
import { chooseFromPlan } from './chosen.ts'
import { placeForPlan, readPlanFile, writePlanFile } from './file.ts'
import { makePlan } from './make.ts'
import type { Planning } from './planning.ts'
import { listed } from './words.ts'

/** A plan that a run is held to, and which of its sites are meant. */
export type Held = {
  readonly plan: PlanDocument
  readonly sites: readonly Site[]
  /** What it is of: in a rehearsal the real estate, of which only copies are reached. */
  readonly of: Estate
  /** Where its program lies on this machine. */
  readonly program: string
  /** The rollout that it is part of; undefined: none. */
  readonly rollout: Rollout | undefined
}

/** Words of the command line that concern plans. */
export type PlanArgs = {
  readonly site: readonly string[]
  readonly select: readonly string[]
  readonly program: string | undefined
  readonly allowDataLoss?: readonly string[]
  readonly rollout?: string | undefined
  /** A preview of what would be removed. */
  readonly destroy?: boolean
}

export const planningOf = (
  save: string | undefined,
  held: Held | undefined,
): { readonly planning?: Planning } =>
  held !== undefined
    ? { planning: { do: 'hold', plan: held.plan, of: held.of } }
    : save !== undefined
      ? { planning: { do: 'save' } }
      : {}

const otherVerb = (path: string, by: Operation, of: PlannedOperation): string =>
  of === 'destroy'
    ? `${by} --plan: expected a plan of up, got ${path}, which removes what is at its sites. Nothing was changed. If that is what you want: chancery destroy --plan ${path}`
    : `${by} --plan: expected a plan that preview --destroy saved, got ${path}, a plan of up. Nothing was changed. Run it with chancery up --plan ${path}, or save one with preview --destroy.`

/**
 * Reads a plan and chooses of it; what is wrong with it is a UsageError, and nothing was tried. `by`: what is to carry it out; a removal
 * is never carried out by another word than destroy.
 */
export async function openPlan(
  path: string,
  args: PlanArgs,
  estate: Estate,
  { cwd, env }: Pick<Context, 'cwd' | 'env'>,
  by: Operation = 'preview',
): Promise<Held> {
  if ((args.allowDataLoss ?? []).length > 0)
    throw new UsageError(
      '--allow-data-loss: expected it where a plan is made, got it beside --plan. Name it with preview --save, so that it is approved with the plan.',
    )
  const plan = readPlanFile(resolve(cwd, path))
  if (!plan.ok) throw new UsageError(plan.error)
  const { operation } = plan.value
  if (by !== 'preview' && by !== operation) throw new UsageError(otherVerb(path, by, operation))
  const selectors = [...args.site, ...args.select]
  const named = selectors.length === 0 ? undefined : await chooseSites(estate, selectors)
  const rehearsal = env['CHANCERY_REHEARSAL']
  const of =
    rehearsal === undefined ? estate : (await import('../rehearse/real-estate.ts')).realEstate(rehearsal)
  const { organisation, stateBackend } = of
  const chosen = chooseFromPlan({
    plan: plan.value,
    estate: { organisation, stateBackend, sites: estate.sites },
    named,
    program: args.program,
    cwd,
  })
  if (!chosen.ok) throw new UsageError(chosen.error)
  const part = plan.value.rollout
  if (args.rollout !== undefined && args.rollout !== part)
    throw new UsageError(
      `--rollout: expected ${part === null ? 'none, for the plan is part of none' : `${part}, which the plan is part of`}, got ${args.rollout}. Leave it out, or save a plan with it.`,
    )
  const rollout = part === null ? undefined : await rolloutOf(estate, part)
  return { plan: plan.value, of, rollout, ...chosen.value }
}

/** Whose plan a run is held to, and what it was asked for and doesn't hold. */
export function introduction({ plan, sites }: Pick<Held, 'plan' | 'sites'>): string {
  const { made, operation } = plan
  const meant = sites.map(({ id }) => id)
  const aside = plan.sites.map(({ site }) => site).filter((site) => !meant.includes(site))
  const told = (words: string, names: readonly string[]): string =>
    names.length === 0 ? '' : ` ${words}: ${listed(names)}.`
  return [
    `Plan of ${made.at.slice(0, 16).replace('T', ' ')} UTC by ${made.by} on ${made.on}, `,
    `${operation === 'destroy' ? 'which removes what is at' : 'for'} ${listed(meant)}`,
    plan.rollout === null ? '.' : `, part of rollout ${plan.rollout}.`,
    told('Left for another run', aside),
    told(
      'Not in it',
      plan.left.map(({ site }) => site),
    ),
  ].join('')
}

/** Sees that a plan can be saved there, before anything is looked at; where it can't, that is a UsageError. */
export function mustBeSaveable(path: string, cwd: string): void {
  const place = placeForPlan(resolve(cwd, path))
  if (!place.ok) throw new UsageError(`--save: ${place.error}`)
}

/** Writes the plan of what was previewed. Why nothing was saved, as a text; undefined: it lies in the file. */
export function savePlan(
  path: string,
  report: RunReport,
  args: PlanArgs,
  estate: Estate,
  context: Context,
): string | undefined {
  const by = operatorOf(context.env)
  const made = makePlan({
    previews: report.previews,
    estate,
    operation: args.destroy === true ? 'destroy' : 'up',
    program: args.program ?? 'mission',
    rollout: args.rollout ?? null,
    cwd: context.cwd,
    allowDataLoss: args.allowDataLoss ?? [],
    by: by.slice(0, by.lastIndexOf('@')),
    now: systemClock.now(),
    version: projectVersion(),
  })
  if (!made.ok) return `No plan was saved.\n${made.error.map((line) => `  ${line}`).join('\n')}`
  const written = writePlanFile(resolve(context.cwd, path), made.value)
  if (!written.ok) return written.error
  const { sites, left } = made.value
  const out = left.length === 0 ? '' : `; not in it: ${listed(left.map(({ site }) => site))}`
  const what = made.value.operation === 'destroy' ? 'the plan that removes what is at' : 'the plan of'
  context.output.note(`Saved ${what} ${listed(sites.map(({ site }) => site))} in ${path}${out}.`)
  return undefined
}
