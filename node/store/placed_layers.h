// Piece layers of a torrent of v2 (BEP 52) that nobody has to be asked for: they follow from files
// that are in their place already. Blocking; reads and hashes those files.
#pragma once

#include <stop_token>

#include "node/base/result.h"
#include "node/store/torrent_place.h"
#include "node/wire/bt/torrent_layout.h"

namespace freshet::store {

/// Learns the layers that `layout` lacks of files that are there and lead to their roots; others
/// stay unknown. `place`: of that layout. Errors: canceled, within a megabyte or so.
Status learn_placed_layers(wire::bt::TorrentLayout& layout,
                           const TorrentPlace& place,
                           const std::stop_token& stop);

}  // namespace freshet::store
