import { PsThrow, record } from '../errors.ts'
import { type PsValue } from '../values.ts'

const SMA = 'System.Management.Automation.'

export const BINDING = `${SMA}ParameterBindingException`

export const VALIDATION = `${SMA}ParameterBindingValidationException`

export const TRANSFORM = `${SMA}ParameterBindingArgumentTransformationException`

/** Throws an error of binding. */
export function bindFailure(
  id: string,
  message: string,
  suffix: string,
  category = 'InvalidArgument',
  type = BINDING,
  target: PsValue = null,
): never {
  throw new PsThrow(record(suffix === '' ? id : `${id},${suffix}`, message, category, type, target))
}
