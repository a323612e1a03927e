"""Checks Arrow IPC streams that PurSight wrote with pyarrow, an independent reader.

    arrow_check.py STREAM...             each stream is read and validated in full
    arrow_check.py --same STREAM OTHER   both hold the same schema and rows; OTHER may be encoded
                                         differently (dictionaries, compression, batches)
    arrow_check.py --rows N STREAM       the stream holds N rows

A stream may be `-` for standard input. Prints one line of JSON per stream; exits 1 with a sentence
on standard error at the first difference. Needs pyarrow from PyPI.
"""

import argparse
import json
import sys

import pyarrow as pa


def plain(table):
    """The table without dictionaries."""
    columns, fields = [], []
    for field, column in zip(table.schema, table.columns):
        if pa.types.is_dictionary(field.type):
            column = column.cast(field.type.value_type)
            field = field.with_type(field.type.value_type)
        columns.append(column)
        fields.append(field)
    return pa.Table.from_arrays(columns, schema=pa.schema(fields, table.schema.metadata))


def read(path):
    source = sys.stdin.buffer if path == "-" else open(path, "rb")
    with source, pa.ipc.open_stream(source) as reader:
        batches = list(reader)
        table = pa.Table.from_batches(batches, reader.schema)
    table.validate(full=True)
    print(
        json.dumps(
            {"stream": path, "rows": table.num_rows, "batches": len(batches),
             "columns": [f"{field.name}: {field.type}" for field in table.schema]}
        )
    )
    return table


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("streams", nargs="+")
    parser.add_argument("--same", action="store_true")
    parser.add_argument("--rows", type=int)
    options = parser.parse_args()
    tables = [read(path) for path in options.streams]
    if options.rows is not None:
        for path, table in zip(options.streams, tables):
            if table.num_rows != options.rows:
                sys.exit(f"{path} holds {table.num_rows} rows, expected were {options.rows}")
    if options.same:
        first = plain(tables[0])
        for path, table in zip(options.streams[1:], tables[1:]):
            other = plain(table)
            if not first.schema.equals(other.schema, check_metadata=True):
                sys.exit(f"{path} has another schema:\n{other.schema}\ninstead of\n{first.schema}")
            if not first.equals(other):
                sys.exit(f"{path} holds other rows than {options.streams[0]}")


main()
