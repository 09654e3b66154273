#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 Turnstile contributors
# SPDX-License-Identifier: MIT
"""Attaches to a bot as docs/monitor-protocol.md says, and prints its buckets.
Usage: monitor_client.py SOCKET [UPDATES]"""
import socket, struct, sys

def cbor(data, i):
    """The item at i, and where it ends."""
    major, info = data[i] >> 5, data[i] & 31
    i += 1
    if info >= 24:
        size = 1 << (info - 24)
        info, i = int.from_bytes(data[i:i + size], "big"), i + size
    if major == 0:
        return info, i
    if major == 1:
        return -1 - info, i
    if major in (2, 3):
        part = bytes(data[i:i + info])
        return (part if major == 2 else part.decode()), i + info
    if major == 4:
        items = []
        for _ in range(info):
            item, i = cbor(data, i)
            items.append(item)
        return items, i
    if major == 5:
        fields = {}
        for _ in range(info):
            key, i = cbor(data, i)
            fields[key], i = cbor(data, i)
        return fields, i
    return {20: False, 21: True}.get(info), i

def receive(line, size):
    data = b""
    while len(data) < size:
        more = line.recv(size - len(data))
        if not more:
            sys.exit("the bot has closed the connection")
        data += more
    return data

STATES = "paused probing exhausted route-limited globally-locked open idle".split()
line = socket.socket(socket.AF_UNIX)
line.connect(sys.argv[1])
subscribe = bytes.fromhex("8202 a3 0001 0100 021864")  # version 1.0, each 100 ms
line.sendall(struct.pack(">I", len(subscribe)) + subscribe)
left = int(sys.argv[2]) if len(sys.argv) > 2 else 1
while left:
    (kind, fields), _ = cbor(receive(line, struct.unpack(">I", receive(line, 4))[0]), 0)
    if kind == 1:
        print("bot", fields[2], "pid", fields[3], "protocol %d.%d" % (fields[0], fields[1]))
    elif kind == 5:
        sys.exit("goodbye: " + fields.get(1, ""))
    elif kind == 3:
        for b in fields.get(5, []):
            print("bucket", b[0] >> 24, STATES[b.get(3, 0)], b.get(15, "?"), "queued", b.get(9, 0))
        left -= bool(fields.get(5))
