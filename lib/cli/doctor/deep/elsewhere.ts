/** What is assumed and can't be asked by looking: it needs a change, another session, or another host. */
export const elsewhere: readonly {
  readonly id: string
  readonly assumed: string
  readonly restsOn: readonly string[]
  readonly because: string
}[] = [
  {
    id: 'start-action-while-running',
    assumed: 'AutomaticStartAction changes while a machine runs; AutomaticStopAction and BootOrder do not',
    restsOn: ['hyperv:VirtualMachine'],
    because: 'it needs a change to a running machine',
  },
  {
    id: 'devices-while-running',
    assumed:
      'SCSI disks, DVD media, checkpoint type, notes and the adapters of generation 2 change while a machine runs',
    restsOn: ['hyperv:VirtualMachine'],
    because: 'it needs a change to a running machine',
  },
  {
    id: 'memory-while-running',
    assumed:
      'static memory changes while a machine runs; of dynamic memory the minimum goes down and the maximum up',
    restsOn: ['hyperv:VirtualMachine'],
    because: 'it needs a change to a running machine',
  },
  {
    id: 'devices-of-generation-1',
    assumed: 'a machine of generation 1 takes and gives adapters and disks only while it is off',
    restsOn: ['hyperv:VirtualMachine'],
    because: 'it needs a change to a machine',
  },
  {
    id: 'switch-blink',
    assumed:
      'an external switch moves the address of its card to vEthernet, and the line is silent for seconds',
    restsOn: ['hyperv:VirtualSwitch'],
    because: 'it needs a change that may cut the session',
  },
  {
    id: 'management-service-stopped',
    assumed:
      'with the management service stopped a look at a machine is ObjectNotFound, which is not absence',
    restsOn: ['hyperv:VirtualMachine', 'hyperv:VirtualSwitch'],
    because: 'it needs the service vmms stopped',
  },
  {
    id: 'session-limit',
    assumed: 'sshd refuses a channel beyond MaxSessions of a connection and keeps the others',
    restsOn: ['worker'],
    because: 'it needs more than one channel of a connection; one is used',
  },
  {
    id: 'orphaned-worker',
    assumed: 'a worker whose connection was lost runs its frame to the end, and the next one waits for it',
    restsOn: ['worker'],
    because: 'it needs a connection that is cut in the middle of an act',
  },
]
