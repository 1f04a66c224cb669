#!/usr/bin/env python3
"""One thin line between two network namespaces, packet by packet, and what crossed it. Linux, root, /dev/net/tun, iproute2.

emulator.py NAME RTT_MS KBIT_PER_S [QUEUE_KB]
Makes the namespaces NAME-home (10.99.1.1) and NAME-site (10.99.1.2), joined by two TUN devices. Each direction: a rate limit with a
drop-tail queue, then half the round trip. Commands on standard input, one a line, each answered by one line of JSON:
  reset        forgets what was counted
  read         what crossed since then, as seen at home
  loss P       from now on each packet is lost with probability P, in both directions (0 at the start)
  reorder P    from now on each packet comes a tenth of a round trip late with probability P, behind those after it (0 at the start)
  silent 0|1   from now on no packet passes (1), or all do again (0)
Chance begins with the seed in the environment variable SEED, else with 1. CONGESTION names the congestion control of both ends
(`cubic`); default: the machine's.
The end of standard input ends the emulator, and with it both namespaces.

A span that is read holds: `connections` (distinct client ports of SYNs), bytes, packets and drops each way (IP bytes), `first`, `last_up`,
`last_down` (seconds: first packet with payload or SYN from home, last with payload from home, last with payload that reached home),
`lost` (packets that the line lost), `most_up_2_s` (the most IP bytes that left home within any two seconds), and
`exchanges`: how often something with payload (or SYN) that reached home came at least 0.8 round trips after the oldest unanswered one that left.
"""
import fcntl
import collections
import heapq
import json
import os
import random
import select
import signal
import struct
import subprocess
import sys
import time

TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x1, 0x1000
HOME, SITE = "10.99.1.1", "10.99.1.2"


def ip(*args, check=True):
    done = subprocess.run(["ip", *args], capture_output=True, text=True)
    if check and done.returncode != 0:
        raise SystemExit(f"ip {' '.join(args)}: {done.stderr.strip()}")


def open_tun(name):
    fd = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(fd, TUNSETIFF, struct.pack("16sH", name.encode(), IFF_TUN | IFF_NO_PI))
    return fd


class Lane:
    """One direction."""

    def __init__(self, out_fd, kbit_per_s, delay_s, queue_bytes):
        self.out, self.bytes_per_s, self.delay, self.queue = out_fd, kbit_per_s * 1000 / 8, delay_s, queue_bytes
        self.free_at = 0.0

    def push(self, now, size):
        """When the packet arrives at the other end; None = the queue is full."""
        if max(0.0, self.free_at - now) * self.bytes_per_s > self.queue:
            return None
        self.free_at = max(self.free_at, now) + size / self.bytes_per_s
        return self.free_at + self.delay


def tcp(packet):
    """(source port, has SYN without ACK, has SYN, payload length) of an IPv4 TCP packet, else None."""
    if packet[9] != 6:
        return None
    at = (packet[0] & 15) * 4
    flags, header = packet[at + 13], (packet[at + 12] >> 4) * 4
    syn = bool(flags & 2)
    payload = int.from_bytes(packet[2:4], "big") - at - header
    return int.from_bytes(packet[at:at + 2], "big"), syn and not flags & 16, syn, payload


class Span:
    def __init__(self, rtt_s):
        self.rtt = rtt_s
        self.ports = set()
        self.bytes, self.packets, self.dropped = [0, 0], [0, 0], [0, 0]
        self.first = self.last_up = self.last_down = self.unanswered = None
        self.exchanges = self.lost = 0
        self.recent, self.in_recent, self.most_up = collections.deque(), 0, 0

    def up(self, now, packet, dropped):
        self.bytes[0] += len(packet)
        self.packets[0] += 1
        self.dropped[0] += dropped
        self.recent.append((now, len(packet)))
        self.in_recent += len(packet)
        while self.recent[0][0] <= now - 2.0:
            self.in_recent -= self.recent.popleft()[1]
        self.most_up = max(self.most_up, self.in_recent)
        seen = tcp(packet)
        if seen is None:
            return
        port, opens, _, payload = seen
        if opens:
            self.ports.add(port)
        if opens or payload > 0:
            self.first = self.first if self.first is not None else now
            self.unanswered = self.unanswered if self.unanswered is not None else now
        if payload > 0:
            self.last_up = now

    def down(self, now, packet):
        self.bytes[1] += len(packet)
        self.packets[1] += 1
        seen = tcp(packet)
        if seen is None or not (seen[2] or seen[3] > 0):
            return
        if seen[3] > 0:
            self.last_down = now
        if self.unanswered is not None and now - self.unanswered >= 0.8 * self.rtt:
            self.exchanges += 1
        self.unanswered = None

    def json(self):
        return json.dumps({
            "connections": len(self.ports), "exchanges": self.exchanges,
            "bytes_up": self.bytes[0], "bytes_down": self.bytes[1],
            "packets_up": self.packets[0], "packets_down": self.packets[1],
            "dropped_up": self.dropped[0], "dropped_down": self.dropped[1],
            "lost": self.lost, "most_up_2_s": self.most_up,
            "first": self.first, "last_up": self.last_up, "last_down": self.last_down,
        })


