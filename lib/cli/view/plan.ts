import type { Json, JsonObject } from '../../domain/json.ts'
import type { PlanDocument, PlanPart, ResourcePlan, SitePlan } from '../../reconcile/plan-file/index.ts'
import type { Verdict } from '../plan/verify.ts'
import { noPaint, type Paint } from './paint.ts'
import { colors, effectWords, marks, removalWords } from './preview.ts'
import { table } from './table.ts'
import { paragraph } from './text.ts'
import { bytes, duration, plural, rate } from './units.ts'

type View = { readonly width: number | undefined; readonly paint?: Paint }

/** A plan for a person: who made it, of what, and what it does at each site, step by step. */
export function planText(plan: PlanDocument, { width, paint = noPaint }: View): string {
  const { made, operation, organisation, backend, program, rollout, sites, left, allowDataLoss } = plan
  return [
    [
      paragraph(
        `Plan of ${minute(made.at)}, made by ${made.by} on ${made.on} with chancery ${made.with}.`,
        width,
      ),
      paragraph(
        `Organisation ${organisation}, program ${program}${rollout === null ? '' : `, rollout ${rollout}`}, state in ${backend}.`,
        width,
      ),
      ...(operation === 'up'
        ? []
        : [
            paint(
              'red',
              paragraph('It removes what the program made: chancery destroy --plan carries it out.', width),
            ),
          ]),
      ...(allowDataLoss.length === 0
        ? []
        : [paint('red', paragraph(`May lose the data of: ${allowDataLoss.join(', ')}.`, width))]),
    ].join('\n'),
    ...sites.map((site) => siteText(site, width, paint)),
    ...left.map(({ site, outcome, because }) =>
      [paint('bold', `${site}: not in the plan`), paragraph(`${outcome}: ${because}`, width, '  ')].join(
        '\n',
      ),
    ),
  ].join('\n\n')
}

const minute = (iso: string): string => `${iso.slice(0, 16).replace('T', ' ')} UTC`

function siteText(site: SitePlan, width: number | undefined, paint: Paint): string {
  const { link, cost } = site
  const still = site.resources.filter((one) => changeOf(one) === 'same').length
  return [
    paint('bold', site.site),
    paragraph(
      `stack ${site.stack}, ${link.medium} ${rate(link.kbitPerS)} ${link.rttMs} ms; ${bytes(cost.bytesUp)} up, ${bytes(cost.bytesDown)} down, ${plural(cost.roundTrips, 'round trip')}, ${duration(cost.ms)}; hosts seen ${minute(site.seenAt)}`,
      width,
      '  ',
    ),
    ...site.resources.filter((one) => changeOf(one) !== 'same').map((one) => resourceText(one, width, paint)),
    ...site.commands
      .filter(({ runs }) => runs)
      .map(({ operation, urn, host }) =>
        [
          paint(
            'yellow',
            paragraph(
              `${marks[operation]} ${host} Command ${urn.slice(urn.lastIndexOf('::') + 2)}`,
              width,
              '  ',
            ),
          ),
          paint('yellow', paragraph(`! ${effectWords.unguarded}`, width, '      ')),
        ].join('\n'),
      ),
    ...(still === 0 ? [] : [paint('dim', `  = ${plural(still, 'resource')} as wanted already, and guarded`)]),
  ].join('\n')
}

type Change = keyof typeof marks

/** What becomes of a resource, as the preview calls it. */
export function changeOf({ parts }: Pick<ResourcePlan, 'parts'>): Change {
  if (parts.some((part) => part.do === 'waits')) return 'fail'
  const operations = new Set(parts.map(({ operation }) => operation))
  if (operations.has('create') && operations.has('delete')) return 'replace'
  if (operations.has('create')) return 'create'
  if (operations.has('delete') && !operations.has('update')) return 'delete'
  return parts.some((part) => part.do === 'act') ? 'update' : 'same'
}

