import { MissionServer } from '../lib/components/mission-server.ts'
import { ServerlessMission } from '../lib/components/serverless-mission.ts'
import type { ProgramContext } from '../lib/domain/program.ts'

/** What stands at a mission, by its profile. */
export default function mission({ site, profile }: ProgramContext): void {
  switch (profile.model) {
    case 'mission-server':
      new MissionServer(site.id, { site, profile })
      break
    case 'serverless':
      new ServerlessMission(site.id, { site, profile })
      break
    case 'home':
      // The data centre at home is not made of a mission's parts.
      break
  }
}
