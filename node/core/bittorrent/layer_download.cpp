#include "node/core/bittorrent/layer_download.h"

#include <algorithm>
#include <utility>

#include "node/wire/bt/merkle.h"

namespace freshet::core::bittorrent {

using namespace wire::bt;  // NOLINT(google-build-using-namespace): its own vocabulary

LayerDownload::LayerDownload(const TorrentLayout& layout) : layout_(layout) {
  for (std::size_t i = 0; i < layout_.files.size(); ++i) {
    const TorrentFileSpan& file = layout_.files[i];
    if (!layout_.lacks_layer_of(file)) continue;
    for (const auto& request : piece_layer_requests(*file.content, layout_.shape_of(file))) {
      const Key key{request.root, request.index};
      const auto [at, is_new] = lacked_.try_emplace(key, Group{.request = request, .files = {}});
      at->second.files.push_back(i);
      if (is_new) waiting_.push_back(key);
    }
  }
}

std::optional<HashRequest> LayerDownload::next() {
  if (waiting_.empty() || asked_.size() >= kAhead) return std::nullopt;
  asked_.push_back(waiting_.front());
  waiting_.pop_front();
  return lacked_.at(asked_.back()).request;
}

bool LayerDownload::is_asked(const HashRequest& request) const {
  const Key key{request.root, request.index};
  const bool is_on = std::find(asked_.begin(), asked_.end(), key) != asked_.end();
  return is_on && lacked_.at(key).request == request;
}

LayerDownload::Taken LayerDownload::take(const Hashes& answer) {
  if (!is_asked(answer.request)) return Taken::unasked;
  const auto group = lacked_.find(Key{answer.request.root, answer.request.index});
  const TorrentFileSpan& first = layout_.files[group->second.files.front()];
  const Shape shape = layout_.shape_of(first);
  if (!proves(answer.request, answer.hashes, shape)) return Taken::bad;
  const std::size_t count =
      std::min(answer.request.length, shape.piece_count - answer.request.index);
  const auto layer = std::span(answer.hashes).first(count);
  // Over bytes there is no such node; here zero says that it is not known.
  if (std::any_of(layer.begin(), layer.end(), [](const Sha256& node) { return node.is_zero(); }))
    return Taken::bad;
  for (const std::size_t file : group->second.files)
    layout_.learn(layout_.files[file], answer.request.index, layer);
  std::erase(asked_, group->first);
  lacked_.erase(group);
  return lacked_.empty() ? Taken::whole : Taken::more;
}

std::uint64_t LayerDownload::lacked_bytes() const {
  std::uint64_t bytes = 0;
  for (const auto& [key, group] : lacked_)
    bytes += std::uint64_t{group.request.length} * Sha256::kSize;
  return bytes;
}

void LayerDownload::give_back() {
  waiting_.insert(waiting_.begin(), asked_.begin(), asked_.end());
  asked_.clear();
}

}  // namespace freshet::core::bittorrent