function resourceText(resource: ResourcePlan, width: number | undefined, paint: Paint): string {
  const change = changeOf(resource)
  const word =
    change === 'fail'
      ? ' (waits)'
      : change === 'create' || change === 'update'
        ? ''
        : ` (${change === 'delete' ? removalWord(resource) : change})`
  return [
    paint(
      colors[change],
      paragraph(`${marks[change]} ${resource.host} ${resource.name}${word}`, width, '  '),
    ),
    ...resource.parts.flatMap((part) => partLines(part, width, paint)),
  ].join('\n')
}

/** A removal without a step lets go of what is there, or only forgets what is gone. */
function removalWord({ parts }: ResourcePlan): string {
  const [part] = parts
  if (part === undefined || (part.do === 'act' && part.steps.length > 0) || part.guard.at === 'never')
    return 'delete'
  return part.guard.expects === 'absent' ? removalWords.gone : removalWords.stays
}

function partLines(part: PlanPart, width: number | undefined, paint: Paint): readonly string[] {
  const guard = part.guard.at === 'never' ? 'not guarded' : `only if ${guardWords(part)}`
  const steps = part.do === 'act' ? part.steps : []
  return [
    ...(steps.length === 0 ? [paragraph(`${part.operation}: ${part.because}`, width, '      ')] : []),
    ...steps.flatMap((step) => [
      paragraph(`${step.verb}: ${step.because}`, width, '      '),
      ...Object.entries(step.params)
        .filter(([, value]) => value !== null)
        .map(([name, value]) => paragraph(`${name}: ${valueText(value)}`, width, '          ')),
      ...step.effects.map((effect) =>
        paint('yellow', paragraph(`! ${effectWords[effect]}`, width, '          ')),
      ),
    ]),
    ...(part.do === 'act' ? [paint('dim', paragraph(guard, width, '      '))] : []),
  ]
}

function guardWords({ guard }: PlanPart): string {
  if (guard.at === 'never') return ''
  const owner = guard.owner === 'nobody' ? '' : `, on record of ${guard.owner}`
  return guard.expects === 'absent'
    ? `it is absent${guard.at === 'removed' ? ' once the old one is removed' : ''}${owner}`
    : `it looks as it was seen (${guard.expects.slice(0, 19)}…)${owner}`
}

const longest = 120

function valueText(value: Json): string {
  if (value !== null && typeof value === 'object' && !Array.isArray(value)) {
    const { $secret: secret, $later: later } = value as JsonObject
    if (typeof secret === 'string') return '(secret)'
    if (later !== undefined) return laterText(later)
  }
  const text = typeof value === 'string' ? JSON.stringify(value) : JSON.stringify(value)
  return text.length > longest ? `${text.slice(0, longest)}… (${text.length} characters)` : text
}

function laterText(later: Json): string {
  const parts = Array.isArray(later) ? (later as readonly Json[]) : [later]
  return parts
    .map((part) => {
      if (part === null || typeof part !== 'object' || Array.isArray(part)) return String(part)
      const { from, output } = part as JsonObject
      return `(later: ${String(output)} of ${String(from).slice(String(from).lastIndexOf('::') + 2)})`
    })
    .join('')
}

/** Whether plans would be accepted now: a line a site, then why not. */
export function verdictText(verdicts: readonly Verdict[], { width, paint = noPaint }: View): string {
  const rows = table<Verdict>(
    [
      { title: 'plan', cell: ({ plan }) => plan },
      { title: 'site', cell: ({ site }) => site },
      { title: 'verdict', cell: ({ verdict }) => paint(verdictColors[verdict], verdict) },
      ...(verdicts.some(({ waits }) => waits !== undefined)
        ? [{ title: 'now', cell: nowText, wrapTo: 24 }]
        : []),
    ],
    verdicts,
    width,
  )
  return [rows, ...verdicts.flatMap(({ told }) => (told === '' ? [] : [told]))].join('\n\n')
}

const nowText = ({ waits }: Verdict): string =>
  waits === undefined
    ? ''
    : `${waits.outcome === 'failed' ? 'would fail' : 'would be deferred'}: ${waits.because}`

const verdictColors = { accepted: 'green', refused: 'red', unknown: 'yellow' } as const
