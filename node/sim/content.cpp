#include "node/sim/content.h"

#include <algorithm>
#include <string>
#include <utility>

namespace freshet::sim {
namespace {

bool matches(const wire::HitFile& file, const wire::Query& query) {
  if (query.content) return file.content == query.content;
  return std::all_of(query.terms.begin(), query.terms.end(), [&](const std::string& term) {
    return file.name.find(term) != std::string::npos;
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

}  // namespace freshet::sim
