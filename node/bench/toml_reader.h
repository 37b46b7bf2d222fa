// TOML as plain data with line numbers: the one place that knows the parser. Refuses files that are
// too large or too deeply nested for a scenario; says nothing about what keys mean.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "node/base/result.h"

namespace freshet::bench {

inline constexpr std::size_t kMaxTomlBytes = std::size_t{1024} * 1024;

struct TomlEntry;
struct TomlValue;
using TomlArray = std::vector<TomlValue>;
using TomlTable = std::vector<TomlEntry>;  ///< in order of keys

/// A date or time: no scenario has one.
struct TomlOther {};

struct TomlValue {
  std::size_t line = 0;  ///< from 1
  std::variant<TomlOther, bool, std::int64_t, double, std::string, TomlArray, TomlTable> data;
};

struct TomlEntry {
  std::string key;
  std::size_t line = 0;
  TomlValue value;
};

/// nullptr when there is no such key.
const TomlValue* find(const TomlTable& table, std::string_view key);

/// "FILE:LINE: what", as editors and compilers have it.
Error error_at(const std::string& file, std::size_t line, std::string_view what);

/// `file` is for messages alone. Fails with ErrorCode::invalid.
Result<TomlTable> read_toml(std::string_view text, const std::string& file);

}  // namespace freshet::bench
