#include "node/io/host/torrent_disk.h"

#include <utility>

#include <spdlog/spdlog.h>

#include "node/store/placed_layers.h"

namespace freshet::io {
namespace {

// Written in one go.
constexpr std::size_t kRunBytes = std::size_t{256} * 1024;

void checkpoint(store::TorrentStorage& storage) {
  if (const Status synced = storage.checkpoint(); !synced)
    spdlog::warn("torrent: {}", synced.error().message);
}

Result<TorrentDisk::Layout> with_placed_layers(const store::TorrentStorage::Spec& spec) {
  const auto place = store::place_of(*spec.layout, spec.folder, spec.name);
  if (!place) return place.error();
  auto layout = std::make_shared<wire::bt::TorrentLayout>(*spec.layout);
  if (Status learned = store::learn_placed_layers(*layout, *place, spec.stop); !learned)
    return learned.error();
  return TorrentDisk::Layout(std::move(layout));
}

}  // namespace

TorrentDisk::TorrentDisk(WorkerPool& pool, WorkerPool& readers, std::string partials, Told told)
    : pool_(pool),
      readers_(readers),
      partials_(std::move(partials)),
      told_(std::move(told)) {}

void TorrentDisk::learn_layers(store::TorrentStorage::Spec spec,
                               std::function<void(const Layout&)> learned) {
  spec.stop = stop_.get_token();
  pool_.submit([weak = weak_from_this(),
                spec = std::move(spec),
                learned = std::move(learned)]() -> WorkerPool::Completion {
    auto layout = with_placed_layers(spec);
    return [weak, learned, layout = std::move(layout)] {
      const auto self = weak.lock();
      if (!self || self->stop_.stop_requested()) return;
      if (layout) {
        learned(*layout);
      } else {
        self->told_.failed(layout.error());
      }
    };
  });
}

void TorrentDisk::open(store::TorrentStorage::Spec spec) {
  spec.stop = stop_.get_token();
  pool_.submit([weak = weak_from_this(),
                partials = partials_,
                spec = std::move(spec)]() -> WorkerPool::Completion {
    auto opened = store::TorrentStorage::open(partials, spec);
    if (!opened) {
      return [weak, error = opened.error()] {
        const auto self = weak.lock();
        if (self && !self->stop_.stop_requested()) self->told_.failed(error);
      };
    }
    auto storage = std::make_shared<store::TorrentStorage>(std::move(*opened));
    return [weak, storage, have = storage->verified(), reader = storage->reader()] {
      const auto self = weak.lock();
      if (!self || self->stop_.stop_requested()) return;
      self->storage_ = storage;
      self->reader_ = reader;
      self->told_.opened(have);
    };
  });
}

void TorrentDisk::keep(std::uint64_t offset, ByteView bytes) {
  pending_bytes_ += bytes.size();
  if (!pending_.empty() && !pending_.back().verify) {
    Kept& last = pending_.back();
    if (last.offset + last.bytes.size() == offset && last.bytes.size() < kRunBytes) {
      last.bytes.insert(last.bytes.end(), bytes.begin(), bytes.end());
      return;
    }
  }
  pending_.push_back(
      {.offset = offset, .bytes = Bytes(bytes.begin(), bytes.end()), .verify = std::nullopt});
}

void TorrentDisk::verify(std::uint32_t piece) {
  pending_.push_back({.offset = 0, .bytes = {}, .verify = piece});
}

void TorrentDisk::flush() {
  if (pending_.empty() || !storage_) return;
  const std::size_t bytes = std::exchange(pending_bytes_, 0);
  unwritten_bytes_ += bytes;
  auto kept = std::make_shared<std::vector<Kept>>(std::exchange(pending_, {}));
  pool_.submit(
      [weak = weak_from_this(), storage = storage_, kept, bytes]() -> WorkerPool::Completion {
        std::vector<Judged> judged;
        const Status written = carry_out(*storage, *kept, judged);
        return [weak, bytes, judged = std::move(judged), written] {
          if (const auto self = weak.lock()) self->on_written(bytes, judged, written);
        };
      });
}

// On the worker.
Status TorrentDisk::carry_out(store::TorrentStorage& storage,
                              const std::vector<Kept>& kept,
                              std::vector<Judged>& judged) {
  for (const Kept& each : kept) {
    if (!each.verify) {
      if (Status written = storage.write(each.offset, each.bytes); !written) return written;
      continue;
    }
    const auto good = storage.verify(*each.verify);
    if (!good) return good.error();
    judged.push_back({.piece = *each.verify, .good = *good});
  }
  return kOk;
}

void TorrentDisk::on_written(std::size_t bytes,
                             const std::vector<Judged>& judged,
                             const Status& written) {
  unwritten_bytes_ -= bytes;
  if (stop_.stop_requested()) return;
  if (written) {
    told_.written(judged);
  } else {
    told_.failed(written.error());
  }
}

void TorrentDisk::finish(Finished done) {
  pool_.submit([weak = weak_from_this(),
                storage = storage_,
                reader = reader_,
                done = std::move(done)]() -> WorkerPool::Completion {
    auto finished = storage->finish();
    const auto stamp = reader->stamp();
    return [weak, done, finished = std::move(finished), stamp] {
      const auto self = weak.lock();
      if (!self || self->stop_.stop_requested()) return;
      self->finished_ = stamp ? *stamp : store::FileStamp{};  // none fits: nothing is read
      done(finished);
    };
  });
}

void TorrentDisk::read(std::uint64_t offset, std::uint32_t length, BlockRead done) {
  readers_.submit([weak = weak_from_this(),
                   reader = reader_,
                   expected = finished_,
                   offset,
                   length,
                   done = std::move(done)]() -> WorkerPool::Completion {
    auto read = reader->read(offset, length, expected);
    std::optional<Bytes> bytes;
    if (read) bytes = std::move(*read);
    return [weak, done, bytes = std::move(bytes)] {
      const auto self = weak.lock();
      if (self && !self->stop_.stop_requested()) done(bytes);
    };
  });
}

// The last one that closes a large file waits for the disk.
void TorrentDisk::let_go() {
  if (!storage_) return;
  pool_.submit([storage = std::exchange(storage_, nullptr),
                reader = std::exchange(reader_, nullptr)]() mutable -> WorkerPool::Completion {
    storage.reset();
    reader.reset();
    return {};
  });
}

bool TorrentDisk::is_behind() const {
  return unwritten_bytes_ >= kMaxUnwrittenBytes;
}

void TorrentDisk::stop() {
  stop_.request_stop();
}

void TorrentDisk::pause() {
  stop();
  if (!storage_) return;
  pool_.submit([storage = storage_]() -> WorkerPool::Completion {
    checkpoint(*storage);
    return {};
  });
}

void TorrentDisk::sync() {
  if (storage_) checkpoint(*storage_);
}

}  // namespace freshet::io