def build(name):
    """The two namespaces and the devices that join them; the file descriptors at home and at the site."""
    fds = []
    for side, device, me, peer in (("home", f"wh{os.getpid()}", HOME, SITE), ("site", f"ws{os.getpid()}", SITE, HOME)):
        space = f"{name}-{side}"
        ip("netns", "add", space)
        ip("-n", space, "link", "set", "lo", "up")
        fds.append(open_tun(device))
        ip("link", "set", device, "netns", space)
        ip("-n", space, "addr", "add", me, "peer", peer, "dev", device)
        ip("-n", space, "link", "set", device, "mtu", "1500", "txqueuelen", "1000", "up")
        if os.environ.get("CONGESTION"):
            ip("-n", space, "route", "change", peer, "dev", device, "src", me, "congctl", os.environ["CONGESTION"])
    return fds


def carry(home, site, rtt_s, kbit_per_s, queue_bytes):
    lanes = {home: Lane(site, kbit_per_s, rtt_s / 2, queue_bytes), site: Lane(home, kbit_per_s, rtt_s / 2, queue_bytes)}
    span = Span(rtt_s)
    flying, order, rest = [], 0, b""
    chance, line = random.Random(int(os.environ.get("SEED", "1"))), {b"loss": 0.0, b"reorder": 0.0, b"silent": 0.0}
    poll = select.epoll()
    for fd in (home, site, 0):
        poll.register(fd, select.EPOLLIN | select.EPOLLHUP)
    print(json.dumps({"ready": True, "home": HOME, "site": SITE}), flush=True)
    while True:
        wait = 1.0 if not flying else max(0.0, flying[0][0] - time.monotonic())
        ready = {fd for fd, _ in poll.poll(wait)}
        now = time.monotonic()
        for fd in ready & {home, site}:
            for _ in range(64):
                try:
                    packet = os.read(fd, 65536)
                except BlockingIOError:
                    break
                if packet[0] >> 4 != 4:
                    continue
                at = lanes[fd].push(now, len(packet))
                if fd == home:
                    span.up(now, packet, at is None)
                elif at is None:
                    span.dropped[1] += 1
                if at is not None and (line[b"silent"] or (line[b"loss"] and chance.random() < line[b"loss"])):
                    span.lost += 1
                    at = None
                if at is not None:
                    if line[b"reorder"] and chance.random() < line[b"reorder"]:
                        at += rtt_s / 10
                    order += 1
                    heapq.heappush(flying, (at, order, lanes[fd].out, packet))
        now = time.monotonic()
        while flying and flying[0][0] <= now:
            _, _, out, packet = heapq.heappop(flying)
            if out == home:
                span.down(now, packet)
            try:
                os.write(out, packet)
            except OSError:
                pass
        if 0 not in ready:
            continue
        read = os.read(0, 4096)
        if read == b"":
            return
        *lines, rest = (rest + read).split(b"\n")
        for command in lines:
            if command == b"reset":
                span = Span(rtt_s)
                print("{}", flush=True)
            elif command == b"read":
                print(span.json(), flush=True)
            elif command.partition(b" ")[0] in line:
                name, _, value = command.partition(b" ")
                line[name] = float(value)
                print("{}", flush=True)
            else:
                raise SystemExit(f"emulator.py: expected a command of its own, got {command!r}")


def main():
    name, rtt_ms, kbit_per_s = sys.argv[1], float(sys.argv[2]), float(sys.argv[3])
    queue_kb = float(sys.argv[4]) if len(sys.argv) > 4 else 64
    # Ctrl-C reaches the whole group; whoever started this one closes its standard input when it is done.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        home, site = build(name)
        carry(home, site, rtt_ms / 1000, kbit_per_s, queue_kb * 1024)
    finally:
        for side in ("home", "site"):
            ip("netns", "del", f"{name}-{side}", check=False)


main()
