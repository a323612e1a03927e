import Testing

/// The tests of the room, one after the other: each opens connections of its own, and PostgreSQL
/// has few.
@Suite(.serialized) enum StorageRoom {}
