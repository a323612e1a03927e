"""Rows in and out: the exactly-once contract by a foreign client, pyarrow on both ends."""

import io
import json
import queue

import grpc
import pyarrow as arrow
import pyarrow.csv as arrow_csv
import pytest

PARENT = "projects/default"

TABLE = arrow.table(
    {
        "id": arrow.array(range(1000), arrow.int64()),
        "name": arrow.array([None if i % 7 == 0 else f"näme {i}" for i in range(1000)]),
        "amount": arrow.array([i / 3 for i in range(1000)], arrow.float64()),
        "at": arrow.array([i * 1_000_000 for i in range(1000)], arrow.timestamp("us", "UTC")),
        "open": arrow.array([i % 2 == 0 for i in range(1000)]),
    }
)


class Writer:
    """One AppendRows call; requests are sent and answers awaited one at a time."""

    def __init__(self, channel, stubs, stream):
        self.messages = stubs.ingestion_service
        self.requests: queue.Queue = queue.Queue()
        service = stubs.ingestion_service_grpc.IngestionServiceStub(channel)
        self.answers = service.AppendRows(iter(self.requests.get, None), timeout=60)
        self.stream = stream

    def append(self, batch, offset):
        self.requests.put(
            self.messages.AppendRowsRequest(
                write_stream=self.stream.name,
                epoch=self.stream.epoch,
                offset=offset,
                arrow_batch=batch.serialize().to_pybytes(),
            )
        )
        return next(self.answers)

    def close(self):
        self.requests.put(None)
        assert list(self.answers) == []


@pytest.fixture
def ingestion(channel, stubs):
    return stubs.ingestion_service_grpc.IngestionServiceStub(channel)


def make_dataset(ingestion, stubs, name, key=()):
    request = stubs.ingestion_service.CreateDatasetRequest(
        parent=PARENT, dataset=stubs.dataset.Dataset(fqn=name, key_columns=key)
    )
    return ingestion.CreateDataset(request)


def open_stream(ingestion, stubs, dataset, schema, name="load-1"):
    return ingestion.OpenWriteStream(
        stubs.ingestion_service.OpenWriteStreamRequest(
            parent=dataset.name, write_stream_id=name, arrow_schema=schema.serialize().to_pybytes()
        )
    )


def read_table(ingestion, stubs, name, **options):
    schema, batches = None, []
    for answer in ingestion.ReadRows(
        stubs.ingestion_service.ReadRowsRequest(dataset=f"{PARENT}/datasets/{name}", **options),
        timeout=60,
    ):
        if answer.arrow_schema:
            schema = arrow.ipc.read_schema(arrow.py_buffer(answer.arrow_schema))
        if answer.arrow_batch:
            message = arrow.ipc.read_message(arrow.py_buffer(answer.arrow_batch))
            batches.append(arrow.ipc.read_record_batch(message, schema))
    return arrow.Table.from_batches(batches, schema)


def test_what_goes_in_by_pyarrow_comes_out_by_pyarrow(channel, ingestion, stubs):
    dataset = make_dataset(ingestion, stubs, "orders", ["id"])
    stream = open_stream(ingestion, stubs, dataset, TABLE.schema)
    writer = Writer(channel, stubs, stream)
    offset = 0
    for batch in TABLE.to_batches(max_chunksize=300):
        answer = writer.append(batch, offset)
        offset += batch.num_rows
        assert answer.committed_offset == offset and not answer.HasField("error")
    writer.close()
    finish = stubs.ingestion_service.FinishWriteStreamRequest(
        name=stream.name, epoch=stream.epoch, expected_offset=1000
    )
    finished = ingestion.FinishWriteStream(finish)
    assert finished.rows_stored == 1000 and finished.rows_quarantined == 0
    # Repeating it gives the same answer.
    assert ingestion.FinishWriteStream(finish).rows_stored == 1000

    back = read_table(ingestion, stubs, "orders")
    assert back.to_pydict() == TABLE.to_pydict()
    assert back.column_names == TABLE.column_names
    part = read_table(ingestion, stubs, "orders", columns=["name", "id"], filter="id >= 990")
    assert part.to_pydict() == TABLE.select(["name", "id"]).slice(990).to_pydict()
    assert read_table(ingestion, stubs, "orders", limit=5).num_rows == 5


