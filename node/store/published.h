// The torrents that the user published, on disk: a file `published/ID.KIND` each, which holds the
// info dictionary, so that SHA-1 pieces are computed once. Blocking.
#pragma once

#include <string>
#include <vector>

#include "node/base/bytes.h"
#include "node/base/ids.h"
#include "node/base/result.h"
#include "node/wire/bt/metainfo.h"

namespace freshet::store {

struct Published {
  ContentId content;
  wire::bt::TorrentInfo info;
  Bytes encoded_info;
};

/// `folder`: of them; made when it is missing. Replaces one of the same content and kind. Errors:
/// io.
Status keep_published(const std::string& folder, const Published& torrent);
/// What is there, sorted by name; at most `limit`. A file that is no torrent of its name is passed
/// over. Errors: io.
Result<std::vector<Published>> list_published(const std::string& folder, std::size_t limit);

}  // namespace freshet::store
