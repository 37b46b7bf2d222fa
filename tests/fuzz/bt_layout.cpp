// A torrent file of a stranger's, bare metadata, and a magnet link.
#include <cstdlib>
#include <set>

#include "node/wire/bt/magnet.h"
#include "node/wire/bt/torrent_layout.h"

using namespace freshet;            // NOLINT(google-build-using-namespace): a test
using namespace freshet::wire::bt;  // NOLINT(google-build-using-namespace): a test

namespace {

void check(const TorrentLayout& layout) {
  if (has_v1(layout.kind) && layout.pieces.size() != std::size_t{layout.piece_count()} * 20)
    std::abort();
  if (!has_v1(layout.kind) && layout.nodes.size() != layout.piece_count()) std::abort();
  if (layout.unknown_nodes > layout.nodes.size()) std::abort();
  std::uint64_t asked = 0;
  for (std::uint32_t piece = 0; piece < layout.piece_count(); ++piece) {
    if (layout.asked_of(piece) == 0 || layout.asked_of(piece) > layout.piece_bytes(piece))
      std::abort();
    asked += layout.asked_of(piece);
  }
  if (asked != layout.asked_bytes) std::abort();
  std::uint64_t end = 0;
  std::set<std::string> seen;
  for (const TorrentFileSpan& file : layout.files) {
    if (file.offset != end) std::abort();
    const bool aligned = file.padding || file.size_bytes == 0 || end % layout.piece_length == 0;
    if (has_v2(layout.kind) && !aligned) std::abort();
    if (file.content && (file.padding || file.size_bytes == 0)) std::abort();
    end += file.size_bytes;
    if (file.path.empty() == layout.is_folder) std::abort();
    for (const std::string& part : file.path) {
      if (part.empty() || part == ".." || part.find('/') != std::string::npos) std::abort();
    }
    if (!file.padding && !seen.insert(joined_path(file.path)).second) std::abort();
  }
  if (end != layout.size_bytes || end == 0) std::abort();
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): the name is libFuzzer's
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView input(data, size);
  if (const auto layout = read_layout(input)) check(*layout);
  if (const auto torrent = read_torrent(input)) check(torrent->layout);
  const auto magnet = parse_magnet(text_of(input));
  if (magnet && magnet->peers.size() > kMaxMagnetPeers) std::abort();
  return 0;
}
