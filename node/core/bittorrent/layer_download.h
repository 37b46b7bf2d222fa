// The piece layers that a torrent of v2 lacks when its info dictionary came by magnet link: asked
// for by hash requests (BEP 52), each answer proved against its file's root. Sans-IO; whom to ask
// is its owner's.
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "node/wire/bt/messages.h"
#include "node/wire/bt/torrent_layout.h"

namespace freshet::core::bittorrent {

class LayerDownload {
 public:
  static constexpr std::size_t kAhead = 8;  ///< requests on their way

  /// REQUIRES: layout.lacks_layers().
  explicit LayerDownload(const wire::bt::TorrentLayout& layout);

  /// The request to send next, if one is due.
  std::optional<wire::bt::HashRequest> next();
  enum class Taken : std::uint8_t {
    more,
    whole,    ///< nothing is lacked any more
    unasked,  ///< it answers nothing
    bad       ///< it does not lead to the root
  };
  Taken take(const wire::bt::Hashes& answer);
  [[nodiscard]] bool is_asked(const wire::bt::HashRequest& request) const;
  /// Of hashes that are to come, their proofs aside.
  [[nodiscard]] std::uint64_t lacked_bytes() const;
  /// Whoever was asked does not answer: what is on its way is to be asked again.
  void give_back();
  /// The layout, with what came.
  [[nodiscard]] const wire::bt::TorrentLayout& layout() const { return layout_; }

 private:
  struct Group {
    wire::bt::HashRequest request;
    std::vector<std::size_t> files;  ///< of the layout, that have this root
  };
  /// Files of one root have one layer.
  using Key = std::pair<Sha256, std::uint32_t>;

  wire::bt::TorrentLayout layout_;
  std::map<Key, Group> lacked_;  ///< by root and index
  std::deque<Key> waiting_;
  std::vector<Key> asked_;
};

}  // namespace freshet::core::bittorrent
