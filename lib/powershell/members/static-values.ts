import { Native } from '../errors.ts'
import { overload as o, str } from './arguments.ts'
import { convertStatics } from './convert-statics.ts'
import { hashAlgorithm } from './encodings.ts'
import { type StaticTables, convertNative, tryParse } from './static-parse.ts'
import { PsBlock, PsScalar } from '../objects.ts'
import { read } from '../syntax/read.ts'

/** Static methods of identities, truth values and what makes an object of a text. */
export const valueStatics: StaticTables = {
  'System.Convert': () => convertStatics(),
  'System.Guid': () => ({
    parse: [o('string', (s) => convertNative(str(s), 'System.Guid'))],
    tryparse: [
      o('string,object', (s, r) =>
        tryParse(
          'Guid',
          s,
          r,
          (v) => convertNative(str(v), 'System.Guid'),
          new PsScalar('System.Guid', '00000000-0000-0000-0000-000000000000'),
        ),
      ),
    ],
  }),
  'System.Version': () => ({
    parse: [o('string', (s) => convertNative(str(s), 'System.Version'))],
    tryparse: [
      o('string,object', (s, r) =>
        tryParse('Version', s, r, (v) => convertNative(str(v), 'System.Version'), null),
      ),
    ],
  }),
  'System.Boolean': () => ({
    parse: [
      o('string', (s) => {
        const t = str(s).trim().toLowerCase()
        if (t !== 'true' && t !== 'false')
          throw new Native(
            'System.FormatException',
            `String '${str(s)}' was not recognized as a valid Boolean.`,
          )
        return t === 'true'
      }),
    ],
    tryparse: [
      o('string,object', (s, r) =>
        tryParse(
          'Boolean',
          s,
          r,
          (v) =>
            /^\s*(true|false)\s*$/i.test(str(v)) ? str(v).trim().toLowerCase() === 'true' : refuseNative(),
          false,
        ),
      ),
    ],
  }),
  'System.Management.Automation.ScriptBlock': () => ({
    create: [
      o('string', (s) => {
        const result = read(str(s), 'script block')
        if (result.ok) return new PsBlock(result.value.block, result.value.text)
        throw new Native(
          'System.Management.Automation.ParseException',
          result.error.map((c) => c.message).join('\n'),
        )
      }),
    ],
  }),
  'System.Security.Cryptography.SHA256': () => ({ create: [o('', () => hashAlgorithm('sha256'))] }),
  'System.Security.Cryptography.SHA1': () => ({ create: [o('', () => hashAlgorithm('sha1'))] }),
  'System.Security.Cryptography.SHA384': () => ({ create: [o('', () => hashAlgorithm('sha384'))] }),
  'System.Security.Cryptography.SHA512': () => ({ create: [o('', () => hashAlgorithm('sha512'))] }),
  'System.Security.Cryptography.MD5': () => ({ create: [o('', () => hashAlgorithm('md5'))] }),
  'System.Net.IPAddress': () => ({
    parse: [o('string', (s) => convertNative(str(s), 'System.Net.IPAddress'))],
    tryparse: [
      o('string,object', (s, r) =>
        tryParse('IPAddress', s, r, (v) => convertNative(str(v), 'System.Net.IPAddress'), null),
      ),
    ],
  }),
}

const refuseNative = (): never => {
  throw new Native('System.FormatException', 'The text has not the right form.')
}
