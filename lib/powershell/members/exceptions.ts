import { enumValue } from '../enums.ts'
import { Refused, refuse } from '../errors.ts'
import { int32 } from '../numbers.ts'
import { type PsErrorRecord, type PsException, PsNative } from '../objects.ts'
import { text } from '../text.ts'
import { shortName, typeOf } from '../types.ts'
import { type PsValue } from '../values.ts'

export function base(x: PsException): PsException {
  return x.inner === null ? x : base(x.inner)
}

export function exceptionProperty(x: PsException, name: string): PsValue | undefined {
  switch (name) {
    case 'message':
      return x.message
    case 'innerexception':
      return x.inner
    case 'hresult':
      return int32(x.hresult)
    case 'errorrecord':
      return x.record
    case 'commandname':
      return x.type.endsWith('CommandNotFoundException') ? (x.record?.target ?? null) : undefined
    case 'stacktrace':
    case 'source':
    case 'data':
    case 'targetsite':
    case 'helplink':
    case 'paramname':
    case 'nativeerrorcode':
      throw new Refused(`${name} of an exception`)
    default:
      return undefined
  }
}

export function recordProperty(r: PsErrorRecord, name: string): PsValue | undefined {
  switch (name) {
    case 'exception':
      return r.exception
    case 'fullyqualifiederrorid':
      return r.fqid
    case 'targetobject':
      return r.target
    case 'categoryinfo':
      return new PsNative(
        'System.Management.Automation.ErrorCategoryInfo',
        {
          Category: () => categoryOf(r.category),
          Reason: () => shortName(r.exception.type),
          TargetName: () => text(r.target),
          TargetType: () => (r.target === null ? '' : shortName(typeOf(r.target))),
          Activity: () => {
            throw new Refused('the activity of an error')
          },
        },
        { ToString: () => refuse('the text of an error category') },
      )
    case 'errordetails':
      return r.details === undefined
        ? null
        : new PsNative(
            'System.Management.Automation.ErrorDetails',
            { Message: () => r.details ?? null },
            {},
            r.details,
          )
    case 'invocationinfo':
    case 'scriptstacktrace':
      throw new Refused(`${name} of an error`)
    default:
      return undefined
  }
}

function categoryOf(name: string): PsValue {
  for (let n = 0; n < 32; n++) {
    const v = enumValue('System.Management.Automation.ErrorCategory', n)
    if (v?.name === name) return v
  }
  throw new Refused(`the error category ${name}`)
}
