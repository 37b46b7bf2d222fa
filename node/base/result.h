// Result<T>: a value, or an Error that a caller is expected to meet. Broken invariants are CHECKs
// instead.
#pragma once

#include <string>
#include <utility>
#include <variant>

#include "node/base/check.h"

namespace freshet {

/// What went wrong, in the classes that callers tell apart (the command line maps them to exit
/// codes).
enum class ErrorCode {
  invalid,       ///< malformed input: usage, configuration, foreign bytes
  not_found,     ///< the named thing does not exist
  no_daemon,     ///< nobody answers on the control socket
  wrong_key,     ///< the other side is not who it should be
  no_source,     ///< nobody has the content
  verification,  ///< bytes do not match their hash
  io,            ///< disk, file or socket trouble
  timed_out,
  canceled,
};

/// `message` is one line for a person: what, where, and what to do.
struct Error {
  static Error invalid(std::string message) { return {ErrorCode::invalid, std::move(message)}; }
  ErrorCode code = ErrorCode::invalid;
  std::string message;
};

template <typename T = std::monostate>
class [[nodiscard]] Result {
 public:
  // NOLINTNEXTLINE(google-explicit-constructor): `return value;`
  Result(T value) : state_(std::move(value)) {}
  // NOLINTNEXTLINE(google-explicit-constructor): `return Error{...};`
  Result(Error error) : state_(std::move(error)) {}

  [[nodiscard]] bool ok() const { return std::holds_alternative<T>(state_); }
  explicit operator bool() const { return ok(); }

  /// REQUIRES: ok().
  T& value() & {
    FRESHET_CHECK(ok());
    return *std::get_if<T>(&state_);
  }
  const T& value() const& {
    FRESHET_CHECK(ok());
    return *std::get_if<T>(&state_);
  }
  [[nodiscard]] T&& value() && {
    FRESHET_CHECK(ok());
    return std::move(*std::get_if<T>(&state_));
  }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  /// REQUIRES: !ok().
  [[nodiscard]] const Error& error() const {
    FRESHET_CHECK(!ok());
    return *std::get_if<Error>(&state_);
  }

 private:
  std::variant<T, Error> state_;
};

/// Success without a value: `return kOk;`.
using Status = Result<std::monostate>;
inline constexpr std::monostate kOk{};

}  // namespace freshet
