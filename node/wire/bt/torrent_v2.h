// What v2 (BEP 52) adds to a torrent's layout: the file tree, which aligns files to pieces, and
// piece layers. Only for torrent_layout.cpp and its own .cpp file.
#pragma once

#include "node/base/result.h"
#include "node/wire/bt/bencode.h"
#include "node/wire/bt/torrent_layout.h"

namespace freshet::wire::bt {

/// Of v2 alone: its files, and the nodes of those that have one piece. Of a hybrid, whose v1 files
/// are there: their roots. REQUIRES: has_v2(layout.kind), its piece length. Errors: invalid; of a
/// hybrid also that its two lists of files differ.
Status add_file_tree(const Bencoded::Value& info, TorrentLayout& layout);
/// `piece layers` of a torrent file; one that is not there stays unknown. REQUIRES: v2 alone.
/// Errors: invalid: one does not lead to its file's root.
Status add_piece_layers(const Bencoded::Value& torrent, TorrentLayout& layout);

}  // namespace freshet::wire::bt
