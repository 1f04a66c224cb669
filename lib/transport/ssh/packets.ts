/** TCP payload of a packet, and TCP's and IP's headers of one (IPv4, time stamps), bytes; an MTU of 1500. */
const payloadBytes = 1448
const headerBytes = 52

/** Packets that so many bytes take by themselves. */
export const packetsOf = (bytes: number): number => Math.ceil(bytes / payloadBytes)

/** What so many bytes take on the line as packets of their own. */
export const onLine = (bytes: number): number => bytes + headerBytes * packetsOf(bytes)
