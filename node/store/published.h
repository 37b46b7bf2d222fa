// The torrents that the user published, on disk: a file `published/ID.KIND` each, which holds the
// info dictionary, so that SHA-1 pieces are computed once. And those that other nodes published of
// contents that are here too, once they were checked: `published/others/ID.NAME`, where NAME is
// what nodes call the torrent (its info-hash). Blocking.
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

/// The same of others' torrents; `folder` is theirs.
Status keep_others(const std::string& folder, const Published& torrent);
Result<std::vector<Published>> list_others(const std::string& folder, std::size_t limit);
/// Nothing there is fine.
void drop_others(const std::string& folder, const ContentId& content, const InfoHash& name);

}  // namespace freshet::store
