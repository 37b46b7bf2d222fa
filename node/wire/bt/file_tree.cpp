#include "node/wire/bt/file_tree.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "node/wire/bt/merkle.h"
#include "node/wire/bt/path_rules.h"

namespace freshet::wire::bt {
namespace {

using TreePath = std::vector<std::string>;

void write_leaf(BencodeWriter& out, const TreeFile& file) {
  out.key(file.path.back()).begin_dictionary().key("").begin_dictionary();
  out.key("length").integer(static_cast<std::int64_t>(file.size_bytes));
  if (file.content) out.key("pieces root").bytes(file.content->view());
  out.end().end();
}

std::string place(const TreePath& path) {
  return "its file " + shown(path.back());
}

Status read_leaf(const Bencoded::Value& leaf, const TreePath& path, std::vector<TreeFile>& files) {
  const auto found = leaf.find("length");
  const auto length = found ? found->integer() : std::nullopt;
  if (!length) return Error::invalid(place(path) + " has no length");
  if (*length < 0 || static_cast<std::uint64_t>(*length) > kMaxContentBytes)
    return Error::invalid(place(path) + " has an impossible length: " + std::to_string(*length));
  const auto attributes = leaf.find("attr");
  if (attributes && attributes->text().value_or("").find('l') != std::string_view::npos)
    return Error::invalid(place(path) + " is a symbolic link, which is not fetched");
  TreeFile file{.path = path, .size_bytes = static_cast<std::uint64_t>(*length)};
  const auto root = leaf.find("pieces root");
  const auto bytes = root ? root->bytes() : std::nullopt;
  if (bytes && bytes->size() == ContentId::kSize) file.content = ContentId::from(*bytes);
  if ((file.size_bytes == 0) == file.content.has_value())
    return Error::invalid(place(path) + " has a length that does not go with its pieces root");
  files.push_back(std::move(file));
  return kOk;
}

// As deep as bencoding is read at most.
Status read_folder(const Bencoded::Value& tree,  // NOLINT(misc-no-recursion)
                   std::size_t most,
                   TreePath& path,
                   std::vector<TreeFile>& files) {
  if (tree.type() != Bencoded::Type::dictionary)
    return Error::invalid("its file tree is no tree of dictionaries");
  for (auto entry = tree.first(); entry; entry = entry->next()) {
    // Before it is copied to every file below.
    path.emplace_back(text_of(entry->key()));
    if (Status fine = check_component(path.back(), "a file"); !fine) return fine;
    if (Status fine = check_path(path, "a file"); !fine) return fine;
    const auto leaf = entry->find("");
    if (!leaf) {
      if (Status read = read_folder(*entry, most, path, files); !read) return read;
    } else if (entry->first()->next()) {
      return Error::invalid(place(path) + " is a folder, too");
    } else if (files.size() >= most) {
      return Error::invalid("it has more than " + std::to_string(most) + " files");
    } else if (Status read = read_leaf(*leaf, path, files); !read) {
      return read;
    }
    path.pop_back();
  }
  return kOk;
}

}  // namespace

void write_file_tree(BencodeWriter& out, const std::vector<TreeFile>& files) {
  TreePath open;
  out.begin_dictionary();
  for (const TreeFile& file : files) {
    const std::size_t folders = file.path.size() - 1;
    std::size_t same = 0;
    while (same < std::min(folders, open.size()) && open[same] == file.path[same]) ++same;
    for (; open.size() > same; open.pop_back()) out.end();
    for (; open.size() < folders; open.push_back(file.path[open.size()]))
      out.key(file.path[open.size()]).begin_dictionary();
    write_leaf(out, file);
  }
  for (std::size_t i = 0; i <= open.size(); ++i) out.end();
}

Result<std::vector<TreeFile>> read_file_tree(const Bencoded::Value& tree, std::size_t most) {
  std::vector<TreeFile> files;
  TreePath path;
  if (Status read = read_folder(tree, most, path, files); !read) return read.error();
  return files;
}

}  // namespace freshet::wire::bt
