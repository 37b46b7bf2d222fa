// The bodies by which a node reads, page by page, what a neighbour shares. As bodies.h: decoders
// take any bytes and return nullopt for what is malformed or beyond the limits. Nothing here is
// signed: the two ends have proven their keys to each other on the link.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "node/base/bytes.h"
#include "node/base/endpoint.h"
#include "node/wire/overlay/bodies.h"

namespace freshet::wire {

inline constexpr std::size_t kMaxBrowseBodyBytes = 64;

/// Where a file stands in its node's list. It means something to that node alone; an unchanged file
/// keeps its place as long as the node runs.
using BrowsePlace = std::uint64_t;

/// Frame type 0xD8.
struct Browse {
  BrowsePlace from = 0;         ///< 0: from the first; otherwise `next` of the page before
  std::uint32_t max_files = 0;  ///< 0: as many as a page holds
  bool wants_ids = false;       ///< files of the page that have no id yet are to be hashed soon
};

enum class BrowseState : std::uint32_t {
  listed = 0,
  refused = 1,       ///< its user lets nothing that is shared be browsed
  receive_only = 2,  ///< it shares nothing at all
};
struct BrowsedFile {
  HitFile file;
  BrowsePlace place = 0;
};
/// Frame type 0xD9, under the GUID of the Browse that it answers.
struct BrowsePage {
  BrowseState state = BrowseState::listed;  ///< a number that is not listed decodes as it is
  std::vector<Endpoint> addresses;          ///< of the answering node, where it can be dialled
  std::vector<BrowsedFile> files;           ///< at most kMaxHitFiles; may be none, and more follow
  BrowsePlace next = 0;                     ///< where the next page begins; 0: there is none
};

Bytes encode(const Browse& browse);
/// What goes beyond the limits is left out.
Bytes encode(const BrowsePage& page);
std::optional<Browse> decode_browse(ByteView body);
/// Places ascend, and `next` lies behind them: a page that does not get on is malformed.
std::optional<BrowsePage> decode_browse_page(ByteView body);

}  // namespace freshet::wire
