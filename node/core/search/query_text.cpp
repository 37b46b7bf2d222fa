#include "node/core/search/query_text.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "node/core/search/filter_text.h"
#include "node/core/search/tokenizer.h"

namespace freshet::core::search {
namespace {

using Runs = std::vector<std::vector<std::string>>;

bool has_space(std::string_view text) {
  return text.find_first_of(" \t\r\n") != std::string_view::npos;
}

std::string spaced(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) {
    if (!text.empty()) text += ' ';
    text += word;
  }
  return text;
}

std::string all_spaced(const Runs& runs) {
  std::vector<std::string> words;
  for (const auto& run : runs) words.insert(words.end(), run.begin(), run.end());
  return spaced(words);
}

void add_once(std::string entry, std::vector<std::string>& to) {
  if (std::find(to.begin(), to.end(), entry) == to.end()) to.push_back(std::move(entry));
}

void add_wanted(std::string entry, wire::Query& query) {
  if (entry.empty()) return;
  auto& list = has_space(entry) ? query.phrases : query.terms;
  add_once(std::move(entry), list);
}

Error at_column(std::size_t column, const std::string& message) {
  return {.code = ErrorCode::invalid,
          .message = "column " + std::to_string(column) + ": " + message};
}

// One argument, and what its first characters say it is.
struct Argument {
  enum class Kind : std::uint8_t { words, excluded, prefix, filter, alternative };
  Kind kind = Kind::words;
  std::string_view text;   ///< without the hyphen or the star
  std::size_t column = 1;  ///< where it was typed
};

Argument judge(std::string_view text, bool literal, std::size_t column) {
  using Kind = Argument::Kind;
  if (!literal && text == "OR") return {.kind = Kind::alternative, .text = text, .column = column};
  if (!literal && text.size() > 1 && text.front() == '-')
    return {.kind = Kind::excluded, .text = text.substr(1), .column = column};
  if (!literal && is_filter(text)) return {.kind = Kind::filter, .text = text, .column = column};
  if (!literal && text.size() > 1 && text.back() == '*' && !has_space(text)) {
    text.remove_suffix(1);
    return {.kind = Kind::prefix, .text = text, .column = column};
  }
  return {.kind = Kind::words, .text = text, .column = column};
}

std::vector<Argument> judge_all(const std::vector<std::string>& arguments) {
  std::vector<Argument> all;
  bool literal = false;
  std::size_t column = 1;
  for (const std::string& argument : arguments) {
    if (!literal && argument == "--") {
      literal = true;
    } else {
      all.push_back(judge(argument, literal, column));
    }
    column += argument.size() + (has_space(argument) ? 3 : 1);
  }
  return all;
}

class Parser {
 public:
  explicit Parser(std::vector<Argument> arguments) : arguments_(std::move(arguments)) {}

  Status parse() {
    for (std::size_t i = 0; i < arguments_.size();) {
      const std::size_t end = end_of_group(i);
      const Status status = end - i > 1 ? add_group(i, end) : add_alone(arguments_[i]);
      if (!status) return status;
      i = end;
    }
    return kOk;
  }
  [[nodiscard]] wire::Query take() {
    if (!filter_.empty())
      query_.filter = std::make_shared<const wire::QueryFilter>(std::move(filter_));
    return std::move(query_);
  }

 private:
  // Behind the arguments from `first` on that OR joins.
  [[nodiscard]] std::size_t end_of_group(std::size_t first) const {
    std::size_t end = first + 1;
    while (end < arguments_.size()
           && (arguments_[end].kind == Argument::Kind::alternative
               || arguments_[end - 1].kind == Argument::Kind::alternative)) {
      ++end;
    }
    return end;
  }

  Status add_alone(const Argument& argument) {
    switch (argument.kind) {
      case Argument::Kind::words:
        add_words(argument.text);
        return kOk;
      case Argument::Kind::excluded:
        return add_excluded(argument);
      case Argument::Kind::prefix: {
        wire::QueryFilter::AnyOf any;
        if (const Status status = add_prefix(argument, any); !status) return status;
        filter_.any_of.push_back(std::move(any));
        return kOk;
      }
      case Argument::Kind::filter: {
        const Status status = add_filter(argument.text, filter_);
        return status ? status : at_column(argument.column, status.error().message);
      }
      case Argument::Kind::alternative:
        break;
    }
    return at_column(argument.column, "OR stands between two words");
  }

  void add_words(std::string_view text) {
    const Runs runs = query_words(bytes_of(text));
    if (has_space(text)) {
      add_wanted(all_spaced(runs), query_);
    } else {
      for (const auto& run : runs) add_wanted(spaced(run), query_);
    }
  }

