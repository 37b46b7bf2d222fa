#include "node/io/host/metadata_reads.h"

#include <array>
#include <cstring>
#include <utility>

#include <asio/io_context.hpp>
#include <spdlog/spdlog.h>

#include "node/core/search/file_kinds.h"
#include "node/io/host/escape.h"
#include "node/store/file_io.h"
#include "node/store/media_signature.h"
#include "node/store/shared_file.h"

namespace freshet::io {
namespace {

constexpr std::size_t kKeptPerTransaction = 64;
// A worker that has nothing to do is memory for nothing; starting one takes some 30 ms.
constexpr std::chrono::seconds kIdle{10};
// From the catalogue to the table in memory at one time.
constexpr std::size_t kLoadedPerBatch = 512;

std::uint64_t front_of(const ContentId& content) {
  std::uint64_t front = 0;
  std::memcpy(&front, content.bytes.data(), sizeof(front));
  return front;
}

}  // namespace

bool may_have_metadata(std::string_view name) {
  const std::string extension = core::search::extension_of(name);
  if (extension == "pdf") return true;
  const auto kind = core::search::kind_of_extension(extension);
  return kind == wire::FileKind::audio || kind == wire::FileKind::video
         || kind == wire::FileKind::image;
}

MetadataReads::MetadataReads(asio::io_context& io, std::vector<std::string> command, Needs needs)
    : command_(std::move(command)),
      needs_(std::move(needs)),
      idle_(io),
      worker_(command_.empty() ? nullptr : std::make_shared<store::MetadataWorker>(command_)),
      pool_(io, 1, true) {}

void MetadataReads::load() {
  if (command_.empty()) return;
  needs_.catalogue_pool.submit([this, stop = ended_.get_token()]() -> WorkerPool::Completion {
    std::vector<store::KnownMetadata> batch;
    const auto hand_over = [&] {
      needs_.catalogue_pool.post([this, known = std::exchange(batch, {})] {
        for (const store::KnownMetadata& one : known) {
          if (one.metadata.empty()) {
            tried_.insert(front_of(one.content));
          } else {
            table_.add(one.content, one.metadata);
          }
        }
      });
    };
    const Status read =
        needs_.catalogue.for_each_metadata([&](const store::KnownMetadata& one) -> Status {
          if (stop.stop_requested())
            return Error{.code = ErrorCode::canceled, .message = "stopped"};
          batch.push_back(one);
          if (batch.size() >= kLoadedPerBatch) hand_over();
          return kOk;
        });
    if (!batch.empty()) hand_over();
    if (read) return {};
    return [error = read.error()] {
      spdlog::error("catalogue: {}", error.message);
    };
  });
}

void MetadataReads::loaded() {
  if (command_.empty()) return;
  needs_.catalogue_pool.submit([this]() -> WorkerPool::Completion {
    static_cast<void>(needs_.catalogue.forget_unused_metadata());  // the next start does it
    return {};
  });
}

std::shared_ptr<const wire::FileMetadata> MetadataReads::of(const ContentId& content) const {
  return table_.find(content);
}

void MetadataReads::add(store::FileId file, const ContentId& content, std::string_view name) {
  if (command_.empty() || !may_have_metadata(name) || tried_.contains(front_of(content))) return;
  waiting_.insert(file);
  fill();
}

void MetadataReads::pause(bool paused) {
  if (std::exchange(paused_, paused) == paused) return;
  if (paused) {
    stop_.request_stop();
    return;
  }
  stop_ = std::stop_source();
  fill();
}

void MetadataReads::fill() {
  while (!running_ && !paused_) {
    const auto file = waiting_.pop_lowest();
    if (!file) return;
    auto place = needs_.locate(*file);
    if (!place) continue;
    if (knows(place->content)) {  // another file had the same content
      needs_.known(*file);
      continue;
    }
    start(*file, std::move(*place));
  }
}

void MetadataReads::start(store::FileId file, Place place) {
  running_ = true;
  idle_.cancel();
  pool_.submit([this, file, place = std::move(place), worker = worker_, stop = stop_.get_token()]()
                   -> WorkerPool::Completion {
    Ran ran{.file = file, .content = place.content};
    read(*worker, place.where, stop, ran);
    ran.workers = worker->starts();
    return [this, ran = std::move(ran)]() mutable {
      finish(std::move(ran));
    };
  });
}

// On a worker thread.
void MetadataReads::read(store::MetadataWorker& worker,
                         const store::FileRef& where,
                         const std::stop_token& stop,
                         Ran& ran) {
  const auto file = store::open_shared_file(where);
  if (!file) {
    ran.outcome = Outcome::gone;  // or changed: it is hashed again, and comes again
    return;
  }
  std::array<Byte, store::kSignatureBytes> front{};
  const auto got = store::read_some_at(file->get(), 0, front, where.relative);
  if (!got || !store::begins_like_media(ByteView(front).first(*got))) return;
  auto metadata = worker.read(file->get(), stop);
  if (metadata) {
    ran.outcome = Outcome::read;
    ran.metadata = std::move(*metadata);
    return;
  }
  ran.problem = metadata.error().message;
  if (metadata.error().code == ErrorCode::canceled) {
    ran.outcome = Outcome::canceled;
  } else {
    ran.outcome =
        metadata.error().code == ErrorCode::invalid ? Outcome::broken : Outcome::no_worker;
  }
}

void MetadataReads::finish(Ran ran) {
  running_ = false;
  counters_.workers = ran.workers;
  if (ran.outcome == Outcome::canceled) {
    waiting_.insert(ran.file);
  } else if (ran.outcome == Outcome::no_worker) {
    spdlog::warn("no metadata of files is read until the next start: {}", ran.problem);
    waiting_ = {};
    paused_ = true;
  } else if (ran.outcome != Outcome::gone) {
    keep(std::move(ran));
  }
  fill();
  if (!running_) rest();
}

void MetadataReads::keep(Ran ran) {
  if (ran.outcome == Outcome::read) ++counters_.files_read;
  if (ran.outcome == Outcome::broken) {
    ++counters_.files_failed;
    spdlog::warn("metadata of the content {}: {}", ran.content.hex(), ran.problem);
  }
  unsaved_.push_back({.content = ran.content, .metadata = std::move(ran.metadata)});
  const wire::FileMetadata& metadata = unsaved_.back().metadata;
  if (metadata.empty()) {
    tried_.insert(front_of(ran.content));
  } else {
    table_.add(ran.content, metadata);
    needs_.known(ran.file);
  }
  if (unsaved_.size() >= kKeptPerTransaction) flush();
}

void MetadataReads::flush() {
  if (unsaved_.empty()) return;
  needs_.catalogue_pool.submit(
      [this, known = std::exchange(unsaved_, {})]() -> WorkerPool::Completion {
        const Status kept = needs_.catalogue.record_metadata(known);
        if (kept) return {};
        return [error = kept.error()] {
          spdlog::error("catalogue: {}", error.message);
        };
      });
}

void MetadataReads::rest() {
  flush();
  idle_.expires_after(kIdle);
  idle_.async_wait([this](const asio::error_code& canceled) {
    if (canceled || running_) return;
    pool_.submit([worker = worker_]() -> WorkerPool::Completion {
      worker->end();
      return {};
    });
  });
}

void MetadataReads::stop() {
  ended_.request_stop();
  stop_.request_stop();
  idle_.cancel();
  pool_.stop();
}

}  // namespace freshet::io
