import type { Thing } from './things.ts'

/**
 * Names for resources: of what a thing is called on its host, in lower case, letters, digits, dots and dashes. `taken`: `type name` of
 * resources that there are; a name that is taken gets the host before it, then a number behind it.
 */
export function logicalNames(
  things: readonly { readonly host: string; readonly thing: Thing }[],
  taken: Iterable<string>,
): readonly string[] {
  const used = new Set(taken)
  return things.map(({ host, thing }) => {
    const type = `chancery:${thing.token}`
    const plain = plainName(thing)
    const choices = [plain, `${host}-${plain}`]
    for (let n = 2; ; n++) {
      const free = choices.find((name) => !used.has(`${type} ${name}`))
      if (free !== undefined) {
        used.add(`${type} ${free}`)
        return free
      }
      choices.push(`${host}-${plain}-${n}`)
    }
  })
}

function plainName({ identity }: Thing): string {
  const leaf = identity.split('\\').at(-1) ?? identity
  const name = leaf
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}/gu, '')
    .replace(/[^a-z0-9.]+/g, '-')
    .replace(/^[-.]+|[-.]+$/g, '')
  return name === '' ? 'thing' : name
}
