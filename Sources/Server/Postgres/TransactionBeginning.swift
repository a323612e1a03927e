/// How a transaction begins: with the statements that travel before its first one.
struct TransactionBeginning {
  let scope: PostgresScope
  let begin: SQL
}
