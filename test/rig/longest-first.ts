import { relative } from 'node:path'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Files that take long, the longest first, and where the others that do lie: what begins last is to end soon. */
const long: readonly string[] = [
  'test/scenarios/one-budget.test.ts',
  'test/scenarios/faults.test.ts',
  'test/faults/command-line.test.ts',
  'test/scenarios/delivery.test.ts',
  'test/scenarios/rehearse.test.ts',
  'test/scenarios/saved-plans.test.ts',
  'test/scenarios/import.test.ts',
  'test/scenarios/planted-secrets.test.ts',
  'test/scenarios/saved-plans-cli.test.ts',
  'test/scenarios/by-hand.test.ts',
  'test/scenarios/resolve.test.ts',
  'test/scenarios/wrong-clock.test.ts',
  'test/scenarios/failures.test.ts',
  'test/scenarios/',
  'test/package/',
  'test/faults/',
  'lib/inventory/fuzz.test.ts',
  'lib/engine/run.test.ts',
]

/** Begins with the files that take longest: Vitest knows how long a file took only where it has run before. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId, project }: TestSpecification): number => {
      const path = relative(project.config.root, moduleId).replaceAll('\\', '/')
      const at = long.findIndex((name) => path.startsWith(name))
      return project.config.sequence.groupOrder * (long.length + 1) + (at === -1 ? long.length : at)
    }
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b))
  }
}
