import { fileURLToPath } from 'node:url'
import type { LabHost } from '../../lib/lab/index.ts'

const resources = fileURLToPath(new URL('../../lib/provider/resources/index.ts', import.meta.url))

/** Source of a program that declares so many small files on the site's first host: `C:\Notes\0.txt` with `<text> 0`, and so on. */
export const filesProgram = (count: number, text: string): string => `
import { File } from ${JSON.stringify(resources)}
export default ({ site }) => {
  for (let i = 0; i < ${count}; i++) {
    new File('note-' + i, { host: site.hosts[0].id, path: 'C:\\\\Notes\\\\' + i + '.txt', content: ${JSON.stringify(text)} + ' ' + i })
  }
}
`

/** Source of a program in which each file waits for the one before. */
export const chainProgram = (depth: number): string => `
import { File } from ${JSON.stringify(resources)}
export default ({ site }) => {
  let before = []
  for (let i = 0; i < ${depth}; i++) {
    const file = new File('link-' + i, { host: site.hosts[0].id, path: 'C:\\\\Chain\\\\' + i + '.txt', content: 'link ' + i }, { dependsOn: before })
    before = [file]
  }
}
`

/** Content of a file of a lab host; undefined when there is none. */
export function textOf(host: LabHost, path: string): string | undefined {
  const read = host.world.files.read(path)
  return read.ok ? new TextDecoder().decode(read.value) : undefined
}
