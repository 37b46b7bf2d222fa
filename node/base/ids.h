// The names of things: fixed-size byte ids (what peers and content are called on the wire) and
// strong integers (what this process calls its links and dials). Ids compare and hash; they are
// never parsed here.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "node/base/bytes.h"

namespace freshet {

/// `Size` bytes that mean one kind of thing. `Tag` keeps kinds apart.
template <typename Tag, std::size_t Size>
struct ByteId {
  static constexpr std::size_t kSize = Size;
  std::array<Byte, Size> bytes{};

  /// REQUIRES: view.size() == Size.
  static ByteId from(ByteView view) {
    ByteId id;
    std::memcpy(id.bytes.data(), view.data(), Size);
    return id;
  }
  /// nullopt unless `hex` is exactly 2 * Size hexadecimal digits.
  static std::optional<ByteId> from_hex(std::string_view hex) {
    const auto decoded = freshet::from_hex(hex);
    if (!decoded || decoded->size() != Size) return std::nullopt;
    return from(*decoded);
  }
  [[nodiscard]] ByteView view() const { return {bytes.data(), Size}; }
  [[nodiscard]] std::string hex() const { return to_hex(view()); }
  [[nodiscard]] bool is_zero() const { return *this == ByteId{}; }

  friend bool operator==(const ByteId&, const ByteId&) = default;
  friend std::strong_ordering operator<=>(const ByteId& a, const ByteId& b) {
    return std::memcmp(a.bytes.data(), b.bytes.data(), Size) <=> 0;
  }
};

/// A message's id on the overlay (Gnutella 0.4: descriptor id). A query and its hits share one.
using Guid = ByteId<struct GuidTag, 16>;
/// A node: its Ed25519 public key.
using NodeKey = ByteId<struct NodeKeyTag, 32>;
/// Content: the SHA-256 Merkle root of its 16 KiB blocks (BEP 52 `pieces root`).
using ContentId = ByteId<struct ContentIdTag, 32>;
/// A node of a Merkle tree, or a plain SHA-256.
using Sha256 = ByteId<struct Sha256Tag, 32>;
/// What the BitTorrent handshake carries: the first 20 bytes of a ContentId between freshet nodes.
using InfoHash = ByteId<struct InfoHashTag, 20>;

/// An integer that means one kind of thing.
template <typename Tag, typename Rep>
struct StrongInt {
  Rep value = 0;
  friend auto operator<=>(const StrongInt&, const StrongInt&) = default;
};

/// One connection of this node, overlay or transfer; given by the host, never used again while the
/// node runs.
using LinkId = StrongInt<struct LinkIdTag, std::uint32_t>;
/// One attempt to connect; given by the core, one counter for all engines.
using DialId = StrongInt<struct DialIdTag, std::uint32_t>;

/// Hashes of ids. Ids are not secret but peers choose some of them: a table that a peer can fill
/// must mix in a key.
struct IdHash {
  template <typename Tag, std::size_t Size>
  std::size_t operator()(const ByteId<Tag, Size>& id) const {
    static_assert(Size >= 8);
    std::uint64_t word = 0;
    std::memcpy(&word, id.bytes.data(), sizeof word);
    return static_cast<std::size_t>(word * 0x9E3779B97F4A7C15ULL);
  }
  template <typename Tag, typename Rep>
  std::size_t operator()(const StrongInt<Tag, Rep>& id) const {
    return static_cast<std::size_t>(static_cast<std::uint64_t>(id.value) * 0x9E3779B97F4A7C15ULL);
  }
};

}  // namespace freshet
