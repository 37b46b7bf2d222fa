// Where a torrent's files go: names made safe for this machine's disk below one folder, and files
// that are there already. Blocking where it touches files.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "node/base/result.h"
#include "node/store/unique_fd.h"
#include "node/wire/bt/torrent_layout.h"

namespace freshet::store {

/// A download's name in the state folder is 32 bytes; a torrent's is its info-hash and zeros.
ContentId download_id_of(const InfoHash& torrent);

/// One file, by its final place.
struct PlacedFile {
  std::string folder;  ///< absolute
  std::string name;
  std::uint64_t offset = 0;  ///< in the torrent's stream
  std::uint64_t size_bytes = 0;
  bool padding = false;
  std::optional<ContentId> content = {};  ///< of v2 and hybrids

  [[nodiscard]] std::string absolute() const { return folder + "/" + name; }
};

struct TorrentPlace {
  std::string target;  ///< the file, or the folder of all
  std::vector<PlacedFile> files;
};
/// `name`: what the user calls it; empty: as the torrent does. Errors: invalid: two of its names
/// are one when they are made safe.
Result<TorrentPlace> place_of(const wire::bt::TorrentLayout& layout,
                              const std::string& folder,
                              const std::string& name);

/// Something is in the place of the file: a file of its length, whatever is in it.
bool is_there(const PlacedFile& file);

/// Reads a torrent's stream from files that are in their place already, as far as they are.
class PlacedReader {
 public:
  /// `place` outlives it. Files of another size than their own are not there.
  explicit PlacedReader(const TorrentPlace& place);
  [[nodiscard]] bool empty() const { return there_ == 0; }
  /// False: some of it is in no file that is there.
  [[nodiscard]] bool read(std::uint64_t offset, std::span<Byte> out);

 private:
  const TorrentPlace& place_;
  std::vector<bool> readable_;
  std::size_t there_ = 0;
  std::size_t open_ = SIZE_MAX;  ///< the file of fd_
  UniqueFd fd_;
};

}  // namespace freshet::store
