#include "node/store/torrent_place.h"

#include <algorithm>

#include <fcntl.h>
#include <sys/stat.h>

#include "node/store/file_io.h"
#include "node/store/safe_name.h"

namespace freshet::store {
namespace {

using Path = std::vector<std::string>;

Path safe_path(const Path& path, const ContentId& id) {
  Path safe;
  for (const std::string& part : path) safe.push_back(safe_file_name(part, id));
  return safe;
}

PlacedFile placed(const std::string& base, Path path, const wire::bt::TorrentFileSpan& span) {
  PlacedFile file{.folder = base,
                  .name = std::move(path.back()),
                  .offset = span.offset,
                  .size_bytes = span.size_bytes,
                  .padding = span.padding,
                  .content = span.content};
  path.pop_back();
  if (!path.empty()) file.folder += "/" + wire::bt::joined_path(path);
  return file;
}

}  // namespace

ContentId download_id_of(const InfoHash& torrent) {
  ContentId id;
  std::copy(torrent.bytes.begin(), torrent.bytes.end(), id.bytes.begin());
  return id;
}

Result<TorrentPlace> place_of(const wire::bt::TorrentLayout& layout,
                              const std::string& folder,
                              const std::string& name) {
  const ContentId id = download_id_of(layout.name);
  const std::string title = safe_file_name(name.empty() ? layout.title : name, id);
  TorrentPlace place{.target = folder + "/" + title, .files = {}};
  if (!layout.is_folder) {
    place.files.push_back(placed(folder, {title}, layout.files.front()));
    return place;
  }
  std::vector<Path> kept;
  for (const auto& span : layout.files) {
    Path path = safe_path(span.path, id);
    if (!span.padding) kept.push_back(path);
    place.files.push_back(placed(place.target, std::move(path), span));
  }
  if (Status fine = wire::bt::check_paths(kept); !fine)
    return Error{ErrorCode::invalid, "as they would be called here, " + fine.error().message};
  return place;
}

bool is_there(const PlacedFile& file) {
  struct stat info {};
  return ::lstat(file.absolute().c_str(), &info) == 0 && S_ISREG(info.st_mode)
         && static_cast<std::uint64_t>(info.st_size) == file.size_bytes;
}

PlacedReader::PlacedReader(const TorrentPlace& place) : place_(place) {
  for (const PlacedFile& file : place.files) {
    const bool there = !file.padding && file.size_bytes > 0 && is_there(file);
    readable_.push_back(there);
    there_ += there ? 1 : 0;
  }
}

bool PlacedReader::read(std::uint64_t offset, std::span<Byte> out) {
  const auto after = std::upper_bound(
      place_.files.begin(), place_.files.end(), offset, [](std::uint64_t at, const PlacedFile& it) {
        return at < it.offset + it.size_bytes;
      });
  auto index = static_cast<std::size_t>(after - place_.files.begin());
  for (; !out.empty() && index < place_.files.size(); ++index) {
    const PlacedFile& file = place_.files[index];
    const auto count = static_cast<std::size_t>(
        std::min<std::uint64_t>(out.size(), file.offset + file.size_bytes - offset));
    if (file.padding) {
      std::fill_n(out.begin(), count, Byte{0});
    } else if (count > 0) {
      if (!readable_[index]) return false;
      if (open_ != index) {
        fd_ = UniqueFd(::open(file.absolute().c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
        open_ = index;
      }
      if (!fd_) return false;
      const auto got =
          read_some_at(fd_.get(), offset - file.offset, out.first(count), file.absolute());
      if (!got || *got != count) return false;
    }
    offset += count;
    out = out.subspan(count);
  }
  return out.empty();
}

}  // namespace freshet::store
