export { createLink, type LinkOptions, type LinkState, type OpenLink } from './link.ts'
export { BreakerOpen, type LinkDoor, type Priority } from './door.ts'
export { admission, leftMs, localTime, windowAt, type Admission, type WindowState } from './window.ts'
export { budgetAt, budgetsBetween, type Budget } from './timetable.ts'
export { defaultOverall, overallQueue } from './queue.ts'
export { largestWrite } from './pacer.ts'
export {
  costParameters,
  estimate,
  totalEstimate,
  type CostParameters,
  type Estimate,
  type Workload,
} from './cost.ts'
