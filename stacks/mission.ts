import type { ProgramContext } from '../lib/domain/program.ts'
import { File } from '../lib/provider/resources/index.ts'

/** What stands at a mission, by its profile. Composes only; reads nothing. */
export default function mission({ site, organisation }: ProgramContext): void {
  for (const host of site.hosts) {
    new File(`${host.id}-site-card`, {
      host: host.id,
      path: 'C:\\Chancery\\site-card.txt',
      content: `${site.name}\r\nSite ${site.id} of ${organisation}, managed by Chancery.\r\n`,
    })
  }
}
