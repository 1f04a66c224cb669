/** Why a text can't be the folder of a kind, or undefined when it can: `windows/thing`, kebab-case. */
export const folderComplaint = (folder: string): string | undefined =>
  /^[a-z][a-z0-9]*\/[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(folder)
    ? undefined
    : `expected an area and a kebab-case name, like windows/scheduled-task, got ${JSON.stringify(folder)}`

/** Files of a new kind by their path in its folder. They conform, but for the lines marked `WRITE:`. */
export function skeleton(folder: string): ReadonlyMap<string, string> {
  const [area = '', name = ''] = folder.split('/')
  const type = name.replace(/(^|-)([a-z0-9])/g, (_, _dash, letter: string) => letter.toUpperCase())
  return new Map([
    ['index.ts', index(`${area}:${type}`, type)],
    ['props.ts', props(`${area}:${type}`)],
    ['plan.ts', plan],
    ['observe.ps1', observe],
    ['list.ps1', list],
    ['listing.ts', listing],
    ['set.ps1', act('set it to $Params.value')],
    ['remove.ps1', act('remove it, or return when it is gone')],
    ['README.md', page(`${area}:${type}`, type)],
    ['cases/create.yaml', createCase],
    ['cases/noop.yaml', noopCase],
    ['cases/change.yaml', changeCase],
    ['cases/absent.yaml', absentCase],
  ])
}

const index = (token: string, type: string): string => `import { foldCase } from '../../windows-path.ts'
import type { Kind } from '../../kind.ts'
import { listing } from './listing.ts'
import { plan, remove } from './plan.ts'
import { found, type Found, outs, props, type Want } from './props.ts'

export const kind: Kind<Want, Found> = {
  token: '${token}',
  about: '${about(type)}',
  props,
  found,
  references: [],
  secrets: [],
  replaceOn: ['name'],
  holdsData: false,
  identity: (want) => foldCase(want.name),
  look: (want) => ({ name: want.name }),
  plan,
  remove,
  outs,
  outputs: () => ({}),
  listing,
}
`

const about = (type: string): string => `A ${type} of the host.`

const props = (token: string): string => `import { z } from 'zod'

/** Inputs of \`${token}\`. */
export const props = z.strictObject({
  name: z.string().min(1).describe('WRITE: what the name is. Another name is another one (replacement).'),
  value: z.number().int().optional().describe('WRITE: meaning, unit, range, default. Not set: left as it is.'),
})

/** What \`observe.ps1\` prints: only what this kind owns, and only what is stable. */
export const found = z.strictObject({
  name: z.string().describe('WRITE: as Windows writes it.'),
  value: z.number().int().describe('WRITE: unit.'),
})

/** Outputs beside the inputs: often \`found.pick({ … })\`. */
export const outs = z.object({})

export type Want = z.infer<typeof props>
export type Found = z.infer<typeof found>
`

const plan = `import { type Plan, step, steps } from '../../kind.ts'
import type { Found, Want } from './props.ts'

/** WRITE: the order of the steps and the rule behind it. */
export function plan(want: Want, found: Found | null): Plan {
  const params = { name: want.name, value: want.value ?? null }
  if (found === null) return steps([step('set', params, 'absent', ['name', 'value'])], '')
  const because = \`value differs: \${want.value} wanted, \${found.value} found\`
  const differs = want.value !== undefined && want.value !== found.value
  return steps(differs ? [step('set', params, because, ['value'])] : [], \`\${found.name} is as wanted\`)
}

/** WRITE: what goes with it and what stays. */
export const remove = (want: Want): Plan => steps([step('remove', { name: want.name }, 'no longer wanted')], '')
`

const observe = `param($Params)
# WRITE: look for it. Nothing is printed when it is absent; what can't be looked at is an error.
$thing = $null
if ($null -ne $thing) {
    [pscustomobject]@{
        name = $thing.Name
        value = $thing.Value
    }
}
`

const list = `param($Params)
# WRITE: look for all that exist; what can't be looked at is an error, never an empty list. Or delete this and listing.ts.
$all = @()
$things = @()
foreach ($thing in $all) {
    $things += [pscustomobject]@{
        name = $thing.Name
        value = $thing.Value
    }
}
[pscustomobject]@{
    things = $things
}
`

const listing = `import type { Described, Listing } from '../../kind.ts'
import type { Found, Want } from './props.ts'

/** WRITE: which ones a host has. */
export const listing: Listing<Want, Found> = { when: 'always', describe }

/** WRITE: the fewest inputs under which plan has nothing to do, or why it can't be declared and what to do. */
function describe(found: Found): Described<Want> {
  return { want: { name: found.name, value: found.value }, notes: [] }
}
`

const act = (what: string): string => `param($Params)
# WRITE: ${what}; safe to run twice, -ErrorAction Stop on each cmdlet.
$name = $Params.name
$reason = New-Object InvalidOperationException ('Not written yet: ' + $name)
throw (New-Object Management.Automation.ErrorRecord $reason, 'Chancery.NotWritten', 'InvalidOperation', $name)
`

const page = (token: string, type: string): string => `# ${token}

${about(type)}

\`\`\`ts
new ${type}('example', { host, name: 'example', value: 1 })
\`\`\`

## Inputs

<!-- inputs -->
<!-- /inputs -->

## Outputs

<!-- outputs -->
<!-- /outputs -->

## What is compared

WRITE: which properties, how they are normalised, what is never looked at.

## Good to know

- \`Chancery.NotWritten\`: WRITE: the errors of your own.
- WRITE: what it does to the host; restarts, outages, time. No rule refuses it.
`

const createCase = `title: an absent one is made
want: { name: example, value: 1 }
found: null
expect:
  do: steps
  steps:
    - verb: set
      params: { name: example, value: 1 }
      because: absent
      changes: [name, value]
      effects: []
`

const noopCase = `title: one that is as wanted is left alone
want: { name: example, value: 1 }
found: { name: example, value: 1 }
expect: { do: nothing, because: example is as wanted }
`

const changeCase = `title: one that differs is set
want: { name: example, value: 2 }
found: { name: example, value: 1 }
expect:
  do: steps
  steps:
    - verb: set
      params: { name: example, value: 2 }
      because: 'value differs: 2 wanted, 1 found'
      changes: [value]
      effects: []
`

const absentCase = `title: one that is no longer wanted is removed
remove: true
want: { name: example }
found: { name: example, value: 1 }
expect:
  do: steps
  steps:
    - verb: remove
      params: { name: example }
      because: no longer wanted
      changes: []
      effects: []
`
