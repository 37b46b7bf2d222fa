// BEP 52's file tree: {NAME: {...} or {"": {"length": N, "pieces root": 32 bytes}}}, in a torrent
// of v2 and in the list of a shared folder (folder_list.h). Pure; a parser of foreign bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "node/base/ids.h"
#include "node/base/result.h"
#include "node/wire/bt/bencode.h"

namespace freshet::wire::bt {

struct TreeFile {
  std::vector<std::string> path;  ///< below the folder
  std::uint64_t size_bytes = 0;
  std::optional<ContentId> content = {};  ///< `pieces root`; unset for an empty file
  friend bool operator==(const TreeFile&, const TreeFile&) = default;
};

/// REQUIRES: sorted by the paths' components, as bytes; none twice, none the folder of another.
void write_file_tree(BencodeWriter& out, const std::vector<TreeFile>& files);
/// In the tree's order, which is that; at most `most` files. Errors: invalid: malformed, paths that
/// path_rules.h refuses, a length that is impossible or does not go with its root, a symbolic link.
Result<std::vector<TreeFile>> read_file_tree(const Bencoded::Value& tree, std::size_t most);

}  // namespace freshet::wire::bt
