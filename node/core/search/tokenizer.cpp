#include "node/core/search/tokenizer.h"

#include <algorithm>
#include <array>

#include <utf8proc.h>

#include "node/core/search/tokenizer_fold.h"

namespace freshet::core::search {
namespace {

// Takes classified characters in order and cuts them into tokens. The folded text of a run stands
// in one piece in out.text, so that every token is a range of it.
class Splitter {
 public:
  explicit Splitter(Tokens& out) : out_(out) {}

  // A character begins, or ends a run. The caller appends its folded bytes to out.text afterwards;
  // nothing is appended for a separator, an apostrophe, or where this returns false.
  bool begin(CharClass next) {
    switch (next) {
      case CharClass::separator:
        end_run();
        touches_ = false;
        return false;
      case CharClass::apostrophe:
        begin_apostrophe();
        return false;
      case CharClass::mark:
        return open_;
      case CharClass::unspaced:
        begin_unspaced();
        break;
      case CharClass::symbol:
        end_run();
        open_part();
        break;
      default:
        begin_in_run(next);
        break;
    }
    before_last_ = last_;
    last_ = next;
    last_at_ = here();
    return true;
  }

  void finish() { end_run(); }

 private:
  static bool is_letter(CharClass c) {
    return c == CharClass::lower || c == CharClass::upper || c == CharClass::caseless;
  }
  [[nodiscard]] std::uint32_t here() const { return static_cast<std::uint32_t>(out_.text.size()); }

  void begin_apostrophe() {
    if (open_ && is_letter(last_) && !apostrophe_) {
      apostrophe_ = true;
      return;
    }
    end_run();
    touches_ = false;
  }

  void begin_unspaced() {
    if (open_ && last_ == CharClass::unspaced) {
      close_part();
    } else {
      end_run();
    }
    open_part();
  }

  void begin_in_run(CharClass next) {
    const bool continues = open_ && (is_letter(last_) || last_ == CharClass::digit);
    if (!continues || (apostrophe_ && next == CharClass::digit)) {
      if (apostrophe_) touches_ = false;
      end_run();
      open_part();
      return;
    }
    if ((next == CharClass::digit) != (last_ == CharClass::digit)) {
      close_part();
      close_group();
      open_part();
    } else if (apostrophe_ || (last_ == CharClass::lower && next == CharClass::upper)) {
      close_part();
      open_part();
    } else if (next == CharClass::lower && last_ == CharClass::upper
               && before_last_ == CharClass::upper && last_at_ > part_at_) {
      const std::uint32_t border = last_at_;  // ABc: the part ends before the B
      close_part_at(border);
      open_part();
      part_at_ = border;
    }
    apostrophe_ = false;
  }

  void open_part() {
    if (!in_run_) {
      run_at_ = group_at_ = here();
      run_first_ = group_first_ = parts_;
      in_run_ = true;
      previous_unspaced_at_ = kNowhere;
    }
    if (!in_group_) {
      group_at_ = here();
      group_first_ = parts_;
      in_group_ = true;
    }
    part_at_ = here();
    open_ = true;
    before_last_ = CharClass::separator;
  }

  void close_part() { close_part_at(here()); }

  void close_part_at(std::uint32_t end) {
    open_ = false;
    if (end == part_at_) return;  // all of it folded away
    const bool unspaced = last_ == CharClass::unspaced;
    emit(part_at_, end, 1, unspaced);
    out_.list.back().touches = touches_;
    touches_ = true;
    if (!unspaced) return;
    if (previous_unspaced_at_ != kNowhere) emit(previous_unspaced_at_, end, 2, true);
    previous_unspaced_at_ = part_at_;
  }

  void close_group() {
    in_group_ = false;
    if (parts_ - group_first_ > 1) emit(group_at_, here(), parts_ - group_first_, false);
  }

  void end_run() {
    if (!in_run_) return;
    if (open_) close_part();
    const bool joins = previous_unspaced_at_ == kNowhere;
    if (joins) close_group();
    if (joins && parts_ - run_first_ > 1 && group_first_ != run_first_) {
      emit(run_at_, here(), parts_ - run_first_, false);
    }
    in_run_ = in_group_ = apostrophe_ = false;
    last_ = before_last_ = CharClass::separator;
  }

  void emit(std::uint32_t from, std::uint32_t to, std::uint32_t parts, bool unspaced) {
    if (parts == 1) ++parts_;
    const auto word = cut_word(std::string_view(out_.text).substr(from, to - from));
    out_.list.push_back({.offset = from,
                         .length = static_cast<std::uint16_t>(word.size()),
                         .first = static_cast<std::uint16_t>(parts_ - parts),
                         .parts = static_cast<std::uint16_t>(parts),
                         .touches = false,
                         .unspaced = unspaced});
  }

  static constexpr std::uint32_t kNowhere = UINT32_MAX;

