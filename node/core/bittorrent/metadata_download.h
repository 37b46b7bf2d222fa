// The info dictionary of a magnet link, from one peer (BEP 9): its pieces in order, so that nothing
// is held that was not sent, and checked against the torrent's name. A claimed size is a claim.
#pragma once

#include <cstdint>
#include <optional>

#include "node/base/bytes.h"
#include "node/base/ids.h"
#include "node/wire/bt/metadata_message.h"

namespace freshet::core::bittorrent {

class MetadataDownload {
 public:
  static constexpr std::uint32_t kAhead = 4;  ///< requests on their way
  /// nullopt: no peer of good will claims that size.
  static std::optional<MetadataDownload> of_size(std::int64_t claimed);

  /// The piece to ask for next, if one is due.
  std::optional<std::uint32_t> next();
  enum class Taken : std::uint8_t { more, whole, again, refused };
  /// `refused`: the peer does not send it, or not what was asked. `again`: it is here already.
  Taken take(const wire::bt::MetadataMessage& message);
  /// From the beginning.
  [[nodiscard]] MetadataDownload anew() const { return MetadataDownload(size_); }
  /// When whole: the bytes, if they are what `name` names.
  [[nodiscard]] std::optional<Bytes> checked(const InfoHash& name) const;

 private:
  explicit MetadataDownload(std::uint32_t size) : size_(size) {}
  [[nodiscard]] std::uint32_t pieces() const;

  std::uint32_t size_;
  std::uint32_t asked_ = 0;
  std::uint32_t there_ = 0;
  Bytes bytes_;
};

}  // namespace freshet::core::bittorrent
