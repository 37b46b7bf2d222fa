#include "node/wire/bt/folder_list.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "node/wire/bt/bencode.h"
#include "node/wire/bt/merkle.h"
#include "node/wire/bt/path_rules.h"
#include "node/wire/bt/torrent_layout.h"

namespace freshet::wire::bt {
namespace {

using Value = Bencoded::Value;
using Path = std::vector<std::string>;

// A folder has a value, and a file four.
constexpr Bencoded::Limits kLimits{.max_depth = kMaxTorrentPathDepth + 4,
                                   .max_nodes = kMaxFolderFiles * 12 + 16};

Status check_file(const ListedFile& file) {
  if (Status fine = check_path(file.path, "a file of it"); !fine) return fine;
  if (file.size_bytes > kMaxContentBytes)
    return Error::invalid("a file of it has an impossible length");
  if ((file.size_bytes == 0) == file.content.has_value())
    return Error::invalid("a file of it has a length that does not go with its id");
  return kOk;
}

std::optional<ContentId> read_id(const std::optional<Value>& value) {
  const auto bytes = value ? value->bytes() : std::nullopt;
  if (!bytes || bytes->size() != ContentId::kSize) return std::nullopt;
  return ContentId::from(*bytes);
}

}  // namespace

std::uint64_t FolderList::size_bytes() const {
  std::uint64_t sum = 0;
  for (const ListedFile& file : files) sum += file.size_bytes;
  return sum;
}

std::uint64_t FolderList::bundle_bytes() const {
  std::uint64_t sum = 0;
  for (const ListedFile& file : files) sum += is_bundled(file) ? file.size_bytes : 0;
  return sum;
}

Status check_folder_list(const FolderList& list) {
  if (list.files.empty()) return Error::invalid("there is no file in it");
  if (list.files.size() > kMaxFolderFiles)
    return Error::invalid("it has more than " + std::to_string(kMaxFolderFiles) + " files");
  std::vector<Path> paths;
  std::uint64_t sum = 0;
  for (const ListedFile& file : list.files) {
    if (Status fine = check_file(file); !fine) return fine;
    if (!paths.empty() && paths.back() >= file.path)
      return Error::invalid("its files are not sorted");
    sum += file.size_bytes;
    if (sum > kMaxContentBytes) return Error::invalid("its files are too long together");
    paths.push_back(file.path);
  }
  if ((list.bundle_bytes() > 0) != list.bundle.has_value())
    return Error::invalid("its small files and their bundle do not go together");
  return check_paths(paths);
}

Bytes encode_folder_list(const FolderList& list) {
  BencodeWriter out;
  out.begin_dictionary();
  if (list.bundle) out.key("bundle").bytes(list.bundle->view());
  out.key("file tree");
  write_file_tree(out, list.files);
  return out.end().take();
}

Result<FolderList> read_folder_list(ByteView bytes) {
  const Error malformed = Error::invalid("it is no list of a folder's files");
  if (bytes.size() > kMaxFolderListBytes) return malformed;
  const auto document = Bencoded::parse(bytes, kLimits);
  if (!document || document->root().type() != Bencoded::Type::dictionary) return malformed;
  const auto tree = document->root().find("file tree");
  FolderList list;
  list.bundle = read_id(document->root().find("bundle"));
  if (!tree) return malformed;
  auto files = read_file_tree(*tree, kMaxFolderFiles);
  if (!files) return malformed;
  list.files = std::move(*files);
  if (Status fine = check_folder_list(list); !fine) return fine.error();
  const Bytes again = encode_folder_list(list);
  if (!std::equal(again.begin(), again.end(), bytes.begin(), bytes.end())) return malformed;
  return list;
}

}  // namespace freshet::wire::bt
