import { describe, test } from 'vitest'
import { fuzzTests } from '../../../test/rig/fuzz.ts'
import { fuzz } from './fuzz.test-rig.ts'

describe('the reader of plans', () => {
  fuzzTests(fuzz, test)
})
