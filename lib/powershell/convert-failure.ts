import { text } from './text.ts'
import { typeOf } from './types.ts'
import { type PsValue } from './values.ts'

/** A value does not convert; the place that asked turns it into its own error. */
export class CastFailure extends Error {
  readonly id: string
  constructor(id: string, message: string) {
    super(message)
    this.id = id
  }
}

export const cannot = (v: PsValue, type: string): CastFailure =>
  new CastFailure(
    'ConvertToFinalInvalidCastException',
    `Cannot convert the "${text(v)}" value of type "${typeOf(v)}" to type "${type}".`,
  )

export const bad = (id: string, v: PsValue, type: string, why: string): CastFailure =>
  new CastFailure(id, `Cannot convert value "${text(v)}" to type "${type}". Error: "${why}"`)