  Tokens& out_;
  std::uint32_t parts_ = 0;
  std::uint32_t run_at_ = 0, run_first_ = 0;
  std::uint32_t group_at_ = 0, group_first_ = 0;
  std::uint32_t part_at_ = 0, last_at_ = 0;
  std::uint32_t previous_unspaced_at_ = kNowhere;
  CharClass last_ = CharClass::separator, before_last_ = CharClass::separator;
  bool in_run_ = false, in_group_ = false, open_ = false;
  bool apostrophe_ = false;
  bool touches_ = false;
};

// What an expanding code point can grow to: U+FDFA, 3 bytes, decomposes to 18 code points.
static_assert(kMaxTextBytes / 3 * 18 < UINT16_MAX, "parts are counted in 16 bits");

constexpr std::array<CharClass, 128> ascii_classes() {
  std::array<CharClass, 128> classes{};  // separator
  for (std::size_t c = '0'; c <= '9'; ++c) classes[c] = CharClass::digit;
  for (std::size_t c = 'a'; c <= 'z'; ++c) classes[c] = CharClass::lower;
  for (std::size_t c = 'A'; c <= 'Z'; ++c) classes[c] = CharClass::upper;
  classes['\''] = CharClass::apostrophe;
  return classes;
}
constexpr std::array<CharClass, 128> kAsciiClasses = ascii_classes();

void tokenize_ascii(ByteView text, Tokens& out) {
  Splitter splitter(out);
  for (const Byte c : text) {
    const CharClass next = kAsciiClasses[c];
    if (!splitter.begin(next)) continue;
    out.text.push_back(static_cast<char>(next == CharClass::upper ? c + ('a' - 'A') : c));
  }
  splitter.finish();
}

// `text` with every byte that is not part of a character replaced by a space.
std::string well_formed(ByteView text) {
  std::string clean;
  clean.reserve(text.size());
  while (!text.empty()) {
    utf8proc_int32_t code_point = 0;
    const auto length =
        utf8proc_iterate(text.data(), static_cast<utf8proc_ssize_t>(text.size()), &code_point);
    if (length <= 0) {
      clean.push_back(' ');
      text = text.subspan(1);
      continue;
    }
    clean += text_of(text.first(static_cast<std::size_t>(length)));
    text = text.subspan(static_cast<std::size_t>(length));
  }
  return clean;
}

// NFKC without the marks that are dropped; default-ignorable characters are gone. Empty when
// utf8proc refuses.
std::vector<utf8proc_int32_t> normalized(const std::string& clean) {
  const auto options = static_cast<utf8proc_option_t>(UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT
                                                      | UTF8PROC_STABLE | UTF8PROC_IGNORE);
  const ByteView bytes = bytes_of(clean);
  const auto size = static_cast<utf8proc_ssize_t>(bytes.size());
  std::vector<utf8proc_int32_t> points(clean.size() + 1);
  auto count = utf8proc_decompose(
      bytes.data(), size, points.data(), static_cast<utf8proc_ssize_t>(points.size()), options);
  if (count > static_cast<utf8proc_ssize_t>(points.size())) {
    points.resize(static_cast<std::size_t>(count));
    count = utf8proc_decompose(bytes.data(), size, points.data(), count, options);
  }
  if (count < 0) return {};
  points.resize(static_cast<std::size_t>(count));
  std::erase_if(points, is_dropped);
  const auto composed =
      utf8proc_normalize_utf32(points.data(),
                               static_cast<utf8proc_ssize_t>(points.size()),
                               static_cast<utf8proc_option_t>(UTF8PROC_COMPOSE | UTF8PROC_STABLE));
  if (composed < 0) return {};
  points.resize(static_cast<std::size_t>(composed));
  return points;
}

void tokenize_unicode(ByteView text, Tokens& out) {
  Splitter splitter(out);
  for (const utf8proc_int32_t code_point : normalized(well_formed(text))) {
    if (splitter.begin(classify(code_point))) append_folded(code_point, out.text);
  }
  splitter.finish();
}

}  // namespace

void tokenize(ByteView name, Tokens& out) {
  out.text.clear();
  out.list.clear();
  if (name.size() > kMaxTextBytes) name = name.last(kMaxTextBytes);
  const bool ascii = std::all_of(name.begin(), name.end(), [](Byte c) { return c < 0x80; });
  ascii ? tokenize_ascii(name, out) : tokenize_unicode(name, out);
}

std::vector<std::vector<std::string>> query_words(ByteView typed) {
  Tokens tokens;
  tokenize(typed, tokens);
  std::vector<std::vector<std::string>> runs;
  bool may_pair = false;  // the last word is one character of an unspaced script
  for (const Token& token : tokens.list) {
    if (token.parts != 1) continue;
    const auto word = tokens.word(token);
    if (!token.touches) {
      runs.emplace_back();
      may_pair = false;
    }
    if (token.unspaced && may_pair) {
      std::string& pair = runs.back().back();
      pair += word;
      pair.resize(cut_word(pair).size());
      may_pair = false;
    } else {
      runs.back().emplace_back(word);
      may_pair = token.unspaced;
    }
  }
  return runs;
}

std::string_view cut_word(std::string_view word) {
  if (word.size() <= kMaxWordBytes) return word;
  std::size_t end = kMaxWordBytes;
  while (end > 0 && (static_cast<Byte>(word[end]) & 0xC0U) == 0x80U) --end;
  return word.substr(0, end);
}

}  // namespace freshet::core::search
