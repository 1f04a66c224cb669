import { readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import type { Json, JsonObject } from '../domain/json.ts'
import { hasCheckpointFile } from './checkpoint.ts'
import { isSealed, type PassphraseSource, sealed, stateKey } from './passphrase-cipher.ts'
import { withoutPassword } from './stack-failure.ts'
import { copiesOf, replaceCopy } from './state-copies.ts'
import type { InFolder } from './state-folder.ts'

/** A resource and those of its inputs that are secret now. */
export type NowSecret = { readonly urn: string; readonly properties: readonly string[] }

/** What became of the older copies of a state. */
export type SealedCopies = {
  /** Files in which what is secret now is encrypted since. */
  readonly sealed: readonly string[]
  /** What may hold it in clear all the same, and why. */
  readonly left: readonly { readonly place: string; readonly because: string }[]
}

/**
 * Encrypts what has become secret in every copy of a state that is kept: the values themselves, everything of the host that was seen of
 * those resources, and what else has such a value in it. Only where the state lies in a folder; elsewhere it is said to be left.
 */
export async function sealCopies(
  place: InFolder & PassphraseSource,
  secrets: readonly NowSecret[],
): Promise<SealedCopies> {
  if (!hasCheckpointFile(place)) {
    const because = 'what the backend keeps of older states is not reached from here'
    return { sealed: [], left: [{ place: withoutPassword(place.backendUrl), because }] }
  }
  const root = fileURLToPath(place.backendUrl)
  const done: string[] = []
  const left: { place: string; because: string }[] = []
  const copies = await copiesOf(root, place)
  const whole = copies
    .filter(({ flaw }) => flaw === undefined)
    .map((copy) => ({ copy, json: z.json().parse(JSON.parse(copy.text)) }))
  const texts = new Set(whole.flatMap(({ json }) => [...clearTexts(json, secrets)]))
  for (const { copy, json } of whole) {
    const provider = headShape.safeParse(json).data?.checkpoint.latest?.secrets_providers
    const without = withSealed(json, secrets, texts, (value) => value)
    if (without.count === 0) continue
    const key = await stateKey(provider && { type: provider.type, state: provider.state }, place)
    if (!key.ok) {
      left.push({ place: copy.file, because: key.error.detail })
      continue
    }
    const { json: fresh } = withSealed(json, secrets, texts, (value) => sealed(value, key.value))
    const replaced = await replaceCopy(copy, JSON.stringify(fresh))
    if (replaced.ok) done.push(copy.file)
    else left.push({ place: copy.file, because: replaced.error })
  }
  const torn = [
    ...copies.filter(({ flaw }) => flaw !== undefined).map(({ file }) => file),
    ...(await tornFiles(root, place)),
  ]
  for (const file of torn) {
    const raw = await readFile(file, 'utf8').catch(() => '')
    if ([...texts].some((text) => raw.includes(JSON.stringify(text).slice(1, -1))))
      left.push({ place: file, because: 'it is not whole' })
  }
  return { sealed: done, left }
}

/** What was put aside as torn: `<stack>.json.torn-…`. */
async function tornFiles(root: string, { project, stack }: InFolder): Promise<readonly string[]> {
  const folder = dirname(join(root, '.pulumi/stacks', project, stack))
  const names = await readdir(folder).catch(() => [])
  return names.filter((name) => name.startsWith(`${stack}.json.torn-`)).map((name) => join(folder, name))
}

const headShape = z.looseObject({
  checkpoint: z.looseObject({
    latest: z
      .looseObject({ secrets_providers: z.object({ type: z.string(), state: z.unknown() }).optional() })
      .nullish(),
  }),
})

/** Shorter ones are everywhere. */
const shortestText = 6

/** Texts of the values that are secret now, as this copy has them in clear. */
function clearTexts(json: Json, secrets: readonly NowSecret[]): ReadonlySet<string> {
  const texts = new Set<string>()
  const collect = (value: Json | undefined): void => {
    if (typeof value === 'string' && value.length >= shortestText) texts.add(value)
    else if (value !== null && typeof value === 'object' && !isSealed(value))
      for (const item of Object.values(value)) collect(item as Json)
  }
  for (const { urn, properties } of secrets)
    for (const resource of resourcesIn(json))
      if (resource['urn'] === urn)
        for (const name of properties)
          for (const bag of ['inputs', 'outputs']) collect(objectOf(resource[bag])[name])
  return texts
}

/** The copy with each value that tells a secret replaced, and how many there were. Pure. */
function withSealed(
  json: Json,
  secrets: readonly NowSecret[],
  texts: ReadonlySet<string>,
  seal: (value: Json) => Json,
): { readonly json: Json; readonly count: number } {
  let count = 0
  const told = (value: Json): boolean => {
    if (typeof value === 'string') return [...texts].some((text) => value.includes(text))
    if (value === null || typeof value !== 'object' || isSealed(value)) return false
    return Object.values(value).some((item) => told(item as Json))
  }
  const bagOf = (bag: Json | undefined, tells: (name: string) => boolean): JsonObject =>
    Object.fromEntries(
      Object.entries(objectOf(bag)).map(([name, value]) => {
        if (isSealed(value) || !(tells(name) || told(value))) return [name, value]
        count += 1
        return [name, seal(value)]
      }),
    )
  const resourceOf = (resource: JsonObject): JsonObject => {
    const own = secrets.filter(({ urn }) => urn === resource['urn']).flatMap(({ properties }) => properties)
    const inputs = objectOf(resource['inputs'])
    // Outputs that are no inputs are what was seen: digests of it, among others.
    const seen = (name: string): boolean => own.length > 0 && !(name in inputs)
    return {
      ...resource,
      ...('inputs' in resource && { inputs: bagOf(resource['inputs'], (name) => own.includes(name)) }),
      ...('outputs' in resource && {
        outputs: bagOf(resource['outputs'], (name) => own.includes(name) || seen(name)),
      }),
    }
  }
  return { json: mapResources(json, resourceOf), count }
}

const objectOf = (value: Json | undefined): JsonObject =>
  value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as JsonObject) : {}
const listOf = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : [])

/** Resources of a checkpoint file, and those of its pending operations. */
function resourcesIn(json: Json): readonly JsonObject[] {
  const found: JsonObject[] = []
  mapResources(json, (resource) => {
    found.push(resource)
    return resource
  })
  return found
}

function mapResources(json: Json, change: (resource: JsonObject) => JsonObject): Json {
  const file = objectOf(json)
  const checkpoint = objectOf(file['checkpoint'])
  const latest = objectOf(checkpoint['latest'])
  const pending = listOf(latest['pending_operations']).map((item) => {
    const operation = objectOf(item)
    return { ...operation, resource: change(objectOf(operation['resource'])) }
  })
  const fresh = {
    ...latest,
    ...('resources' in latest && {
      resources: listOf(latest['resources']).map((item) => change(objectOf(item))),
    }),
    ...('pending_operations' in latest && { pending_operations: pending }),
  }
  return {
    ...file,
    checkpoint: { ...checkpoint, ...('latest' in checkpoint && { latest: fresh }) },
  }
}
