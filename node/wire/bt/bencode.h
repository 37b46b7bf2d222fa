// Bencoding (BEP 3), strict: integers without leading zeros or minus zero, dictionary keys sorted
// and distinct, nothing after the value. Decoding makes a flat list of nodes over the borrowed
// bytes, so that depth costs no stack.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "node/base/bytes.h"

namespace freshet::wire::bt {

class Bencoded {
 public:
  enum class Type : std::uint8_t { integer, bytes, list, dictionary };

 private:
  friend class BencodeParser;
  static constexpr std::uint32_t kNone = 0xFFFFFFFF;
  struct Node {
    Type type = Type::integer;
    std::int64_t integer = 0;
    ByteView bytes;
    ByteView key;
    ByteView encoded;
    std::uint32_t first = kNone;
    std::uint32_t next = kNone;
  };

 public:
  struct Limits {
    std::size_t max_depth = 16;    ///< containers inside one another
    std::size_t max_nodes = 4096;  ///< values in all
  };

  /// One value inside; as long-lived as the Bencoded and the bytes under it.
  class Value {
   public:
    [[nodiscard]] Type type() const { return node().type; }
    /// nullopt when the value is of another type, or (find) not there.
    [[nodiscard]] std::optional<std::int64_t> integer() const;
    [[nodiscard]] std::optional<ByteView> bytes() const;
    [[nodiscard]] std::optional<std::string_view> text() const;  ///< bytes, not checked to be UTF-8
    [[nodiscard]] std::optional<Value> find(std::string_view key) const;
    /// Walk a list's or dictionary's values in order.
    [[nodiscard]] std::optional<Value> first() const;
    [[nodiscard]] std::optional<Value> next() const;
    /// Of a dictionary's value; empty otherwise.
    [[nodiscard]] ByteView key() const { return node().key; }
    /// The value as it stands in the input.
    [[nodiscard]] ByteView encoded() const { return node().encoded; }

   private:
    friend class Bencoded;
    Value(const Bencoded& of, std::uint32_t index) : of_(&of), index_(index) {}
    [[nodiscard]] const Node& node() const { return of_->nodes_[index_]; }
    const Bencoded* of_;
    std::uint32_t index_;
  };

  /// `input` is borrowed for as long as values are looked at. nullopt: malformed or beyond the
  /// limits.
  static std::optional<Bencoded> parse(ByteView input, Limits limits);
  static std::optional<Bencoded> parse(ByteView input) { return parse(input, Limits{}); }

  [[nodiscard]] Value root() const { return {*this, 0}; }

 private:
  std::vector<Node> nodes_;
};

/// Appends values to a buffer. The caller closes what it opens and writes keys in order.
class BencodeWriter {
 public:
  BencodeWriter& begin_dictionary() { return put('d'); }
  BencodeWriter& begin_list() { return put('l'); }
  BencodeWriter& end() { return put('e'); }
  BencodeWriter& integer(std::int64_t value);
  BencodeWriter& bytes(ByteView value);
  BencodeWriter& text(std::string_view value) { return bytes(bytes_of(value)); }
  BencodeWriter& key(std::string_view value) { return text(value); }
  [[nodiscard]] Bytes take() { return std::move(out_); }

 private:
  BencodeWriter& put(char c) {
    out_.push_back(static_cast<Byte>(c));
    return *this;
  }
  Bytes out_;
};

}  // namespace freshet::wire::bt
