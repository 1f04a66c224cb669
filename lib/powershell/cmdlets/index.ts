import { type BuiltIn } from './built-in.ts'
import { foreachObject, whereObject } from './each.ts'
import { fromJsonCmdlet, toJsonCmdlet } from './json.ts'
import { compareObject, groupObject, measureObject } from './measure.ts'
import { addMember, newObject } from './objects.ts'
import { joinPath, splitPath } from './paths.ts'
import { getUnique, sortObject } from './sort.ts'
import { selectObject } from './select.ts'
import { getVariableCmdlet, newVariable, outNull, setStrictMode, setVariableCmdlet } from './session.ts'
import { writeDebug, writeError, writeOutput, writeProgress, writeVerbose, writeWarning } from './write.ts'

const ALL: readonly BuiltIn[] = [
  foreachObject,
  whereObject,
  selectObject,
  sortObject,
  getUnique,
  groupObject,
  measureObject,
  compareObject,
  newObject,
  addMember,
  writeOutput,
  writeWarning,
  writeError,
  writeVerbose,
  writeDebug,
  writeProgress,
  toJsonCmdlet,
  fromJsonCmdlet,
  joinPath,
  splitPath,
  outNull,
  setStrictMode,
  getVariableCmdlet,
  setVariableCmdlet,
  newVariable,
]
const byName = new Map(ALL.map((c) => [c.name.toLowerCase(), c]))

/** A cmdlet of the language by its name, any case. */
export const builtIn = (name: string): BuiltIn | undefined =>
  byName.get(name.toLowerCase().replace(/^microsoft\.powershell\.(core|utility|management)\\/, ''))

/** The names of all cmdlets of the language. */
export const builtInNames: readonly string[] = ALL.map((c) => c.name)
