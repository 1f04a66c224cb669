import { hostname } from 'node:os'
import { isAbsolute, relative } from 'node:path'
import type { Estate } from '../../domain/profile.ts'
import { err, ok, type Result } from '../../domain/result.ts'
import { withoutPassword } from '../../engine/stack-failure.ts'
import {
  keyCheck,
  planFormat,
  type PlanDocument,
  type PlannedOperation,
  type PlanVersions,
  sealPlan,
} from '../../reconcile/plan-file/index.ts'
import type { SitePreview } from '../run/types.ts'
import type { PreviewPlan } from './planning.ts'

export type MakeRequest = {
  readonly previews: readonly SitePreview[]
  readonly estate: Pick<Estate, 'organisation' | 'stateBackend'>
  readonly operation: PlannedOperation
  readonly program: string
  /** Id of the rollout that it is part of; absent or null: none. */
  readonly rollout?: string | null
  readonly cwd: string
  readonly allowDataLoss: readonly string[]
  /** Who makes it. */
  readonly by: string
  /** Now, ms. */
  readonly now: number
  /** Version of chancery. */
  readonly version: string
}

/** The plan of all sites that could be previewed, or a sentence for each thing that keeps it from being saved. */
export function makePlan(request: MakeRequest): Result<PlanDocument, readonly string[]> {
  const { previews, estate, operation, program, rollout = null, cwd, allowDataLoss, now, version } = request
  const saving = previews.flatMap(({ plan }) => (plan?.do === 'save' ? [plan] : []))
  const unsaveable = previews.flatMap(({ site, plan }) =>
    plan?.do === 'save' && !plan.plan.ok
      ? plan.plan.error.map(
          ({ host, resource, property, because }) =>
            `${site.id}: ${host}: ${resource}: ${property}: ${because}. Give it a value that the preview can know, or an output as it is.`,
        )
      : [],
  )
  if (unsaveable.length > 0) return err(unsaveable)
  const [first] = saving
  if (first === undefined)
    return err([
      ...previews.map((preview) => `${preview.site.id}: ${whyLeft(preview)}`),
      'None of these sites can be carried out as previewed, so there is nothing to save.',
    ])
  const { sealer } = first
  return ok(
    sealPlan(
      {
        chancery: 'plan',
        format: planFormat,
        made: {
          at: new Date(now).toISOString(),
          by: request.by,
          on: hostname(),
          with: version,
        },
        operation,
        organisation: estate.organisation,
        backend: withoutPassword(estate.stateBackend),
        program: isAbsolute(program) ? relative(cwd, program) : program,
        rollout,
        allowDataLoss: [...allowDataLoss].sort(),
        versions: merged(saving),
        key: keyCheck(sealer),
        sites: saving
          .flatMap(({ plan }) => (plan.ok ? [plan.value] : []))
          .sort((a, b) => (a.site < b.site ? -1 : 1)),
        left: previews
          .filter(({ plan }) => plan === undefined)
          .map((preview) => ({
            site: preview.site.id,
            outcome: preview.failed?.outcome ?? 'failed',
            because: whyLeft(preview),
          })),
      },
      sealer,
    ),
  )
}

/** Why a site is not in the plan: what went wrong first, and how much else did. */
function whyLeft({ failed, rows }: SitePreview): string {
  if (failed === undefined) return 'it could not be previewed'
  const more = rows.filter(({ failure }) => failure !== undefined).length - 1
  return more > 0 ? `${failed.because} (and ${more} more of its resources, marked x)` : failed.because
}

function merged(saving: readonly Extract<PreviewPlan, { do: 'save' }>[]): PlanVersions {
  const scripts = new Map(saving.flatMap(({ versions }) => Object.entries(versions.scripts)))
  return {
    ...saving[0]!.versions,
    scripts: Object.fromEntries([...scripts].sort(([a], [b]) => (a < b ? -1 : 1))),
  }
}
