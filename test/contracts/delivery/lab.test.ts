import { describe, test } from 'vitest'
import { labParty } from './lab-party.ts'
import { scenes } from './scenes.ts'

/** The lab's receiver answers as receiver.ps1 does (test/powershell holds the other to the same scenes). */
describe('the lab’s receiver', () => {
  test.each(scenes)('$title', async (scene) => {
    await scene.play(labParty())
  })
})
