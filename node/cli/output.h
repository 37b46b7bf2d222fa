// The two streams of a command: data on stdout, flushed by the line; messages on stderr. Remembers
// whether stdout took everything.
#pragma once

#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "node/base/result.h"
#include "node/cli/terminal.h"

namespace freshet::cli {

class Output {
 public:
  Output();

  [[nodiscard]] const Terminal& out() const { return out_; }
  [[nodiscard]] const Terminal& err() const { return err_; }

  /// A line of data, which the caller has escaped where it must be.
  void line(std::string_view text);
  /// One object or array on a line. Bytes that are not UTF-8 become U+FFFD.
  void json(const nlohmann::json& value);
  /// Data as it is, unflushed.
  void raw(std::string_view bytes);
  void flush();
  /// A line for the person; escaped here.
  void message(std::string_view text);
  /// A line for the person, as it is.
  void decoration(std::string_view text);
  /// "freshet: " and what is wrong; escaped here. Returns `exit_code`.
  int fail(const Error& error, int exit_code);

  /// Flushes stdout. io when anything could not be written, once.
  Status finish();

 private:
  Terminal out_;
  Terminal err_;
  bool failed_ = false;
};

}  // namespace freshet::cli
