#include "node/io/host/torrent_mesh_phase.h"

#include <set>
#include <utility>

#include "node/store/torrent_place.h"

namespace freshet::io {
namespace {

// So often it is judged; it must have brought so much since, unless the user limits it.
constexpr std::chrono::seconds kMeshLook{10};
constexpr std::uint64_t kLeastOfMesh = std::uint64_t{640} * 1024;
// Nothing verified for so long: it is no source.
constexpr std::chrono::seconds kMeshStuck{30};

// Blocking: what of it is not in its place, and can be had by its content's id.
Result<std::vector<TorrentMesh::File>> lacked_files(const wire::bt::TorrentLayout& layout,
                                                    const std::string& folder,
                                                    const std::string& name) {
  const auto place = store::place_of(layout, folder, name);
  if (!place) return place.error();
  std::vector<TorrentMesh::File> lacked;
  for (const store::PlacedFile& file : place->files) {
    if (!file.content || store::is_there(file)) continue;
    lacked.push_back({.content = *file.content,
                      .size_bytes = file.size_bytes,
                      .folder = file.folder,
                      .name = file.name});
  }
  return lacked;
}

}  // namespace

TorrentMeshPhase::TorrentMeshPhase(const Parts& parts, Wish wish, Told told)
    : parts_(parts),
      wish_(std::move(wish)),
      told_(std::move(told)) {}

void TorrentMeshPhase::begin() {
  parts_.disk.submit([weak = weak_from_this(),
                      layout = wish_.layout,
                      folder = wish_.folder,
                      name = wish_.name]() -> WorkerPool::Completion {
    auto lacked = lacked_files(*layout, folder, name);
    return [weak, lacked = std::move(lacked)] {
      const auto self = weak.lock();
      if (self && !self->over_) self->on_lacked(lacked);
    };
  });
}

void TorrentMeshPhase::on_lacked(const Result<std::vector<TorrentMesh::File>>& lacked) {
  if (!lacked) {
    over_ = true;
    told_.failed(lacked.error());
    return;
  }
  if (lacked->empty()) {
    on_over({});
    return;
  }
  const auto weak = weak_from_this();
  mesh_ = std::make_shared<TorrentMesh>(
      parts_.fetches,
      parts_.find,
      TorrentMesh::Wish{.files = *lacked, .rate = wish_.rate, .share = !wish_.layout->is_folder},
      TorrentMesh::Told{.moved =
                            [weak] {
                              if (const auto self = weak.lock()) self->told_.moved();
                            },
                        .over =
                            [weak](const std::vector<std::string>& arrived) {
                              if (const auto self = weak.lock()) self->on_over(arrived);
                            }});
  const auto mesh = mesh_;  // it may be over at once
  mesh->begin();
}

void TorrentMeshPhase::on_over(const std::vector<std::string>& arrived) {
  if (std::exchange(over_, true)) return;
  brought_bytes_ = verified_bytes();
  mesh_.reset();
  told_.over(arrived);
}

void TorrentMeshPhase::judge(TimePoint now, bool is_limited, bool has_others) {
  if (!mesh_) return;
  const std::uint64_t bytes = mesh_->verified_bytes();
  if (!mark_) mark_ = {.at = now, .bytes = bytes, .moved_at = now};
  if (bytes > mark_->last) mark_->moved_at = now;
  mark_->last = bytes;
  if (now - mark_->at < kMeshLook) return;
  const bool is_slow = !is_limited && bytes - mark_->bytes < kLeastOfMesh;
  mark_->at = now;
  mark_->bytes = bytes;
  if (!is_slow || !has_others) return;
  const auto mesh = mesh_;  // it is over then
  mesh->give_up();
}

bool TorrentMeshPhase::is_stuck(TimePoint now) const {
  return mesh_ && mark_ && now - mark_->moved_at >= kMeshStuck;
}

void TorrentMeshPhase::drop_left() const {
  const auto place = store::place_of(*wish_.layout, wish_.folder, wish_.name);
  if (!place) return;
  std::set<Fetches::Place> places;
  for (const store::PlacedFile& file : place->files) {
    if (file.content)
      places.insert({.content = *file.content, .folder = file.folder, .name = file.name});
  }
  parts_.fetches.drop_left(places);
}

void TorrentMeshPhase::leave() {
  if (mesh_) mesh_->leave();
  drop();
}

void TorrentMeshPhase::drop() {
  over_ = true;
  if (mesh_) mesh_->drop();
}

std::uint64_t TorrentMeshPhase::verified_bytes() const {
  return mesh_ ? mesh_->verified_bytes() : brought_bytes_;
}

}  // namespace freshet::io
