#include "node/bench/section.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "node/base/overloaded.h"

namespace freshet::bench {
namespace {

constexpr std::size_t kMaxShownBytes = 60;

std::string shown_number(double number) {
  std::array<char, 40> text{};
  const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} ? std::string(text.data(), end) : "a number";
}

}  // namespace

std::string shown(const TomlValue& value) {
  std::string text =
      std::visit(Overloaded{[](const TomlOther&) { return std::string("a date or time"); },
                            [](bool flag) { return std::string(flag ? "true" : "false"); },
                            [](std::int64_t number) { return std::to_string(number); },
                            [](double number) { return shown_number(number); },
                            [](const std::string& words) { return "\"" + words + "\""; },
                            [](const TomlArray&) { return std::string("a list"); },
                            [](const TomlTable&) {
                              return std::string("a section");
                            }},
                 value.data);
  if (text.size() > kMaxShownBytes) text = text.substr(0, kMaxShownBytes) + "…";
  return text;
}

void Problems::add(std::size_t line, std::string what) {
  if (!first_ || line < first_->line) first_ = Problem{.line = line, .what = std::move(what)};
}

Status Problems::status(const std::string& file) const {
  if (!first_) return kOk;
  return error_at(file, std::max<std::size_t>(first_->line, 1), first_->what);
}

std::string Section::title(std::string_view key) const {
  return (name_.empty() ? "" : "[" + std::string(name_) + "] ") + std::string(key);
}

const TomlValue* Section::take(std::string_view key) {
  known_.push_back(key);
  return find(table_, key);
}

void Section::complain(std::string_view key, const TomlValue& value, std::string_view instead) {
  problems_.add(value.line, title(key) + " = " + shown(value) + ": " + std::string(instead));
}

void Section::complain_about(std::string_view key, std::string_view what) {
  const TomlValue* value = find(table_, key);
  problems_.add(value != nullptr ? value->line : line_, title(key) + " " + std::string(what));
}

void Section::read_flag(std::string_view key, bool& to) {
  const TomlValue* value = take(key);
  if (value == nullptr) return;
  if (const auto* flag = std::get_if<bool>(&value->data)) {
    to = *flag;
  } else {
    complain(key, *value, "it is true or false");
  }
}

void Section::read_text(std::string_view key, std::string& to) {
  const TomlValue* value = take(key);
  if (value == nullptr) return;
  const auto* text = std::get_if<std::string>(&value->data);
  const auto is_control = [](char c) {
    return static_cast<unsigned char>(c) < ' ' || c == '\x7F';
  };
  if (text != nullptr && !text->empty() && text->size() <= 4096
      && std::none_of(text->begin(), text->end(), is_control)) {
    to = *text;
  } else {
    complain(key, *value, "it is a text of 1 to 4096 bytes in quotes, without control characters");
  }
}

void Section::read_share(std::string_view key, double& to, bool may_be_all) {
  if (const TomlValue* value = take(key)) to = share(key, *value, may_be_all).value_or(to);
}

std::optional<std::uint64_t> Section::whole(std::string_view key,
                                            const TomlValue& value,
                                            std::uint64_t low,
                                            std::uint64_t high) {
  const auto* number = std::get_if<std::int64_t>(&value.data);
  if (number != nullptr && *number >= 0) {
    const auto positive = static_cast<std::uint64_t>(*number);
    if (positive >= low && positive <= high) return positive;
  }
  complain(key,
           value,
           "it is a whole number from " + std::to_string(low) + " to " + std::to_string(high));
  return std::nullopt;
}

std::optional<double> Section::share(std::string_view key,
                                     const TomlValue& value,
                                     bool may_be_all) {
  std::optional<double> number;
  if (const auto* real = std::get_if<double>(&value.data)) number = *real;
  if (const auto* whole = std::get_if<std::int64_t>(&value.data))
    number = static_cast<double>(*whole);
  // "Not at least 0" also refuses what is not a number.
  if (number && *number >= 0 && (may_be_all ? *number <= 1 : *number < 1)) return number;
  complain(
      key, value, may_be_all ? "it is a share from 0 to 1" : "it is a share from 0 to less than 1");
  return std::nullopt;
}

void Section::finish() {
  for (const TomlEntry& entry : table_) {
    const bool is_known = std::find(known_.begin(), known_.end(), entry.key) != known_.end();
    if (!is_known) problems_.add(entry.line, unknown(entry));
  }
}

std::string Section::unknown(const TomlEntry& entry) const {
  const bool is_section = name_.empty() && std::holds_alternative<TomlTable>(entry.value.data);
  std::string what = is_section ? "[" + entry.key + "]: there is no such section; known are "
                                : title(entry.key) + ": there is no such key; known are ";
  for (const std::string_view key : known_) what.append(key).append(", ");
  what.resize(what.size() - 2);
  return what;
}

}  // namespace freshet::bench
