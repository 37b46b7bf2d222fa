// SQLite behind three small classes: a connection, a prepared statement, a transaction. Only
// catalogue.cpp uses it. Codes of SQLite become Errors here and nowhere else.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include <sqlite3.h>

#include "node/base/bytes.h"
#include "node/base/result.h"

namespace freshet::store {

class Database;

/// One prepared statement. Bind, step until false, reset; values bound as bytes are borrowed until
/// the reset.
class Statement {
 public:
  Statement() = default;

  Statement& bind(int parameter, std::int64_t value);
  Statement& bind(int parameter, ByteView value);
  Statement& bind_null(int parameter);
  /// True: a row is there. False: done. The statement is reset after false and after an Error.
  Result<bool> step();
  /// For statements without rows.
  Status run();
  void reset();

  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] ByteView blob(int column) const;  ///< borrowed until the next step
  [[nodiscard]] bool is_null(int column) const;

 private:
  friend class Database;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}

  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  int bind_failure_ = SQLITE_OK;
};

/// Resets a statement at the end of a block, however it is left: an open one would hold a read
/// transaction.
class ResetAtEnd {
 public:
  explicit ResetAtEnd(Statement& statement) : statement_(statement) {}
  ResetAtEnd(const ResetAtEnd&) = delete;
  ResetAtEnd& operator=(const ResetAtEnd&) = delete;
  ResetAtEnd(ResetAtEnd&&) = delete;
  ResetAtEnd& operator=(ResetAtEnd&&) = delete;
  ~ResetAtEnd() { statement_.reset(); }

 private:
  Statement& statement_;
};

/// Calls `visit` (a Status of a Statement) with each row of a bound statement; stops at its first
/// Error, and resets the statement.
template <typename Visit>
Status for_each_row(Statement& statement, const Visit& visit) {
  const ResetAtEnd guard(statement);
  while (true) {
    const auto row = statement.step();
    if (!row) return row.error();
    if (!*row) return kOk;
    if (Status visited = visit(statement); !visited) return visited;
  }
}

class Database {
 public:
  /// Errors: io; invalid when the file is not a database or a damaged one.
  static Result<Database> open(const std::string& file);

  Status execute(const char* sql);
  /// Makes `name`(value) of SQL what `function` makes of the value's bytes: a part of them.
  Status define(const char* name, ByteView (*function)(ByteView));
  Result<Statement> prepare(const char* sql);
  Result<std::int64_t> query_integer(const char* sql);
  [[nodiscard]] std::int64_t last_insert() const {
    return sqlite3_last_insert_rowid(handle_.get());
  }
  [[nodiscard]] std::int64_t changes() const { return sqlite3_changes64(handle_.get()); }
  [[nodiscard]] bool in_transaction() const { return sqlite3_get_autocommit(handle_.get()) == 0; }

 private:
  struct Close {
    void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
  };
  explicit Database(sqlite3* handle) : handle_(handle) {}
  std::unique_ptr<sqlite3, Close> handle_;
};

/// BEGIN IMMEDIATE; rolled back unless committed.
class Transaction {
 public:
  static Result<Transaction> begin(Database& database);
  Transaction(Transaction&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}
  Transaction& operator=(Transaction&&) = delete;
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction();
  Status commit();

 private:
  explicit Transaction(Database& database) : database_(&database) {}
  Database* database_;
};

}  // namespace freshet::store
