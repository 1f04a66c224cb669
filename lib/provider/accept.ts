import { z } from 'zod'
import type { Json, JsonObject } from '../domain/json.ts'
import { nearest } from '../inventory/complaint.ts'
import type { LeftAlone } from '../reconcile/left-alone.ts'
import type { LoadedKind } from '../reconcile/loaded-kind.ts'
import { parsePath, withValueAt } from '../reconcile/property-path.ts'

/** The input `accept` that every resource has: differences that stay as they are found, each for a reason and a time. */
export const acceptEntry = z.strictObject({
  property: z
    .string()
    .describe(
      'Input that may differ, or the path of a part of it: `content`, `adapters[0].vlan`, `adapters[*].mac`.',
    ),
  value: z.json().optional().describe('The value that is accepted. Not set: whatever is found.'),
  reason: z
    .string()
    .trim()
    .min(1, 'expected why it is accepted, got nothing')
    .describe('Why, for whoever reads it next.'),
  until: z.iso
    .date({
      error: ({ input }) =>
        `expected a date like 2026-12-31, got ${input === undefined ? 'nothing' : JSON.stringify(input)}`,
    })
    .describe('Last day on which it is accepted, UTC: `2026-12-31`. After it the difference counts again.'),
})
const acceptList = z.array(acceptEntry)

export const acceptText =
  'Differences between what is declared and what is found that are accepted: each with its property, a reason and the last day. They are no change and no drift.'

export type AcceptEntry = Readonly<z.infer<typeof acceptEntry>>

/** The entries of an input `accept`; none where it is not set or not valid, of which `acceptComplaints` tells. */
export const acceptedIn = (accept: Json | undefined): readonly AcceptEntry[] =>
  acceptList.safeParse(accept ?? []).data ?? []

/** What is left alone at an instant (ms): what is ignored, and what is accepted and not over yet. */
export const leaveOf = (
  accepted: readonly AcceptEntry[],
  ignored: readonly string[],
  now: number,
): readonly LeftAlone[] => [
  ...ignored.map((property) => ({ why: 'ignored' as const, property })),
  ...accepted
    .filter(({ until }) => now < endOf(until))
    .map(({ property, reason, until, value }) => ({
      why: 'accepted' as const,
      property,
      reason,
      until,
      ...(value === undefined ? {} : { value }),
    })),
]

const dayMs = 86_400_000
const endOf = (until: string): number => Date.parse(`${until}T00:00:00Z`) + dayMs

type Complaint = { readonly path: string; readonly reason: string }

/** Everything that is wrong with an input `accept`, by its path in the resource. */
export function acceptComplaints(
  { kind }: LoadedKind,
  want: JsonObject,
  accept: Json | undefined,
): readonly Complaint[] {
  if (accept === undefined || accept === null) return []
  const parsed = acceptList.safeParse(accept)
  if (!parsed.success)
    return parsed.error.issues.map((issue) => ({
      path: ['accept', ...issue.path.map(String)].join('/'),
      reason: issue.message,
    }))
  return parsed.data.flatMap(({ property, value }, at) => {
    const path = `accept/${at}/property`
    const parts = parsePath(property)
    if (parts === undefined)
      return [
        {
          path,
          reason: `expected an input or a path like adapters[0].vlan, got ${JSON.stringify(property)}`,
        },
      ]
    const [root] = parts
    const names = Object.keys(kind.props.shape)
    if (!names.includes(root)) {
      const meant = nearest(root, names)
      return [
        {
          path,
          reason: `expected an input of ${kind.token} (${names.join(', ')}), got ${root}${meant === undefined ? '' : `. Did you mean ${meant}?`}`,
        },
      ]
    }
    if (kind.replaceOn.includes(root))
      return [
        {
          path,
          reason: `${root} names the thing: another one is another thing, and no difference of this one`,
        },
      ]
    if (value === undefined) return []
    const issue = issueWith(
      kind.props,
      withValueAt({ [root]: null, ...want }, parts, value) as JsonObject,
      root,
    )
    return issue === undefined ? [] : [{ path: `accept/${at}/value`, reason: issue }]
  })
}

/** What the schema says against a value of one input. */
function issueWith(props: z.ZodObject, want: JsonObject, root: string): string | undefined {
  const parsed = props.safeParse(want)
  return parsed.error?.issues.find((issue) => issue.path[0] === root)?.message
}
