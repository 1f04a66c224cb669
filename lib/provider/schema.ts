import { z } from 'zod'
import type { Catalogue, LoadedKind } from '../reconcile/loaded-kind.ts'
import { acceptEntry, acceptText } from './accept.ts'
import { adoptText } from './inputs.ts'
import { version } from './version.ts'

type Json = { [key: string]: unknown }

/** The Pulumi package schema, made from the kinds' zod schemas. Source of the format: pulumi.com/docs "Pulumi package schema". */
export function packageSchema(catalogue: Catalogue): Json {
  const types: Json = { [acceptType]: acceptSchema }
  const resources = Object.fromEntries(
    [...catalogue.values()].map((loaded) => [`chancery:${loaded.kind.token}`, resourceSchema(loaded, types)]),
  )
  return {
    name: 'chancery',
    displayName: 'Chancery',
    version,
    description: 'Windows servers, Hyper-V and what stands on them, at sites on thin, slow links.',
    keywords: ['category/infrastructure', 'windows', 'hyper-v'],
    license: 'MIT',
    meta: { moduleFormat: '(.*)' },
    config: { variables: {} },
    provider: { description: 'Reaches hosts over SSH through a rate-limited queue per link.' },
    language: { nodejs: { respectSchemaVersion: true } },
    resources,
    types,
  }
}

const acceptType = 'chancery:index:Accept'
const acceptSchema: Json = {
  type: 'object',
  description: 'A difference between what is declared and what is found that is accepted for a time.',
  properties: Object.fromEntries(
    Object.entries(acceptEntry.shape).map(([name, type]) => [
      name,
      {
        ...(name === 'value' ? { $ref: 'pulumi.json#/Any' } : { type: 'string' }),
        description: type.description,
      },
    ]),
  ),
  required: ['property', 'reason', 'until'],
}

function resourceSchema(loaded: LoadedKind, types: Json): Json {
  const { kind } = loaded
  const translate = translator(kind.token, types)
  const input = translate.object(jsonSchema(kind.props, 'input'), kind.token.split(':')[1] ?? '')
  const output = translate.object(jsonSchema(kind.outs, 'output'), `${kind.token.split(':')[1]}Output`)
  const own = {
    host: {
      type: 'string',
      description: 'Id of the host in the inventory. Another host is another resource (replacement).',
      willReplaceOnChanges: true,
    },
    accept: { type: 'array', items: { $ref: `#/types/${acceptType}` }, description: acceptText },
    adopt: {
      oneOf: [{ type: 'boolean' }, { type: 'string' }],
      description: adoptText,
    },
  }
  for (const name of kind.replaceOn) {
    const property = input.properties[name]
    if (property !== undefined) property['willReplaceOnChanges'] = true
  }
  for (const name of kind.secrets) {
    const property = input.properties[name]
    if (property !== undefined) property['secret'] = true
  }
  return {
    description: kind.about,
    inputProperties: { ...own, ...input.properties },
    requiredInputs: ['host', ...input.required],
    properties: { ...own, ...input.properties, ...output.properties },
    required: ['host', ...input.required, ...output.required],
  }
}

const jsonSchema = (type: z.ZodObject, io: 'input' | 'output'): Json =>
  z.toJSONSchema(type, { io, unrepresentable: 'any', target: 'draft-7' }) as Json

type Translated = { readonly properties: { [name: string]: Json }; readonly required: readonly string[] }

/** JSON Schema to Pulumi's dialect: objects become named types, enums become their base type with the values in the text. */
function translator(token: string, types: Json) {
  const moduleName = token.split(':')[0] ?? 'index'
  const property = (schema: Json, name: string): Json => {
    const description =
      typeof schema['description'] === 'string' ? { description: schema['description'] } : {}
    const options = (schema['anyOf'] ?? schema['oneOf']) as Json[] | undefined
    if (options !== undefined) {
      const real = options.filter((o) => o['type'] !== 'null')
      return real.length === 1
        ? { ...property(real[0]!, name), ...description }
        : { $ref: 'pulumi.json#/Any', ...description }
    }
    if (Array.isArray(schema['enum'])) {
      const text =
        `${description.description ?? ''} One of: ${(schema['enum'] as unknown[]).join(', ')}.`.trim()
      return { type: 'string', description: text }
    }
    const type = Array.isArray(schema['type'])
      ? (schema['type'] as string[]).find((t) => t !== 'null')
      : schema['type']
    switch (type) {
      case 'string':
      case 'boolean':
      case 'integer':
      case 'number':
        return { type, ...description }
      case 'array':
        return {
          type: 'array',
          items: property((schema['items'] as Json | undefined) ?? {}, `${name}Item`),
          ...description,
        }
      case 'object': {
        if (schema['properties'] === undefined) return { $ref: 'pulumi.json#/Any', ...description }
        const reference = `chancery:${moduleName}:${name}`
        const { properties, required } = object(schema, name)
        types[reference] = { type: 'object', properties, required, ...description }
        return { $ref: `#/types/${reference}`, ...description }
      }
      default:
        return { $ref: 'pulumi.json#/Any', ...description }
    }
  }
  const object = (schema: Json, prefix: string): Translated => {
    const entries = Object.entries((schema['properties'] as { [name: string]: Json } | undefined) ?? {})
    return {
      properties: Object.fromEntries(
        entries.map(([name, value]) => [
          name,
          property(value, `${prefix}${name[0]?.toUpperCase() ?? ''}${name.slice(1)}`),
        ]),
      ),
      required: (schema['required'] as string[] | undefined) ?? [],
    }
  }
  return { object }
}
