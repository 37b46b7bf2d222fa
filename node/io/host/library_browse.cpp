// What the Library tells a neighbour that browses: its files by their places, a page at a time.
#include <algorithm>

#include "node/io/host/library.h"

namespace freshet::io {

wire::BrowsePage Library::browse(const wire::Browse& browse) {
  wire::BrowsePage page;
  if (!shares_.empty() && std::none_of(shares_.begin(), shares_.end(), [](const ShareState& share) {
        return share.summary.browse;
      })) {
    ++counters_.browses_refused;
    page.state = wire::BrowseState::refused;
    return page;
  }
  const std::size_t most = browse.max_files == 0
                               ? wire::kMaxHitFiles
                               : std::min<std::size_t>(browse.max_files, wire::kMaxHitFiles);
  const std::size_t all = files_.places();
  const auto from =
      static_cast<store::FileTable::Place>(std::min<wire::BrowsePlace>(browse.from, all));
  const std::size_t end = std::min<std::size_t>(all, from + kMaxBrowseLooks);
  store::FileTable::Place place = from;
  for (; place < end && page.files.size() < most; ++place) {
    if (!files_.has_file(place) || !may_browse(files_.share(place))) continue;
    page.files.push_back({.file = hit_for(place), .place = place});
    if (browse.wants_ids && !files_.content(place)) hashes_.promote(files_.id(place));
  }
  if (place < all) page.next = place;
  return page;
}

bool Library::may_browse(store::ShareId id) {
  const ShareState* share = find_share(id);
  return share != nullptr && share->summary.browse;
}

}  // namespace freshet::io
