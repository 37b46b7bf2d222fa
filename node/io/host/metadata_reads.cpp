#include "node/io/host/metadata_reads.h"

#include <algorithm>
#include <array>
#include <utility>

#include <asio/io_context.hpp>
#include <spdlog/spdlog.h>

#include "node/core/search/file_kinds.h"
#include "node/io/host/batches.h"
#include "node/io/host/escape.h"
#include "node/store/file_io.h"
#include "node/store/media_signature.h"
#include "node/store/shared_file.h"

namespace freshet::io {
namespace {

constexpr std::size_t kKeptPerTransaction = 64;
// A worker that has nothing to do is memory for nothing; starting one takes some 30 ms.
constexpr std::chrono::seconds kIdle{10};
// A program that could not be started, or processes that are too many.
constexpr std::chrono::minutes kRetry{1};
void say(const Status& failed) {
  if (!failed && failed.error().code != ErrorCode::canceled)
    spdlog::error("catalogue: {}", failed.error().message);
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
      retry_(io),
      worker_(command_.empty() ? nullptr : std::make_shared<store::MetadataWorker>(command_)),
      pool_(io, 1, true) {}

void MetadataReads::load() {
  if (command_.empty()) return;
  needs_.catalogue_pool.submit([this, stop = ended_.get_token()]() -> WorkerPool::Completion {
    Batches<store::KnownMetadata> known(needs_.catalogue_pool, stop, [this](const auto& batch) {
      for (const store::KnownMetadata& one : batch) table_.add(one.content, one.metadata);
    });
    const Status read = needs_.catalogue.for_each_metadata(
        [&](const store::KnownMetadata& one) { return known.add(one); });
    known.hand_over();
    return [read] {
      say(read);
    };
  });
}

void MetadataReads::resume() {
  if (command_.empty()) return;
  needs_.catalogue_pool.submit([this, stop = ended_.get_token()]() -> WorkerPool::Completion {
    static_cast<void>(needs_.catalogue.forget_unused_metadata());  // the next start does it
    Batches<store::FileId> unread(needs_.catalogue_pool, stop, [this](const auto& batch) {
      for (const store::FileId file : batch) waiting_.insert(file);
      fill();
    });
    const Status read = needs_.catalogue.for_each_unread(
        may_have_metadata, [&](store::FileId file) { return unread.add(file); });
    unread.hand_over();
    return [read] {
      say(read);
    };
  });
}

std::shared_ptr<const wire::FileMetadata> MetadataReads::of(const ContentId& content) const {
  return table_.find(content);
}

void MetadataReads::add(store::FileId file, std::string_view name) {
  if (command_.empty() || !may_have_metadata(name)) return;
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
  while (!running_ && !paused_ && !waits_for_worker_) {
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
  needs_.catalogue_pool.submit(
      [this, file, place = std::move(place)]() mutable -> WorkerPool::Completion {
        const auto known = needs_.catalogue.was_looked_into(place.content);
        return [this, file, place = std::move(place), is_known = known && *known]() mutable {
          if (is_known || is_unsaved(place.content)) {
            finish({.file = file, .content = place.content, .outcome = Outcome::gone});
          } else {
            read_on_worker(file, std::move(place));
          }
        };
      });
}

bool MetadataReads::is_unsaved(const ContentId& content) const {
  return std::ranges::find(unsaved_, content, &store::KnownMetadata::content) != unsaved_.end();
}

void MetadataReads::read_on_worker(store::FileId file, Place place) {
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
  std::array<Byte, store::kMediaSignatureBytes> front{};
  const auto got = store::read_some_at(file->get(), 0, front, where.relative);
  if (!got || !store::begins_like_media(ByteView(front).first(*got))) return;
  auto metadata = worker.read(file->get(), stop);
  if (metadata) {
    ran.outcome = Outcome::read;
    ran.metadata = std::move(*metadata);
    return;
  }
  ran.problem = metadata.error().message;
  switch (metadata.error().code) {
    case ErrorCode::canceled:
      ran.outcome = Outcome::canceled;
      break;
    case ErrorCode::invalid:
      ran.outcome = Outcome::broken;
      break;
    case ErrorCode::timed_out:
      ran.outcome = Outcome::slow;
      break;
    default:
      ran.outcome = Outcome::no_worker;
  }
}

void MetadataReads::finish(Ran ran) {
  running_ = false;
  counters_.workers = std::max(counters_.workers, ran.workers);
  switch (ran.outcome) {
    case Outcome::canceled:
      waiting_.insert(ran.file);
      break;
    case Outcome::no_worker:
      waiting_.insert(ran.file);
      wait_for_worker(ran.problem);
      break;
    case Outcome::slow:
      ++counters_.files_failed;
      spdlog::warn("metadata of the content {}: {}; it is tried again at the next start",
                   ran.content.hex(),
                   ran.problem);
      break;
    case Outcome::gone:
      break;
    default:
      keep(std::move(ran));
  }
  fill();
  if (!running_) rest();
}

void MetadataReads::wait_for_worker(const std::string& problem) {
  spdlog::warn("no metadata of files is read for a minute: {}", problem);
  waits_for_worker_ = true;
  retry_.expires_after(kRetry);
  retry_.async_wait([this](const asio::error_code& canceled) {
    if (canceled) return;
    waits_for_worker_ = false;
    fill();
  });
}

void MetadataReads::keep(Ran ran) {
  if (ran.outcome == Outcome::read) ++counters_.files_read;
  if (ran.outcome == Outcome::broken) {
    ++counters_.files_failed;
    spdlog::warn("metadata of the content {}: {}", ran.content.hex(), ran.problem);
  }
  unsaved_.push_back({.content = ran.content, .metadata = std::move(ran.metadata)});
  const wire::FileMetadata& metadata = unsaved_.back().metadata;
  if (!metadata.empty()) {
    table_.add(ran.content, metadata);
    needs_.known(ran.file);
  }
  if (unsaved_.size() >= kKeptPerTransaction) flush();
}

void MetadataReads::flush() {
  if (unsaved_.empty()) return;
  needs_.catalogue_pool.submit(
      [this, known = std::exchange(unsaved_, {})]() -> WorkerPool::Completion {
        return [kept = needs_.catalogue.record_metadata(known)] {
          say(kept);
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
  retry_.cancel();
  pool_.stop();
}

}  // namespace freshet::io
