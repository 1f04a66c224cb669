import { z } from 'zod'
import type { Kind } from './kind.ts'

/** One line of a table of properties. */
export type Row = {
  /** `path`, `adapters[].vlan`. */
  readonly name: string
  readonly type: string
  readonly required: boolean
  /** As text; undefined = none. */
  readonly byDefault: string | undefined
  /** Empty when the schema doesn't describe it. */
  readonly about: string
}

type Schema = { readonly [key: string]: unknown }

/** Inputs of a kind in the order of its schema, those of nested objects below their own. */
export const inputRows = (kind: Kind): readonly Row[] =>
  rowsOf(z.toJSONSchema(kind.props, { io: 'input' }) as Schema, '')

/** Outputs of a kind beside its inputs. */
export const outputRows = (kind: Kind): readonly Row[] => rowsOf(z.toJSONSchema(kind.outs) as Schema, '')

/** The text of a reference page with both tables between their marks: `<!-- inputs -->`, `<!-- outputs -->`. */
export const withTables = (page: string, kind: Kind): string =>
  between(between(page, 'inputs', table(inputRows(kind), true)), 'outputs', table(outputRows(kind), false))

/** The text of the page of all kinds with their table between its marks: `<!-- kinds -->`. */
export const withKinds = (
  page: string,
  kinds: readonly { readonly folder: string; readonly kind: Kind }[],
): string =>
  between(
    page,
    'kinds',
    [
      '| kind | what it is |',
      '|---|---|',
      ...kinds.map(({ folder, kind }) => `| [${kind.token}](${folder}/README.md) | ${kind.about} |`),
    ].join('\n'),
  )

function rowsOf(schema: Schema, prefix: string): readonly Row[] {
  const properties = (schema['properties'] ?? {}) as { readonly [name: string]: Schema }
  const required = new Set((schema['required'] ?? []) as readonly string[])
  return Object.entries(properties).flatMap(([name, property]) => [
    {
      name: prefix + name,
      type: typeOf(property),
      required: required.has(name),
      byDefault: property['default'] === undefined ? undefined : JSON.stringify(property['default']),
      about: String(property['description'] ?? ''),
    },
    ...nested(property, prefix + name),
  ])
}

function nested(property: Schema, name: string): readonly Row[] {
  const items = property['items'] as Schema | undefined
  return items === undefined ? rowsOf(property, `${name}.`) : rowsOf(items, `${name}[].`)
}

function typeOf(schema: Schema): string {
  const values = schema['enum'] as readonly unknown[] | undefined
  if (values !== undefined) return values.map((value) => `\`${value}\``).join(', ')
  if (schema['const'] !== undefined) return `\`${schema['const']}\``
  const several = schema['anyOf'] as readonly Schema[] | undefined
  if (several !== undefined) return several.map(typeOf).join(', ')
  if (schema['type'] === 'array') return `list of ${typeOf((schema['items'] ?? {}) as Schema)}`
  return String(schema['type'] ?? 'any')
}

function table(rows: readonly Row[], inputs: boolean): string {
  if (rows.length === 0) return 'None.'
  const cell = (text: string) => text.replaceAll('|', '\\|')
  const lines = rows.map((row) => {
    const need = inputs ? ` ${row.required ? 'needed' : (row.byDefault ?? '')} |` : ''
    return `| \`${row.name}\` | ${cell(row.type)} |${need} ${cell(row.about)} |`
  })
  const head = inputs
    ? ['| input | type | default | meaning |', '|---|---|---|---|']
    : ['| output | type | meaning |', '|---|---|---|']
  return [...head, ...lines].join('\n')
}

/** Replaces what is between the marks; a page without the marks stays as it is. */
function between(page: string, mark: string, text: string): string {
  const [open, close] = [`<!-- ${mark} -->`, `<!-- /${mark} -->`]
  const from = page.indexOf(open)
  const to = page.indexOf(close)
  return from < 0 || to < from ? page : `${page.slice(0, from + open.length)}\n\n${text}\n\n${page.slice(to)}`
}
