import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { format, resolveConfig } from 'prettier'
import { kindFolders, loadCatalogue } from './catalogue.ts'
import { acceptSource, resourceSource } from './resource-source.ts'

const home = new URL('./resources/', import.meta.url)

/** File name to source of every generated module, `index.ts` included. */
export async function generatedResources(): Promise<ReadonlyMap<string, string>> {
  const catalogue = [...(await loadCatalogue()).values()]
  const style = await resolveConfig(new URL('../../package.json', import.meta.url).pathname)
  const pretty = (text: string) => format(text, { ...style, parser: 'typescript' })
  const folders = kindFolders()
  const accept = ['accept.ts', await pretty(acceptSource())] as const
  const kinds = await Promise.all(
    catalogue.map(
      async (loaded, i) =>
        [`${folders[i]!.replace('/', '-')}.ts`, await pretty(resourceSource(loaded))] as const,
    ),
  )
  const files = [...kinds, accept]
  const index = files.map(([name]) => `export * from './${name}'`).join('\n')
  return new Map([
    ...files,
    ['index.ts', await pretty(`// Written by \`npm run resources\`. Do not edit.\n${index}\n`)],
  ])
}

/** Names of generated files that are missing, different or left over. */
export async function staleResources(): Promise<readonly string[]> {
  const wanted = await generatedResources()
  const present = new Set(readdirSync(home))
  const stale = [...wanted].filter(
    ([name, text]) => !present.has(name) || readFileSync(new URL(name, home), 'utf8') !== text,
  )
  return [...stale.map(([name]) => name), ...[...present].filter((name) => !wanted.has(name))]
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  rmSync(home, { recursive: true, force: true })
  mkdirSync(home)
  for (const [name, text] of await generatedResources()) writeFileSync(new URL(name, home), text)
}
