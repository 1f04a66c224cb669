/** Loaded before a program (`--import`): the clock of its process is ahead by `SHIFTED_CLOCK_MS`; less than 0: behind. */
const ahead = Number(process.env['SHIFTED_CLOCK_MS'] ?? '0')
const right = Date.now.bind(Date)
const shifted = (): number => right() + ahead

globalThis.Date = new Proxy(Date, {
  construct: (target, args: readonly unknown[], made) =>
    Reflect.construct(target, args.length === 0 ? [shifted()] : args, made) as Date,
  apply: () => new Date().toString(),
  get: (target, name, receiver) =>
    name === 'now' ? shifted : (Reflect.get(target, name, receiver) as unknown),
})
