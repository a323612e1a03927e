#!/bin/sh
# Writes the descriptor set of sample.proto. Run in the repository's root.
# The expected output beside it is written by: SNAPSHOT_UPDATE=1 swift test --filter ProtogenTests
protoc -I Tests/Protogen/Fixtures -I proto -I /usr/include --include_imports --include_source_info \
  --descriptor_set_out=Tests/Protogen/Fixtures/sample.binpb sample.proto