  Status add_excluded(const Argument& argument) {
    if (is_filter(argument.text))
      return at_column(argument.column, "words can be excluded, not type:, size: and the like");
    const Runs runs = query_words(bytes_of(argument.text));
    if (!runs.empty()) add_once(all_spaced(runs), query_.excluded);
    return kOk;
  }

  // The words before the last one are looked up whole.
  Status add_prefix(const Argument& argument, wire::QueryFilter::AnyOf& any) {
    Runs runs = query_words(bytes_of(argument.text));
    if (runs.size() != 1 || runs.front().size() != 1)
      return at_column(argument.column,
                       "a beginning is one word of letters or digits, as in holi*");
    std::string prefix = std::move(runs.front().front());
    if (prefix.size() < kMinPrefixBytes) {
      return at_column(
          argument.column,
          "a beginning has " + std::to_string(kMinPrefixBytes) + " letters or more, as in holi*");
    }
    any.prefixes.push_back(std::move(prefix));
    return kOk;
  }

  Status add_group(std::size_t first, std::size_t end) {
    wire::QueryFilter::AnyOf any;
    for (std::size_t i = first; i < end; ++i) {
      const Argument& argument = arguments_[i];
      const bool is_operator = (i - first) % 2 == 1;
      if (is_operator != (argument.kind == Argument::Kind::alternative)
          || (is_operator && i + 1 == end))
        return at_column(argument.column, "OR stands between two words");
      if (is_operator) continue;
      if (const Status status = add_alternative(argument, any); !status) return status;
    }
    filter_.any_of.push_back(std::move(any));
    return kOk;
  }

  Status add_alternative(const Argument& argument, wire::QueryFilter::AnyOf& any) {
    if (argument.kind == Argument::Kind::prefix) return add_prefix(argument, any);
    if (argument.kind != Argument::Kind::words)
      return at_column(argument.column, "OR joins words, phrases and beginnings only");
    std::string words = all_spaced(query_words(bytes_of(argument.text)));
    if (words.empty())
      return at_column(argument.column, "a word with a letter or a digit is missing beside OR");
    add_once(std::move(words), any.words);
    return kOk;
  }

  std::vector<Argument> arguments_;
  wire::Query query_;
  wire::QueryFilter filter_;
};

Status check_words(const wire::Query& query) {
  std::size_t words = query.terms.size() + query.phrases.size() + query.excluded.size();
  if (query.filter) words += query.filter->words();
  if (words <= wire::kMaxQueryWords) return kOk;
  return Error{ErrorCode::invalid,
               "too many words to search for: " + std::to_string(words) + ", at most "
                   + std::to_string(wire::kMaxQueryWords)};
}

Status check_lengths(const std::vector<std::string>& entries) {
  for (const std::string& entry : entries) {
    if (entry.size() <= wire::kMaxQueryWordBytes) continue;
    return Error{ErrorCode::invalid,
                 "a phrase is too long to search for: " + std::to_string(entry.size())
                     + " bytes, at most " + std::to_string(wire::kMaxQueryWordBytes)
                     + "; leave some of its words out"};
  }
  return kOk;
}

Status check_limits(const wire::Query& query) {
  if (const Status few = check_words(query); !few) return few;
  std::vector<const std::vector<std::string>*> lists = {
      &query.terms, &query.phrases, &query.excluded};
  if (query.filter) {
    lists.insert(lists.end(),
                 {&query.filter->extensions,
                  &query.filter->folders,
                  &query.filter->artists,
                  &query.filter->titles,
                  &query.filter->albums});
    for (const auto& any : query.filter->any_of) lists.push_back(&any.words);
    if (const Status fits = check_lengths({query.filter->peer}); !fits) return fits;
  }
  for (const auto* list : lists) {
    if (const Status fits = check_lengths(*list); !fits) return fits;
  }
  const std::size_t bytes = wire::encode(query).size() + wire::kMaxRouteBytes;
  if (bytes > wire::kMaxQueryBodyBytes) {
    return Error{ErrorCode::invalid,
                 "too much to search for: " + std::to_string(bytes) + " bytes, at most "
                     + std::to_string(wire::kMaxQueryBodyBytes) + "; leave some words out"};
  }
  return kOk;
}

}  // namespace

Result<wire::Query> parse_query(const std::vector<std::string>& arguments) {
  Parser parser(judge_all(arguments));
  if (const Status status = parser.parse(); !status) return status.error();
  wire::Query query = parser.take();
  if (query.terms.empty() && query.phrases.empty() && !query.filter) {
    return Error{ErrorCode::invalid,
                 query.excluded.empty()
                     ? "nothing to search for: give a word with a letter or a digit"
                     : "only excluded words: add one that must match"};
  }
  if (const auto status = check_limits(query); !status) return status.error();
  return query;
}

}  // namespace freshet::core::search
