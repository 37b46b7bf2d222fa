#include "node/store/sqlite.h"

#include <utility>

namespace freshet::store {

namespace {

constexpr int kBusyTimeoutMs = 5000;
/// One user at a time (thread-compatible): SQLite need not lock.
constexpr int kOpenFlags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;

Error sqlite_error(sqlite3* handle) {
  const int code = sqlite3_errcode(handle);
  const char* file = sqlite3_db_filename(handle, "main");
  std::string message =
      "the catalogue " + std::string(file == nullptr ? "" : file) + ": " + sqlite3_errmsg(handle);
  switch (code & 0xFF) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return Error{ErrorCode::invalid, std::move(message)};
    case SQLITE_FULL:
      message += "; free some space and try again";
      break;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      message += "; another program has it open: close that";
      break;
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_CANTOPEN:
      message += "; check the permissions of the file and its folder";
      break;
    default:
      break;
  }
  return Error{ErrorCode::io, std::move(message)};
}

}  // namespace

Statement& Statement::bind(int parameter, std::int64_t value) {
  const int code = sqlite3_bind_int64(statement_.get(), parameter, value);
  if (code != SQLITE_OK) bind_failure_ = code;
  return *this;
}

Statement& Statement::bind(int parameter, ByteView value) {
  // A null pointer would bind NULL instead of an empty blob.
  const void* bytes = value.empty() ? static_cast<const void*>("") : value.data();
  const int code =
      sqlite3_bind_blob64(statement_.get(), parameter, bytes, value.size(), SQLITE_STATIC);
  if (code != SQLITE_OK) bind_failure_ = code;
  return *this;
}

Statement& Statement::bind_null(int parameter) {
  const int code = sqlite3_bind_null(statement_.get(), parameter);
  if (code != SQLITE_OK) bind_failure_ = code;
  return *this;
}

Result<bool> Statement::step() {
  FRESHET_CHECK(bind_failure_ == SQLITE_OK || bind_failure_ == SQLITE_NOMEM
                || bind_failure_ == SQLITE_TOOBIG);
  if (std::exchange(bind_failure_, SQLITE_OK) != SQLITE_OK) {
    return Error{ErrorCode::io, "the catalogue cannot hold a value of that size"};
  }
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) {
    reset();
    return false;
  }
  const Error error = sqlite_error(sqlite3_db_handle(statement_.get()));
  reset();
  return error;
}

Status Statement::run() {
  const auto row = step();
  if (!row) return row.error();
  reset();
  return kOk;
}

void Statement::reset() {
  sqlite3_reset(statement_.get());
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

ByteView Statement::blob(int column) const {
  const void* bytes = sqlite3_column_blob(statement_.get(), column);
  const int size = sqlite3_column_bytes(statement_.get(), column);
  return {static_cast<const Byte*>(bytes), bytes == nullptr ? 0 : static_cast<std::size_t>(size)};
}

bool Statement::is_null(int column) const {
  return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}

Result<Database> Database::open(const std::string& file) {
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(file.c_str(), &handle, kOpenFlags, nullptr);
  Database database(handle);
  if (handle == nullptr) return Error{ErrorCode::io, "out of memory"};
  if (code != SQLITE_OK) {
    Error error = sqlite_error(handle);
    if (sqlite3_db_filename(handle, "main") == nullptr) error.message += " (" + file + ")";
    return error;
  }
  sqlite3_busy_timeout(handle, kBusyTimeoutMs);
  return database;
}

Status Database::execute(const char* sql) {
  if (sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK) {
    return sqlite_error(handle_.get());
  }
  return kOk;
}

Status Database::define(const char* name, ByteView (*function)(ByteView)) {
  const auto call = [](sqlite3_context* context, int, sqlite3_value** values) {
    const auto* bytes = static_cast<const Byte*>(sqlite3_value_blob(*values));
    const auto size = static_cast<std::size_t>(sqlite3_value_bytes(*values));
    // NOLINTNEXTLINE(*-reinterpret-cast): functions pass through SQLite as they pass through C
    const auto part = reinterpret_cast<ByteView (*)(ByteView)>(sqlite3_user_data(context));
    const ByteView out = part(bytes == nullptr ? ByteView() : ByteView(bytes, size));
    const void* shown = out.empty() ? static_cast<const void*>("") : out.data();
    sqlite3_result_blob64(context, shown, out.size(), SQLITE_TRANSIENT);
  };
  constexpr int kHow = SQLITE_UTF8 | SQLITE_DETERMINISTIC;
  // NOLINTNEXTLINE(*-reinterpret-cast)
  auto* const data = reinterpret_cast<void*>(function);
  if (sqlite3_create_function_v2(
          handle_.get(), name, 1, kHow, data, call, nullptr, nullptr, nullptr)
      != SQLITE_OK)
    return sqlite_error(handle_.get());
  return kOk;
}

Result<Statement> Database::prepare(const char* sql) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v3(handle_.get(), sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr)
      != SQLITE_OK) {
    return sqlite_error(handle_.get());
  }
  return Statement(statement);
}

Result<std::int64_t> Database::query_integer(const char* sql) {
  auto statement = prepare(sql);
  if (!statement) return statement.error();
  const auto row = statement->step();
  if (!row) return row.error();
  return *row ? statement->integer(0) : 0;
}

Result<Transaction> Transaction::begin(Database& database) {
  FRESHET_CHECK(!database.in_transaction());
  if (auto begun = database.execute("BEGIN IMMEDIATE"); !begun) return begun.error();
  return Transaction(database);
}

Transaction::~Transaction() {
  // SQLite may have rolled back by itself (disk full).
  if (database_ != nullptr && database_->in_transaction())
    static_cast<void>(database_->execute("ROLLBACK"));
}

Status Transaction::commit() {
  auto committed = database_->execute("COMMIT");
  if (committed) database_ = nullptr;
  return committed;
}

}  // namespace freshet::store
