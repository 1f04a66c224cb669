import { resolve } from 'node:path'
import type { Estate } from '../../domain/profile.ts'
import { err, ok, type Result } from '../../domain/result.ts'
import type { Site } from '../../domain/site.ts'
import { withoutPassword } from '../../engine/stack-failure.ts'
import type { PlanDocument } from '../../reconcile/plan-file/index.ts'
import { programModule, stackName } from '../run/program.ts'

/** What of a saved plan is run, and by which program here. */
export type Chosen = { readonly sites: readonly Site[]; readonly program: string }

export type ChoiceOf = {
  readonly plan: PlanDocument
  readonly estate: Pick<Estate, 'organisation' | 'stateBackend' | 'sites'>
  /** Sites named beside the plan; none: all that it holds. */
  readonly named: readonly Site[] | undefined
  /** Where the program lies on this machine; undefined: where the plan says. */
  readonly program: string | undefined
  readonly cwd: string
}

/** Whether a plan is one of this organisation, backend and program at all, and which of its sites are meant. The error is a sentence. */
export function chooseFromPlan({ plan, estate, named, program, cwd }: ChoiceOf): Result<Chosen, string> {
  const wrong = (what: string, expected: string, got: string, fix: string): Result<never, string> =>
    err(`the plan: expected ${what} ${expected}, got ${got}. Nothing was changed. ${fix}`)
  if (plan.organisation !== estate.organisation)
    return wrong(
      'organisation',
      estate.organisation,
      plan.organisation,
      'Name its inventory with --inventory.',
    )
  const backend = withoutPassword(estate.stateBackend)
  if (plan.backend !== backend)
    return wrong(
      'the state backend',
      backend,
      plan.backend,
      'A plan holds for one backend; preview again for this one.',
    )
  const given = program ?? plan.program
  const module = programModule(given, cwd)
  const name = module.ok ? module.value.name : nameOf(given)
  const stray = plan.sites.find(({ site, stack }) => stack !== stackName(name, site))
  if (stray !== undefined)
    return wrong(
      'stack',
      stackName(name, stray.site),
      stray.stack,
      'Name the program that the plan was made of with --program.',
    )
  if (!module.ok)
    return err(`${module.error} The plan was made of ${plan.program}; --program names where it lies here.`)
  const known = new Map(estate.sites.map((site) => [site.id, site]))
  const lost = plan.sites.filter(({ site }) => !known.has(site)).map(({ site }) => site)
  if (lost.length > 0)
    return wrong(
      'sites of the inventory',
      `${estate.sites.length} known ones`,
      lost.join(', '),
      'Preview again.',
    )
  const planned = new Set(plan.sites.map(({ site }) => site))
  const outside = (named ?? []).filter(({ id }) => !planned.has(id))
  if (outside.length > 0)
    return wrong(
      'sites that it holds',
      [...planned].join(', ') || '(none)',
      outside.map(({ id }) => id).join(', '),
      'Leave them out, or preview again with them.',
    )
  const sites = named ?? plan.sites.flatMap(({ site }) => known.get(site) ?? [])
  return ok({ sites, program: /[\\/]/.test(given) ? resolve(cwd, given) : given })
}

const nameOf = (program: string): string =>
  (program.split(/[\\/]/).at(-1) ?? program).replace(/\.m?[jt]s$/, '')
