// What a browse has brought so far: the files of one node, numbered in the order in which they
// came, so that the numbers mean something to `get`. Bounded: of a longer list only the first files
// are remembered, and ids do for the others. Asks nobody.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "node/base/endpoint.h"
#include "node/base/ids.h"
#include "node/base/result.h"
#include "node/wire/overlay/browse.h"

namespace freshet::io {

class Listing {
 public:
  /// Files whose numbers are remembered.
  static constexpr std::size_t kMaxFiles = 100'000;

  explicit Listing(const NodeKey& node) : node_(node) {}

  /// The number of the file, from 1.
  std::uint32_t add(const wire::BrowsedFile& file);
  void set_addresses(std::vector<Endpoint> addresses) { addresses_ = std::move(addresses); }

  [[nodiscard]] const NodeKey& node() const { return node_; }
  [[nodiscard]] const std::vector<Endpoint>& addresses() const { return addresses_; }
  /// All that came, whether remembered or not.
  [[nodiscard]] std::uint32_t count() const { return count_; }
  /// Of number `n`. nullopt: there is none, or it is not remembered.
  [[nodiscard]] std::optional<wire::BrowsedFile> file(std::uint32_t n) const;
  void set_id(std::uint32_t n, const ContentId& id);
  /// What a person means: a number, or else the beginning of one id (hexadecimal, either case).
  /// Errors, for a person to read: invalid.
  [[nodiscard]] Result<std::uint32_t> resolve(std::string_view what) const;

 private:
  struct Entry {
    std::optional<ContentId> id;
    std::uint64_t size_bytes = 0;
    wire::BrowsePlace place = 0;
    std::uint32_t name_at = 0;
    std::uint16_t name_bytes = 0;
  };
  [[nodiscard]] Result<std::uint32_t> by_prefix(std::string_view what) const;

  NodeKey node_;
  std::vector<Endpoint> addresses_;
  std::vector<Entry> entries_;
  std::string names_;  ///< one after another
  std::uint32_t count_ = 0;
};

}  // namespace freshet::io
