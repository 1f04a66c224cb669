import { organisationMark } from '../../lib/domain/organisation-mark.ts'

type Resource = { readonly urn: string; readonly type: string; readonly inputs?: { [name: string]: unknown } }
type Latest = { resources: Resource[]; pending_operations?: { type: string; resource: object }[] }
type Checkpoint = { readonly checkpoint: { readonly latest: Latest } }

const changed = (text: string, change: (latest: Latest) => void): string => {
  const document = JSON.parse(text) as Checkpoint
  change(document.checkpoint.latest)
  return JSON.stringify(document)
}

/** A checkpoint as an engine leaves it that is killed while it creates the resources of these names. */
export const withBegun = (text: string, ...names: readonly string[]): string =>
  changed(text, (latest) => {
    const isBegun = ({ urn }: Resource): boolean => names.some((name) => urn.endsWith(`::${name}`))
    latest.pending_operations = latest.resources
      .filter(isBegun)
      .map((resource) => ({ type: 'creating', resource: { ...resource, id: '', outputs: undefined } }))
    latest.resources = latest.resources.filter((one) => !isBegun(one))
  })

/** A checkpoint as an engine leaves it that is killed between the removal of the resource of this name and its making anew. */
export const withHalf = (text: string, name: string): string =>
  changed(text, (latest) => {
    latest.resources = latest.resources.map((one) =>
      one.urn.endsWith(`::${name}`) ? { ...one, pendingReplacement: true } : one,
    )
  })

/** The same state, of another organisation. */
export const ofOrganisation = (text: string, organisation: string): string =>
  changed(text, ({ resources }) => {
    for (const { type, inputs } of resources)
      if (type === 'pulumi:providers:chancery' && inputs !== undefined)
        inputs[organisationMark] = organisation
  })

/** Names of the resources of a checkpoint, but for the engine's own, and how many acts it has as begun. */
export function inState(text: string): { readonly names: readonly string[]; readonly begun: number } {
  const { latest } = (JSON.parse(text) as Checkpoint).checkpoint
  const { resources = [], pending_operations: begun = [] } = latest as Partial<Latest>
  const own = resources.filter(({ type }) => type.startsWith('chancery:'))
  return { names: own.map(({ urn }) => urn.slice(urn.lastIndexOf('::') + 2)).sort(), begun: begun.length }
}
