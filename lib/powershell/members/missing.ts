import { Refused, fail } from '../errors.ts'
import { typeOf } from '../types.ts'
import { PsObject, type PsValue } from '../values.ts'

const NOT_FOUND = 'System.Management.Automation.PropertyNotFoundException'

/** The failure to find a property under strict mode. */
export function noProperty(name: string): never {
  fail(
    'PropertyNotFoundStrict',
    `The property '${name}' cannot be found on this object. Verify that the property exists.`,
    'NotSpecified',
    NOT_FOUND,
  )
}

/** Names of methods that .NET's own types have: on a value without one of its own the interpreter does not know the answer. */
const REAL_METHODS = new Set(
  `add addrange asreadonly asspan binarysearch clear clone combine compareto contains containskey containsvalue convertall copyto create
  createinstance dequeue dispose endswith enqueue enumeraterunes ensurecapacity equals exceptwith exists find findall findindex findlast findlastindex
  foreach getawaiter getbaseexception getdatetimeformats getenumerator gethashcode getlength getlonglength getlowerbound getobjectdata getrange gettype gettypecode
  getupperbound getvalue getviewbetween hasflag indexof indexofany initialize insert insertrange intersectwith invoke isdaylightsavingtime isnormalized
  lastindexof lastindexofany memberwiseclone normalize onedeserialization overlaps padleft padright peek pop push remove removeall removeat removerange removewhere replace
  replacelineendings reverse set setequals setrange setvalue sort split startswith substring subtract symmetricexceptwith synchronized toarray toboolean tobyte tochar tochararray
  todatetime todecimal todouble toint16 toint32 toint64 tolist tolocaltime tolower tolowerinvariant tosbyte tosingle tostring totype touint16 touint32 touint64
  toupper toupperinvariant touniversaltime trim trimend trimstart trimexcess trimtosize trueforall trycopyto tryformat trygetvalue trypeek trydequeue trypop unionwith where`.split(
    /\s+/,
  ),
)

/** The failure to find a method. */
export function noMethod(target: PsValue, name: string): never {
  if (REAL_METHODS.has(name.toLowerCase()) && !(target instanceof PsObject))
    throw new Refused(`the method ${name} of ${typeOf(target)}`)
  fail(
    'MethodNotFound',
    `Method invocation failed because [${typeOf(target)}] does not contain a method named '${name}'.`,
    'InvalidOperation',
    undefined,
    name,
  )
}
