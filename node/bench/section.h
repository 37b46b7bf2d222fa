// Reads one section of a scenario key by key: what is there is checked and stored, what is not
// keeps its default, what nobody asked for is an unknown key. Every complaint names section and
// key, what is wrong, and what may be there.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "node/base/result.h"
#include "node/bench/toml_reader.h"

namespace freshet::bench {

/// What is wrong with a file.
class Problems {
 public:
  void add(std::size_t line, std::string what);
  /// The one that comes first in the file.
  [[nodiscard]] Status status(const std::string& file) const;

 private:
  struct Problem {
    std::size_t line = 0;
    std::string what;
  };
  std::optional<Problem> first_;
};

class Section {
 public:
  /// `name`: "" for the keys before any section. A section that is not there has no keys. All
  /// outlive this.
  Section(std::string_view name, const TomlTable& table, std::size_t line, Problems& problems)
      : name_(name),
        table_(table),
        line_(line),
        problems_(problems) {}

  [[nodiscard]] bool has(std::string_view key) const { return find(table_, key) != nullptr; }
  void read_flag(std::string_view key, bool& to);
  void read_text(std::string_view key, std::string& to);
  /// A whole number from `low` to `high`.
  template <std::integral T>
  void read_whole(std::string_view key, T& to, std::uint64_t low, std::uint64_t high) {
    if (const TomlValue* value = take(key)) {
      if (const auto number = whole(key, *value, low, high)) to = static_cast<T>(*number);
    }
  }
  /// A share from 0 to 1; 1 itself only where `may_be_all`.
  void read_share(std::string_view key, double& to, bool may_be_all);
  /// A text in a language of its own; `forms`: what may be there.
  template <typename T, typename Parse>
  void read_as(std::string_view key, T& to, Parse parse, std::string_view forms) {
    if (const TomlValue* value = take(key)) {
      if (const auto parsed = as(key, *value, parse, forms)) to = *parsed;
    }
  }

  // For keys that may be of several kinds. What is wrong is said; then the answer is nullopt.
  /// nullptr when the key is not there.
  const TomlValue* take(std::string_view key);
  std::optional<std::uint64_t> whole(std::string_view key,
                                     const TomlValue& value,
                                     std::uint64_t low,
                                     std::uint64_t high);
  std::optional<double> share(std::string_view key, const TomlValue& value, bool may_be_all);
  template <typename Parse>
  auto as(std::string_view key, const TomlValue& value, Parse parse, std::string_view forms)
      -> decltype(parse(std::string_view())) {
    const auto* text = std::get_if<std::string>(&value.data);
    auto parsed = text != nullptr ? parse(std::string_view(*text)) : std::nullopt;
    if (!parsed) complain(key, value, forms);
    return parsed;
  }
  /// The value, or each of a list of 1 … `most`; `read` returns an optional.
  template <typename T, typename Read>
  void read_list(std::string_view key, std::vector<T>& to, std::size_t most, Read read);

  /// `value` is not what it should be: "[links] loss = 2: …".
  void complain(std::string_view key, const TomlValue& value, std::string_view instead);
  /// Something about a key that may not even be there; then it is said of the section's line.
  void complain_about(std::string_view key, std::string_view what);
  /// All keys are read: what is left is unknown.
  void finish();

 private:
  [[nodiscard]] std::string title(std::string_view key) const;
  [[nodiscard]] std::string unknown(const TomlEntry& entry) const;

  std::string_view name_;
  const TomlTable& table_;
  std::size_t line_;
  Problems& problems_;
  std::vector<std::string_view> known_;
};

/// A value as a person wrote it, or nearly, and not too long.
std::string shown(const TomlValue& value);

template <typename T, typename Read>
void Section::read_list(std::string_view key, std::vector<T>& to, std::size_t most, Read read) {
  const TomlValue* value = take(key);
  if (value == nullptr) return;
  std::vector<T> values;
  const auto* list = std::get_if<TomlArray>(&value->data);
  const std::size_t count = list != nullptr ? list->size() : 1;
  if (count == 0 || count > most) {
    complain_about(key, "is a list of 1 to " + std::to_string(most));
    return;
  }
  for (std::size_t i = 0; i < count; ++i) {
    const TomlValue& each = list != nullptr ? (*list)[i] : *value;
    const auto got = read(each);
    if (!got) return;
    const T wanted = static_cast<T>(*got);
    for (const T& before : values) {
      if (before != wanted) continue;
      complain(key, each, "it is there twice");
      return;
    }
    values.push_back(wanted);
  }
  to = std::move(values);
}

}  // namespace freshet::bench
