#include "node/store/shared_folder.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include <sys/stat.h>
#include <unistd.h>

#include "node/store/file_io.h"
#include "node/store/hasher.h"
#include "node/store/shared_file.h"
#include "node/wire/bt/merkle.h"
#include "node/wire/bt/metainfo.h"
#include "node/wire/bt/sha256.h"

namespace freshet::store {
namespace {

namespace bt = wire::bt;

constexpr std::size_t kMaxLayerBytes = std::size_t{bt::kMaxPieces + 1} * Sha256::kSize;

std::vector<std::string> components(std::string_view path) {
  std::vector<std::string> parts;
  while (true) {
    const auto slash = path.find('/');
    parts.emplace_back(path.substr(0, slash));
    if (slash == std::string_view::npos) return parts;
    path.remove_prefix(slash + 1);
  }
}

FolderParts parts_of(const FolderFiles& files, bool bundled_alone, std::uint32_t alignment) {
  FolderParts parts;
  std::uint64_t offset = 0;
  for (std::size_t i = 0; i < files.where.size(); ++i) {
    const bt::ListedFile& file = files.list.files[i];
    if (file.size_bytes == 0 || (bundled_alone && !bt::is_bundled(file))) continue;
    offset = bt::aligned(offset, alignment);
    parts.push_back({.file = files.where[i], .offset = offset});
    offset += file.size_bytes;
  }
  return parts;
}

bt::ListedFile listed(const CatalogueFile& file, std::size_t folder_bytes) {
  const bool empty = file.stamp.size_bytes == 0;
  return {.path = components(std::string_view(file.relative).substr(folder_bytes)),
          .size_bytes = file.stamp.size_bytes,
          .content = empty ? std::nullopt : file.content};
}

std::string list_path(const std::string& lists, const Sha256& key) {
  return lists + "/" + key.hex() + ".list";
}
std::string layer_path(const std::string& lists, const Sha256& key) {
  return lists + "/" + key.hex() + ".layer";
}

// The bundle's id, and its piece layer behind it.
Bytes layer_bytes(const ContentInfo& bundle) {
  Bytes bytes(bundle.id.bytes.begin(), bundle.id.bytes.end());
  for (const Sha256& hash : bundle.piece_layer)
    bytes.insert(bytes.end(), hash.bytes.begin(), hash.bytes.end());
  return bytes;
}

std::optional<ContentInfo> read_layer(const std::string& path, std::uint64_t size) {
  const auto bytes = read_small_file(path, kMaxLayerBytes);
  const std::size_t pieces = bt::Shape::of(size).piece_count;
  if (!bytes || !*bytes || (**bytes).size() != (pieces + 1) * Sha256::kSize) return std::nullopt;
  const ByteView view(**bytes);
  ContentInfo info{ContentId::from(view.first(ContentId::kSize)), size, {}};
  for (std::size_t i = 1; i <= pieces; ++i)
    info.piece_layer.push_back(Sha256::from(view.subspan(i * Sha256::kSize, Sha256::kSize)));
  return info;
}

Result<std::optional<ContentInfo>> bundle_of(const std::string& lists,
                                             const FolderFiles& files,
                                             const std::stop_token& stop) {
  if (files.list.bundle_bytes() == 0) return std::optional<ContentInfo>();
  if (auto kept = kept_bundle(lists, files)) return kept;
  auto bundle = hash_parts(files.bundle(), stop);
  if (!bundle) return bundle.error();
  const std::string path = layer_path(lists, files.key);
  if (Status done = replace_file(path, layer_bytes(*bundle), kPrivateFile); !done)
    return done.error();
  return std::optional(std::move(*bundle));
}

}  // namespace

FolderParts FolderFiles::bundle() const {
  return parts_of(*this, true, 1);
}

FolderParts FolderFiles::all(std::uint32_t alignment) const {
  return parts_of(*this, false, alignment);
}

Result<FolderFiles> files_of_folder(const std::string& base,
                                    const std::string& folder,
                                    const std::vector<CatalogueFile>& files) {
  std::vector<bt::ListedFile> unsorted;
  for (const CatalogueFile& file : files) {
    if (!file.content) return Error{ErrorCode::invalid, "not all of its files are hashed yet"};
    unsorted.push_back(listed(file, folder.size()));
  }
  std::vector<std::size_t> order(files.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return unsorted[a].path < unsorted[b].path;
  });
  FolderFiles sorted;
  for (const std::size_t i : order) {
    sorted.list.files.push_back(std::move(unsorted[i]));
    sorted.where.push_back({.base = base, .relative = files[i].relative, .stamp = files[i].stamp});
  }
  // As if there was a bundle, whose id follows from the rest.
  if (sorted.list.bundle_bytes() > 0) sorted.list.bundle = ContentId{};
  if (Status fine = bt::check_folder_list(sorted.list); !fine) return fine.error();
  sorted.key = bt::sha256(bt::encode_folder_list(sorted.list));
  return sorted;
}

Result<KeptFolder> keep_folder(const std::string& lists,
                               const FolderFiles& files,
                               const std::stop_token& stop) {
  if (auto made = make_folders(lists, S_IRWXU); !made) return made.error();
  auto bundle = bundle_of(lists, files, stop);
  if (!bundle) return bundle.error();
  bt::FolderList list = files.list;
  if (*bundle) list.bundle = (*bundle)->id;
  const Bytes encoded = bt::encode_folder_list(list);
  if (!bt::read_folder_list(encoded))
    return Error{ErrorCode::invalid, "its list would be longer than others take"};
  const std::string path = list_path(lists, files.key);
  const auto before = read_small_file(path, encoded.size());
  if (!before || !*before || **before != encoded) {
    if (Status done = replace_file(path, encoded, kPrivateFile); !done) return done.error();
  }
  const auto stamp = examine_file(path);
  if (!stamp) return stamp.error();
  FileRef file{.base = lists, .relative = files.key.hex() + ".list", .stamp = *stamp};
  auto info = hash_file(file, stop);
  if (!info) return info.error();
  return KeptFolder{
      .list = std::move(*info), .list_file = std::move(file), .bundle = std::move(*bundle)};
}

std::optional<ContentInfo> kept_bundle(const std::string& lists, const FolderFiles& files) {
  return read_layer(layer_path(lists, files.key), files.list.bundle_bytes());
}

void drop_folder(const std::string& lists, const Sha256& key) {
  ::unlink(list_path(lists, key).c_str());
  ::unlink(layer_path(lists, key).c_str());
}

}  // namespace freshet::store
