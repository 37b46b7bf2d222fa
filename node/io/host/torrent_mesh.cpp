#include "node/io/host/torrent_mesh.h"

#include <algorithm>
#include <utility>

#include "node/store/file_io.h"

namespace freshet::io {
namespace {

// Files on their way at one time.
constexpr std::size_t kMeshFilesAtOnce = 8;
// For a source of one file, once some node had another of them.
constexpr std::chrono::milliseconds kMeshFilePatience{3000};
// Files that no node has: then the mesh is asked for no other.
constexpr std::uint32_t kMaxMeshMisses = 8;

}  // namespace

class TorrentMesh::Part final : public FetchObserver {
 public:
  using Ended = std::function<void(const Result<std::string>&)>;
  Part(std::weak_ptr<TorrentMesh> of, Ended ended) : of_(std::move(of)), ended_(std::move(ended)) {}
  void progress(std::uint64_t verified_bytes,
                std::uint64_t /*size*/,
                std::uint32_t sources) override {
    verified_bytes_ = verified_bytes;
    sources_ = sources;
    if (const auto of = of_.lock(); of && !of->over_) of->told_.moved();
  }
  void done(const std::string& path, std::uint64_t /*size*/, std::uint32_t /*sources*/) override {
    ended_(path);
  }
  void failed(const Error& error) override { ended_(error); }
  [[nodiscard]] std::uint64_t verified_bytes() const { return verified_bytes_; }
  [[nodiscard]] std::uint32_t sources() const { return sources_; }

 private:
  std::weak_ptr<TorrentMesh> of_;
  Ended ended_;
  std::uint64_t verified_bytes_ = 0;
  std::uint32_t sources_ = 0;
};

TorrentMesh::TorrentMesh(Fetches& fetches, Find find, Wish wish, Told told)
    : fetches_(fetches),
      find_(std::move(find)),
      wish_(std::move(wish)),
      told_(std::move(told)),
      waiting_(wish_.files.begin(), wish_.files.end()) {
  std::stable_sort(waiting_.begin(), waiting_.end(), [](const File& a, const File& b) {
    return a.size_bytes > b.size_bytes;
  });
}

void TorrentMesh::begin() {
  find_(waiting_.front().content,
        [self = shared_from_this()](Sources sources) { self->on_sources(std::move(sources)); });
}

void TorrentMesh::on_sources(Sources sources) {
  if (over_) return;
  if (!sources) {
    end();
    return;
  }
  sources_ = std::move(*sources);
  fetch_more();
}

void TorrentMesh::fetch_more() {
  const auto self = shared_from_this();
  const std::size_t most = wish_.rate == 0 ? kMeshFilesAtOnce : 1;  // the rate is one fetch's
  while (!over_ && parts_.size() < most) {
    // One content is fetched once at a time.
    const auto next = std::find_if(waiting_.begin(), waiting_.end(), [&](const File& file) {
      return !parts_.contains(file.content);
    });
    if (next == waiting_.end()) break;
    const File file = *next;
    waiting_.erase(next);
    fetch(file);
  }
  if (!over_ && parts_.empty() && waiting_.empty()) end();
}

void TorrentMesh::fetch(const File& file) {
  FetchWish wish{.content = file.content,
                 .name = file.name,
                 .folder = file.folder,
                 .size_claim = file.size_bytes,
                 .sources = sources_,
                 .patience = kMeshFilePatience,
                 .rate = wish_.rate,
                 .share = wish_.share};
  for (core::transfer::Source& source : wish.sources) source.size_claim = file.size_bytes;
  const auto part = std::make_shared<Part>(
      weak_from_this(), [weak = weak_from_this(), file](const Result<std::string>& path) {
        if (const auto self = weak.lock(); self && !self->over_) self->on_ended(file, path);
      });
  parts_[file.content] = part;
  fetches_.start(std::move(wish), part);
}

void TorrentMesh::on_ended(const File& file, const Result<std::string>& path) {
  parts_.erase(file.content);
  if (path && !file.again && store::parent_folder(*path) != file.folder) {
    waiting_.push_front(file);
    waiting_.front().again = true;
  } else if (path) {
    arrived_.push_back(*path);
    arrived_bytes_ += file.size_bytes;
  } else if (++misses_ >= kMaxMeshMisses) {
    waiting_.clear();
  }
  told_.moved();
  fetch_more();
}

void TorrentMesh::end() {
  over_ = true;
  told_.over(arrived_);
}

void TorrentMesh::give_up() {
  if (over_) return;
  leave();
  told_.over(arrived_);
}

void TorrentMesh::leave() {
  if (over_) return;
  for (const auto& [content, part] : parts_) fetches_.leave(content, part.get());
  drop();
}

void TorrentMesh::drop() {
  over_ = true;
  parts_.clear();
}

std::uint64_t TorrentMesh::verified_bytes() const {
  std::uint64_t bytes = arrived_bytes_;
  for (const auto& [content, part] : parts_) bytes += part->verified_bytes();
  return bytes;
}

std::uint32_t TorrentMesh::sources() const {
  std::uint32_t most = 0;
  for (const auto& [content, part] : parts_) most = std::max(most, part->sources());
  return most;
}

}  // namespace freshet::io
