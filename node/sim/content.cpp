#include "node/sim/content.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "node/core/word_hash.h"

namespace freshet::sim {
namespace {

bool is_of_word(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// Calls `use` with each word.
template <typename Use>
void each_word(std::string_view name, Use use) {
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= name.size(); ++i) {
    if (i < name.size() && is_of_word(name[i])) continue;
    if (i > begin) use(name.substr(begin, i - begin));
    begin = i + 1;
  }
}

bool has_word(std::string_view name, std::string_view wanted) {
  bool found = false;
  each_word(name, [&](std::string_view word) { found = found || word == wanted; });
  return found;
}

bool matches(const wire::HitFile& file, const wire::Query& query) {
  if (query.content) return file.content == query.content;
  return std::all_of(query.terms.begin(), query.terms.end(), [&](const std::string& term) {
    return has_word(file.name, term);
  });
}

}  // namespace

void FileTable::add(NodeIndex node, wire::HitFile file) {
  const auto place =
      std::upper_bound(held_.begin(), held_.end(), node, [](NodeIndex wanted, const Held& held) {
        return wanted < held.node;
      });
  held_.insert(place, {.node = node, .file = std::move(file)});
}

std::vector<wire::HitFile> FileTable::find(NodeIndex node,
                                           const wire::Query& query,
                                           std::uint32_t limit) const {
  std::vector<wire::HitFile> found;
  auto held =
      std::lower_bound(held_.begin(), held_.end(), node, [](const Held& each, NodeIndex wanted) {
        return each.node < wanted;
      });
  for (; held != held_.end() && held->node == node && found.size() < limit; ++held) {
    if (matches(held->file, query)) found.push_back(held->file);
  }
  return found;
}

std::vector<std::uint32_t> FileTable::word_hashes(NodeIndex node) const {
  std::vector<std::uint32_t> hashes;
  for (const Held& held : held_) {
    if (held.node != node) continue;
    each_word(held.file.name,
              [&](std::string_view word) { hashes.push_back(core::hash_word(word)); });
  }
  return hashes;
}

}  // namespace freshet::sim
