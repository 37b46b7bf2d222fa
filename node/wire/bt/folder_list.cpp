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

void write_file(BencodeWriter& out, const ListedFile& file) {
  out.key(file.path.back()).begin_dictionary().key("").begin_dictionary();
  out.key("length").integer(static_cast<std::int64_t>(file.size_bytes));
  if (file.content) out.key("pieces root").bytes(file.content->view());
  out.end().end();
}

void write_tree(BencodeWriter& out, const std::vector<ListedFile>& files) {
  Path open;
  out.begin_dictionary();
  for (const ListedFile& file : files) {
    const std::size_t folders = file.path.size() - 1;
    std::size_t same = 0;
    while (same < std::min(folders, open.size()) && open[same] == file.path[same]) ++same;
    for (; open.size() > same; open.pop_back()) out.end();
    for (; open.size() < folders; open.push_back(file.path[open.size()]))
      out.key(file.path[open.size()]).begin_dictionary();
    write_file(out, file);
  }
  for (std::size_t i = 0; i <= open.size(); ++i) out.end();
}

std::optional<ContentId> read_id(const std::optional<Value>& value) {
  const auto bytes = value ? value->bytes() : std::nullopt;
  if (!bytes || bytes->size() != ContentId::kSize) return std::nullopt;
  return ContentId::from(*bytes);
}

// False: what is malformed shows when it is encoded again, or is refused at once.
bool read_file(const Value& file, const Path& path, FolderList& list) {
  const auto found = file.find("length");
  const auto length = found ? found->integer() : std::nullopt;
  if (!length || *length < 0 || list.files.size() >= kMaxFolderFiles) return false;
  list.files.push_back({.path = path,
                        .size_bytes = static_cast<std::uint64_t>(*length),
                        .content = read_id(file.find("pieces root"))});
  return true;
}

// As deep as bencoding is read at most.
bool read_tree(const Value& tree, Path& path, FolderList& list) {  // NOLINT(misc-no-recursion)
  if (tree.type() != Bencoded::Type::dictionary) return false;
  for (auto entry = tree.first(); entry; entry = entry->next()) {
    if (entry->type() != Bencoded::Type::dictionary) return false;
    // Before it is copied to every file below.
    path.emplace_back(text_of(entry->key()));
    if (!check_component(path.back(), "") || !check_path(path, "")) return false;
    const auto file = entry->find("");
    if (!(file ? read_file(*file, path, list) : read_tree(*entry, path, list))) return false;
    path.pop_back();
  }
  return true;
}

}  // namespace

std::uint64_t FolderList::size_bytes() const {
  std::uint64_t sum = 0;
  for (const ListedFile& file : files) sum += file.size_bytes;
  return sum;
}

std::uint64_t FolderList::bundle_bytes() const {
  std::uint64_t sum = 0;
  for (const ListedFile& file : files) sum += file.is_bundled() ? file.size_bytes : 0;
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
  write_tree(out, list.files);
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
  Path path;
  if (!tree || !read_tree(*tree, path, list)) return malformed;
  if (Status fine = check_folder_list(list); !fine) return fine.error();
  const Bytes again = encode_folder_list(list);
  if (!std::equal(again.begin(), again.end(), bytes.begin(), bytes.end())) return malformed;
  return list;
}

}  // namespace freshet::wire::bt
