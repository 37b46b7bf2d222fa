#include "node/bench/toml_reader.h"

#include <algorithm>
#include <utility>

#define TOML_EXCEPTIONS 0
#define TOML_HEADER_ONLY 1
#define TOML_ENABLE_FORMATTERS 0
// A scenario needs two. Together with kMaxDots it bounds how deep anything here recurses.
#define TOML_MAX_NESTED_VALUES 16
// The parser asserts, or lets the compiler assume, what some malformed files break (3.3: "[" and an
// end of line). Without that it reports them.
#undef NDEBUG
#define TOML_ASSERT(expression) static_cast<void>(0)
#include <toml++/toml.h>

namespace freshet::bench {
namespace {

// Dotted keys nest a table for each dot, without a limit of the parser's.
constexpr std::ptrdiff_t kMaxDots = 200;
constexpr std::string_view kBeforeQuotes = " \t=,[{.";
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

TomlTable table_from(const toml::table& table);

TomlValue value_from(const toml::node& node) {
  TomlValue value;
  value.line = node.source().begin.line;
  if (const auto* table = node.as_table()) {
    value.data = table_from(*table);
  } else if (const auto* array = node.as_array()) {
    TomlArray elements;
    elements.reserve(array->size());
    for (const toml::node& element : *array) elements.push_back(value_from(element));
    value.data = std::move(elements);
  } else if (const auto* text = node.as_string()) {
    value.data = text->get();
  } else if (const auto* whole = node.as_integer()) {
    value.data = whole->get();
  } else if (const auto* number = node.as_floating_point()) {
    value.data = number->get();
  } else if (const auto* flag = node.as_boolean()) {
    value.data = flag->get();
  }
  return value;
}

TomlTable table_from(const toml::table& table) {
  TomlTable entries;
  entries.reserve(table.size());
  for (const auto& [key, node] : table) {
    entries.push_back({.key = std::string(key.str()),
                       .line = key.source().begin.line,
                       .value = value_from(node)});
  }
  return entries;
}

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < ' ' && c != '\t' && c != '\r') || byte == 0x7F;
}

// What is wrong with quotes in a line, or with what is outside of them: more than ASCII where only
// keys, numbers and punctuation may be; a string of several lines, which no scenario needs.
const char* outside_strings(std::string_view line) {
  char quote = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (quote != 0) {
      if (c == '\\' && quote == '"') ++i;
      if (c == quote) quote = 0;
    } else if (c == '#') {
      break;
    } else if (c == '"' || c == '\'') {
      if (line.substr(i, 3) == std::string(3, c)) return "a string of several lines";
      if (i > 0 && kBeforeQuotes.find(line[i - 1]) == std::string_view::npos)
        return "a quote in the middle of something else";
      quote = c;
    } else if (static_cast<unsigned char>(c) >= 0x80) {
      return "a character outside of quotes that is not ASCII";
    }
  }
  return quote == 0 ? nullptr : "a quote that is not closed";
}

const char* problem_of(std::string_view line) {
  if (std::count(line.begin(), line.end(), '.') > kMaxDots) return "a dot too many";
  if (std::any_of(line.begin(), line.end(), is_control)) return "a control character";
  return outside_strings(line);
}

// What the parser is not asked about: what it would recurse into too deeply, and what TOML forbids
// but trips the parser's assertions (3.3: control characters, letters outside of quotes).
Status check_lines(std::string_view text, const std::string& file) {
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    if (const char* problem = problem_of(text.substr(0, end)))
      return error_at(file, number, "is no scenario: there is " + std::string(problem));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return kOk;
}

}  // namespace

const TomlValue* find(const TomlTable& table, std::string_view key) {
  const auto found = std::find_if(
      table.begin(), table.end(), [&](const TomlEntry& entry) { return entry.key == key; });
  return found == table.end() ? nullptr : &found->value;
}

Error error_at(const std::string& file, std::size_t line, std::string_view what) {
  return {ErrorCode::invalid, file + ":" + std::to_string(line) + ": " + std::string(what)};
}

Result<TomlTable> read_toml(std::string_view text, const std::string& file) {
  if (text.substr(0, kByteOrderMark.size()) == kByteOrderMark)
    text.remove_prefix(kByteOrderMark.size());
  if (text.size() > kMaxTomlBytes) return error_at(file, 1, "is larger than 1 MiB");
  if (const Status status = check_lines(text, file); !status) return status.error();
  const toml::parse_result parsed = toml::parse(text);
  if (!parsed) {
    const toml::parse_error& error = parsed.error();
    return error_at(file,
                    std::max<std::size_t>(error.source().begin.line, 1),
                    "is not TOML: " + std::string(error.description()));
  }
  return table_from(parsed.table());
}

}  // namespace freshet::bench