def test_an_append_is_taken_once(channel, ingestion, stubs):
    dataset = make_dataset(ingestion, stubs, "orders")
    stream = open_stream(ingestion, stubs, dataset, TABLE.schema)
    writer = Writer(channel, stubs, stream)
    first, second = TABLE.to_batches(max_chunksize=500)
    assert writer.append(first, 0).committed_offset == 500
    again = writer.append(first, 0)
    assert again.error.status.code == grpc.StatusCode.ALREADY_EXISTS.value[0]
    assert again.error.expected_offset == 500 and again.committed_offset == 500
    ahead = writer.append(second, 600)
    assert ahead.error.status.code == grpc.StatusCode.OUT_OF_RANGE.value[0]
    assert ahead.error.expected_offset == 500
    assert writer.append(second, 500).committed_offset == 1000
    writer.close()
    assert read_table(ingestion, stubs, "orders").num_rows == 1000


def test_a_writer_that_was_taken_over_is_fenced(channel, ingestion, stubs):
    dataset = make_dataset(ingestion, stubs, "orders")
    stream = open_stream(ingestion, stubs, dataset, TABLE.schema)
    writer = Writer(channel, stubs, stream)
    (batch,) = TABLE.slice(0, 100).to_batches()
    writer.append(batch, 0)
    taken_over = open_stream(ingestion, stubs, dataset, TABLE.schema)
    assert taken_over.name == stream.name and taken_over.epoch > stream.epoch
    assert taken_over.next_offset == 100
    with pytest.raises((grpc.RpcError, AssertionError)) as fenced:
        answer = writer.append(batch, 100)
        assert answer.error.status.code != grpc.StatusCode.ABORTED.value[0], "fenced"
    if isinstance(fenced.value, grpc.RpcError):
        assert fenced.value.code() == grpc.StatusCode.ABORTED
    assert read_table(ingestion, stubs, "orders").num_rows == 100


def test_a_filter_takes_parameters_and_says_where_it_is_wrong(ingestion, stubs, channel):
    dataset = make_dataset(ingestion, stubs, "orders")
    stream = open_stream(ingestion, stubs, dataset, TABLE.schema)
    writer = Writer(channel, stubs, stream)
    writer.append(TABLE.combine_chunks().to_batches()[0], 0)
    writer.close()
    value = stubs.resource.Value(string_value="näme 5' or true")
    parameter = stubs.resource.Parameter(values=[value])
    found = read_table(
        ingestion, stubs, "orders", filter="name = @name", parameters={"name": parameter}
    )
    assert found.num_rows == 0
    with pytest.raises(grpc.RpcError) as wrong:
        read_table(ingestion, stubs, "orders", filter="amuont > 3")
    assert wrong.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    assert "amount" in wrong.value.details()


def test_a_batch_of_garbage_is_refused_and_nothing_of_it_is_stored(channel, ingestion, stubs):
    dataset = make_dataset(ingestion, stubs, "orders")
    stream = open_stream(ingestion, stubs, dataset, TABLE.schema)
    good = TABLE.slice(0, 10).to_batches()[0].serialize().to_pybytes()
    for body in [b"\xff" * 100, good[:-40], good[:30] + b"\xff" * (len(good) - 30)]:
        request = stubs.ingestion_service.AppendRowsRequest(
            write_stream=stream.name, epoch=stream.epoch, offset=0, arrow_batch=body
        )
        try:
            (answer,) = ingestion.AppendRows(iter([request]))
            code = answer.error.status.code
        except grpc.RpcError as error:
            code = error.code().value[0]
        assert code == grpc.StatusCode.INVALID_ARGUMENT.value[0], body[:20]
    assert read_table(ingestion, stubs, "orders").num_rows == 0


