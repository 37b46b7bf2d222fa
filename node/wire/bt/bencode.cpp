#include "node/wire/bt/bencode.h"

#include <algorithm>
#include <charconv>
#include <string>
#include <utility>

namespace freshet::wire::bt {

class BencodeParser {
 public:
  BencodeParser(ByteView input, Bencoded::Limits limits) : input_(input), limits_(limits) {}

  std::optional<Bencoded> run() {
    do {
      if (!step()) return std::nullopt;
    } while (!open_.empty());
    if (at_ != input_.size()) return std::nullopt;
    return std::move(result_);
  }

 private:
  struct Open {
    std::uint32_t node;
    std::uint32_t last = Bencoded::kNone;  // child
    std::size_t begin;
  };

  // One value, or the end of the innermost container.
  bool step() {
    if (!open_.empty() && peek() == 'e') {
      ++at_;
      Bencoded::Node& node = result_.nodes_[open_.back().node];
      node.encoded = input_.subspan(open_.back().begin, at_ - open_.back().begin);
      open_.pop_back();
      return true;
    }
    ByteView key;
    if (!open_.empty() && result_.nodes_[open_.back().node].type == Bencoded::Type::dictionary) {
      if (!read_key(key)) return false;
    }
    return read_value(key);
  }

  bool read_key(ByteView& key) {
    const auto read = read_bytes();
    if (!read) return false;
    key = *read;
    const std::uint32_t last = open_.back().last;
    return last == Bencoded::kNone || text_of(result_.nodes_[last].key) < text_of(key);
  }

  bool read_value(ByteView key) {
    if (result_.nodes_.size() >= limits_.max_nodes) return false;
    const std::size_t begin = at_;
    Bencoded::Node node;
    node.key = key;
    const char c = peek();
    if (c == 'i') {
      if (!read_integer(node.integer)) return false;
    } else if (c == 'l' || c == 'd') {
      if (open_.size() >= limits_.max_depth) return false;
      node.type = c == 'l' ? Bencoded::Type::list : Bencoded::Type::dictionary;
      ++at_;
    } else {
      const auto bytes = read_bytes();
      if (!bytes) return false;
      node.type = Bencoded::Type::bytes;
      node.bytes = *bytes;
    }
    node.encoded = input_.subspan(begin, at_ - begin);
    link(node, begin);
    return true;
  }

  void link(const Bencoded::Node& node, std::size_t begin) {
    const auto index = static_cast<std::uint32_t>(result_.nodes_.size());
    result_.nodes_.push_back(node);
    if (!open_.empty()) {
      Open& parent = open_.back();
      (parent.last == Bencoded::kNone ? result_.nodes_[parent.node].first
                                      : result_.nodes_[parent.last].next) = index;
      parent.last = index;
    }
    if (node.type == Bencoded::Type::list || node.type == Bencoded::Type::dictionary) {
      open_.push_back({.node = index, .begin = begin});
    }
  }

  bool read_integer(std::int64_t& value) {
    const std::string_view rest = text_of(input_.subspan(at_ + 1));
    const std::size_t end = rest.substr(0, kMaxDigits).find('e');
    if (end == std::string_view::npos || !to_number(rest.substr(0, end), value)) return false;
    at_ += end + 2;
    return true;
  }

  std::optional<ByteView> read_bytes() {
    const std::string_view rest = text_of(input_.subspan(at_));
    const std::size_t colon = rest.substr(0, kMaxDigits).find(':');
    std::int64_t length = 0;
    if (colon == std::string_view::npos || !to_number(rest.substr(0, colon), length)) {
      return std::nullopt;
    }
    const std::size_t begin = at_ + colon + 1;
    if (length < 0 || static_cast<std::uint64_t>(length) > input_.size() - begin) {
      return std::nullopt;
    }
    at_ = begin + static_cast<std::size_t>(length);
    return input_.subspan(begin, static_cast<std::size_t>(length));
  }

  static bool to_number(std::string_view digits, std::int64_t& value) {
    const std::string_view bare = digits.substr(digits.starts_with('-') ? 1 : 0);
    if (bare.empty() || (bare.starts_with('0') && digits.size() > 1)) return false;
    const char* end = digits.data() + digits.size();
    const auto read = std::from_chars(digits.data(), end, value);
    return read.ec == std::errc{} && read.ptr == end;
  }

  [[nodiscard]] char peek() const {
    return at_ < input_.size() ? static_cast<char>(input_[at_]) : '\0';
  }

  static constexpr std::size_t kMaxDigits = 21;
  ByteView input_;
  Bencoded::Limits limits_;
  std::size_t at_ = 0;
  std::vector<Open> open_;
  Bencoded result_;
};

std::optional<Bencoded> Bencoded::parse(ByteView input, Limits limits) {
  return BencodeParser(input, limits).run();
}

std::optional<std::int64_t> Bencoded::Value::integer() const {
  if (type() != Type::integer) return std::nullopt;
  return node().integer;
}

std::optional<ByteView> Bencoded::Value::bytes() const {
  if (type() != Type::bytes) return std::nullopt;
  return node().bytes;
}

std::optional<std::string_view> Bencoded::Value::text() const {
  if (type() != Type::bytes) return std::nullopt;
  return text_of(node().bytes);
}

std::optional<Bencoded::Value> Bencoded::Value::find(std::string_view key) const {
  if (type() != Type::dictionary) return std::nullopt;
  for (auto value = first(); value; value = value->next()) {
    if (text_of(value->key()) == key) return value;
  }
  return std::nullopt;
}

std::optional<Bencoded::Value> Bencoded::Value::first() const {
  if (node().first == kNone) return std::nullopt;
  return Value(*of_, node().first);
}

std::optional<Bencoded::Value> Bencoded::Value::next() const {
  if (node().next == kNone) return std::nullopt;
  return Value(*of_, node().next);
}

BencodeWriter& BencodeWriter::integer(std::int64_t value) {
  put('i');
  for (const char c : std::to_string(value)) put(c);
  return put('e');
}

BencodeWriter& BencodeWriter::bytes(ByteView value) {
  for (const char c : std::to_string(value.size())) put(c);
  put(':');
  out_.insert(out_.end(), value.begin(), value.end());
  return *this;
}

}  // namespace freshet::wire::bt
