"""grpclib: gRPC by Python's h2, a third HTTP/2 stack."""

import asyncio

import grpclib
import pytest
from grpclib.client import Channel


def called(interop, body):
    """Runs a coroutine with a channel to the server."""

    async def run():
        async with Channel("localhost", interop.port) as channel:
            return await asyncio.wait_for(body(channel), 60)

    return asyncio.run(run())


@pytest.fixture
def messages(stubs):
    return stubs.messages


def sized(messages, *sizes):
    parameters = [messages.ResponseParameters(size=size) for size in sizes]
    return messages.StreamingOutputCallRequest(response_parameters=parameters)


def test_all_kinds_of_calls(interop, stubs, messages):
    async def body(channel):
        service = stubs.test_grpc.TestServiceStub(channel)
        request = messages.SimpleRequest(response_size=300_000)
        request.payload.body = bytes(200_000)
        answer = await service.UnaryCall(request)
        assert len(answer.payload.body) == 300_000
        answers = await service.StreamingOutputCall(sized(messages, 1, 0, 500_000))
        assert [len(answer.payload.body) for answer in answers] == [1, 0, 500_000]
        sizes = [27182, 8, 1828, 200_000]
        uploads = [messages.StreamingInputCallRequest(payload={"body": bytes(n)}) for n in sizes]
        summed = await service.StreamingInputCall(uploads)
        assert summed.aggregated_payload_size == sum(sizes)
        async with service.FullDuplexCall.open() as stream:
            for size in [31415, 9, 2653, 58979]:
                await stream.send_message(sized(messages, size))
                answer = await stream.recv_message()
                assert len(answer.payload.body) == size
            await stream.end()
            assert await stream.recv_message() is None

    called(interop, body)


def test_metadata_status_and_text(interop, stubs, messages):
    async def body(channel):
        service = stubs.test_grpc.TestServiceStub(channel)
        sent = {"x-grpc-test-echo-initial": "here", "x-grpc-test-echo-trailing-bin": b"\xab\xab"}
        async with service.UnaryCall.open(metadata=sent) as stream:
            await stream.send_message(messages.SimpleRequest(), end=True)
            await stream.recv_message()
            await stream.recv_trailing_metadata()
        assert stream.initial_metadata["x-grpc-test-echo-initial"] == "here"
        assert stream.trailing_metadata["x-grpc-test-echo-trailing-bin"] == b"\xab\xab"
        text = "\t\nwhitespace\r\nand Unicode ☺ 😈 % é"
        request = messages.SimpleRequest(response_status={"code": 9, "message": text})
        with pytest.raises(grpclib.GRPCError) as caught:
            await service.UnaryCall(request)
        assert caught.value.status == grpclib.Status.FAILED_PRECONDITION
        assert caught.value.message == text

    called(interop, body)


def test_a_deadline_and_a_method_that_is_not_there(interop, stubs, messages):
    async def body(channel):
        service = stubs.test_grpc.TestServiceStub(channel)
        slow = sized(messages, 1)
        slow.response_parameters[0].interval_us = 30_000_000
        with pytest.raises((grpclib.GRPCError, asyncio.TimeoutError)):
            await service.StreamingOutputCall(slow, timeout=0.2)
        other = stubs.test_grpc.UnimplementedServiceStub(channel)
        with pytest.raises(grpclib.GRPCError) as caught:
            await other.UnimplementedCall(stubs.empty.Empty())
        assert caught.value.status == grpclib.Status.UNIMPLEMENTED

    called(interop, body)
