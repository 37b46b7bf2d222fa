#include "node/store/published.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <string_view>
#include <utility>

#include <sys/stat.h>

#include "node/store/file_io.h"

namespace freshet::store {
namespace {

using wire::bt::TorrentKind;

constexpr std::array<std::pair<TorrentKind, std::string_view>, 3> kKinds = {
    {{TorrentKind::v1, ".v1"}, {TorrentKind::v2, ".v2"}, {TorrentKind::hybrid, ".hybrid"}}};

std::string_view extension_of(TorrentKind kind) {
  return kKinds.at(static_cast<std::size_t>(kind)).second;
}

// What a torrent's file is called behind the content's id.
using Extension = std::string (*)(const Published&);

std::string by_kind(const Published& torrent) {
  return std::string(extension_of(torrent.info.kind));
}

std::string by_name(const Published& torrent) {
  return "." + wire::bt::names_of(torrent.info.kind, torrent.encoded_info).one().hex();
}

std::optional<Published> read_one(const std::filesystem::path& path, Extension extension) {
  const auto content = ContentId::from_hex(path.stem().string());
  if (!content) return std::nullopt;
  auto bytes = read_small_file(path.string(), wire::bt::kMaxInfoBytes);
  if (!bytes || !*bytes) return std::nullopt;
  auto info = wire::bt::parse_info(**bytes);
  if (!info) return std::nullopt;
  Published torrent{
      .content = *content, .info = std::move(*info), .encoded_info = std::move(**bytes)};
  if (path.extension() != extension(torrent)) return std::nullopt;
  return torrent;
}

Status keep_torrent(const std::string& folder, const Published& torrent, Extension extension) {
  if (auto made = make_folders(folder, S_IRWXU); !made) return made.error();
  const std::string path = folder + "/" + torrent.content.hex() + extension(torrent);
  return replace_file(path, torrent.encoded_info, S_IRUSR | S_IWUSR);
}

Result<std::vector<Published>> list_torrents(const std::string& folder,
                                             std::size_t limit,
                                             Extension extension) {
  std::vector<std::filesystem::path> paths;
  std::error_code failed;
  for (std::filesystem::directory_iterator at(folder, failed), end; !failed && at != end;
       at.increment(failed)) {
    paths.push_back(at->path());
  }
  if (failed && failed != std::errc::no_such_file_or_directory)
    return Error{ErrorCode::io, folder + ": " + failed.message()};
  std::sort(paths.begin(), paths.end());
  std::vector<Published> all;
  for (const auto& path : paths) {
    if (all.size() >= limit) break;
    if (auto one = read_one(path, extension)) all.push_back(std::move(*one));
  }
  return all;
}

}  // namespace

Status keep_published(const std::string& folder, const Published& torrent) {
  return keep_torrent(folder, torrent, by_kind);
}

Result<std::vector<Published>> list_published(const std::string& folder, std::size_t limit) {
  return list_torrents(folder, limit, by_kind);
}

Status keep_others(const std::string& folder, const Published& torrent) {
  return keep_torrent(folder, torrent, by_name);
}

Result<std::vector<Published>> list_others(const std::string& folder, std::size_t limit) {
  return list_torrents(folder, limit, by_name);
}

void drop_others(const std::string& folder, const ContentId& content, const InfoHash& name) {
  std::error_code ignored;
  std::filesystem::remove(folder + "/" + content.hex() + "." + name.hex(), ignored);
}

}  // namespace freshet::store