def test_the_command_line_writes_what_pyarrow_reads(server, sample):
    server.ctl("ingest", sample / "flights.csv", "--dataset", "flights")
    expected = arrow_csv.read_csv(
        sample / "flights.csv",
        convert_options=arrow_csv.ConvertOptions(null_values=["NA", ""], strings_can_be_null=True),
    )
    read = ["read", "flights", "--columns", "tailnum,dep_delay,distance", "-o"]
    wanted = expected.select(["tailnum", "dep_delay", "distance"]).to_pydict()

    binary = server.ctl_bytes(*read, "arrow")
    assert arrow.ipc.open_stream(binary).read_all().to_pydict() == wanted
    text = server.ctl(*read, "csv").stdout
    options = arrow_csv.ConvertOptions(strings_can_be_null=True)
    parsed = arrow_csv.read_csv(io.BytesIO(text.encode()), convert_options=options)
    assert parsed.to_pydict() == wanted
    lines = [json.loads(line) for line in server.ctl(*read, "jsonl").stdout.splitlines()]
    assert [line.get("tailnum") for line in lines] == wanted["tailnum"]
    assert server.ctl(*read, "csv").stdout == server.ctl(*read[:-1], "--format", "csv").stdout


BAD_FILES = {
    "ragged row": (b"a,b\n1,2\n3\n", "line 3"),
    "invalid UTF-8": (b"a,b\n1,x\n2,\xff\n", "line 3"),
    "NUL": (b"a,b\n1,x\n2,y\x00z\n", "line 3"),
    "quote never closed": (b'a,b\n1,"x\n2,y\n', "line 2"),
    "nothing at all": (b"", ""),
    "a header and no row": (b"a,b\n", "line 2"),
    "the same column twice": (b"a,a\n1,2\n", "a"),
}


@pytest.mark.parametrize("what", BAD_FILES)
def test_a_bad_file_is_refused_with_its_place(server, place, what):
    content, words = BAD_FILES[what]
    file = place / "bad.csv"
    file.write_bytes(content)
    result = server.ctl(
        "ingest", file, "--dataset", "bad", "--on-bad-row", "reject-batch", code=None
    )
    assert 64 <= result.returncode <= 80, result.stdout + result.stderr
    assert words in result.stderr and "bad.csv" in result.stderr
    shown = server.ctl("dataset", "show", "bad", "-o", "json", code=None)
    assert shown.returncode == 69 or int(json.loads(shown.stdout).get("rowCount", 0)) == 0


def test_bad_rows_go_to_quarantine_with_line_and_column(server, place):
    # So far down that the types were inferred without them.
    rows = [f"{i},{i}.5" for i in range(200_000)]
    rows[150_000] = "150000,many"
    rows[160_000] = "160000"
    file = place / "orders.csv"
    file.write_text("id,amount\n" + "\n".join(rows) + "\n")
    loaded = server.ctl_json("ingest", file, "--dataset", "orders", "--on-bad-row", "quarantine")
    assert (int(loaded["rowsStored"]), int(loaded["rowsQuarantined"])) == (199_998, 2)
    text = server.ctl("quarantine", "list", "orders", "-o", "jsonl").stdout
    found = {int(row["line"]): row for row in map(json.loads, text.splitlines())}
    assert set(found) == {150_002, 160_002}
    assert found[150_002]["column"] == "amount"
    strict = server.ctl("ingest", file, "--dataset", "again", "--fail-on-quarantine", code=None)
    assert strict.returncode != 0


@pytest.mark.parametrize(
    "content, rows",
    [(b"a,b\r\n1,x\r\n2,y\r\n", 2), (b"\xef\xbb\xbfa,b\n1,x\n", 1),
     (b'a,b\n1,"x\ny"\n2,"say ""hi"""\n', 2)],
)  # fmt: skip
def test_odd_but_sound_files_are_taken(server, place, content, rows):
    file = place / "odd.csv"
    file.write_bytes(content)
    loaded = server.ctl_json("ingest", file, "--dataset", "odd")
    assert int(loaded.get("rowsStored", 0)) == rows
