#include "node/io/host/kept_index.h"

#include <algorithm>
#include <numeric>
#include <random>
#include <utility>

#include <malloc.h>
#include <spdlog/spdlog.h>

#include "node/core/search/index_growing.h"
#include "node/core/search/index_image.h"

namespace freshet::io {
namespace {

using core::search::GrowingPart;
using core::search::Index;
using core::search::IndexPart;
using core::search::TermNumber;

std::int64_t random_serial() {
  std::random_device device;
  constexpr unsigned kShift = 32;
  return static_cast<std::int64_t>((std::uint64_t{device()} << kShift) | device());
}

/// What is to be kept: the files in the order of their ids, as one part.
struct WantedIndex {
  Index::Sealed sealed;
  std::vector<store::IndexedFile> files;               ///< of sealed.files
  std::vector<core::search::FileNumber> numbers = {};  ///< of them, once they are one part
  std::uint64_t hash_key = 0;

  /// It is one part already, in that order, with nothing else in it.
  [[nodiscard]] bool is_one_part() const {
    return sealed.parts.size() == 1 && sealed.files.size() == sealed.parts.front()->slots()
           && std::ranges::is_sorted(files, {}, &store::IndexedFile::id);
  }
  /// nullptr: stopped.
  std::shared_ptr<const IndexPart> as_one_part(const std::stop_token& stop) {
    std::vector<std::uint32_t> order(files.size());
    std::iota(order.begin(), order.end(), 0U);
    std::ranges::sort(order, {}, [&](std::uint32_t at) { return files[at].id; });
    numbers.reserve(order.size());
    for (const std::uint32_t at : order) numbers.push_back(sealed.files[at].file);
    if (is_one_part()) return sealed.parts.front();
    auto whole = std::make_shared<GrowingPart>(hash_key);
    std::vector<std::vector<TermNumber>> terms(sealed.parts.size());
    for (const std::uint32_t at : order) {
      if (stop.stop_requested()) return nullptr;
      const Index::Indexed& file = sealed.files[at];
      whole->add(*sealed.parts[file.part], file.slot, terms[file.part]);
    }
    std::ranges::sort(files, {}, &store::IndexedFile::id);
    return whole;
  }
};

Result<KeptIndex::Kept> opened(const std::string& path, std::int64_t serial) {
  const auto file = store::IndexFile::open(path, serial);
  if (!file) return file.error();
  auto part = core::search::open_index_image(file->image(), file->keeper());
  if (!part) return part.error();
  KeptIndex::Kept kept{.part = std::move(*part), .files = file->files()};
  if (kept.files.size() != kept.part->slots())
    return Error{.code = ErrorCode::invalid, .message = path + " is damaged"};
  return kept;
}

}  // namespace

KeptIndex::KeptIndex(asio::io_context& io,
                     store::Catalogue& catalogue,
                     WorkerPool& catalogue_pool,
                     std::string path)
    : io_(io),
      catalogue_(catalogue),
      catalogue_pool_(catalogue_pool),
      path_(std::move(path)) {}

std::optional<KeptIndex::Kept> KeptIndex::read() {
  store::IndexFile::drop_unfinished(path_);
  const auto serial = catalogue_.index_serial();
  if (!serial || !*serial) return std::nullopt;
  auto kept = opened(path_, **serial);
  if (kept) return std::move(*kept);
  spdlog::info("index: {}; it is made anew", kept.error().message);
  return std::nullopt;
}

void KeptIndex::keep(Index::Sealed sealed,
                     std::vector<store::IndexedFile> files,
                     std::uint64_t hash_key,
                     Done done) {
  busy_ = true;
  if (!pool_) pool_.emplace(io_, 1, false);
  auto wanted = std::make_shared<WantedIndex>(
      WantedIndex{.sealed = std::move(sealed), .files = std::move(files), .hash_key = hash_key});
  pool_->submit([this, wanted, done = std::move(done)]() -> WorkerPool::Completion {
    const auto part = wanted->as_one_part(stop_.get_token());
    if (!part) return {};
    const std::int64_t serial = random_serial();
    const Status written = store::IndexFile::write(
        path_, serial, wanted->files, [&](const store::IndexFile::Sink& sink) {
          core::search::write_index_image(*part, wanted->hash_key, sink);
        });
    auto numbers = std::move(wanted->numbers);
    *wanted = {};  // on this thread: it may be large
    return [this, serial, done, written, numbers = std::move(numbers)]() mutable {
      if (written) {
        put_in_place(serial, std::move(numbers), done);
      } else {
        busy_ = false;
        done(written.error());
      }
    };
  });
}

void KeptIndex::put_in_place(std::int64_t serial,
                             std::vector<core::search::FileNumber> numbers,
                             const Done& done) {
  catalogue_pool_.submit(
      [this, serial, numbers = std::move(numbers), done]() mutable -> WorkerPool::Completion {
        // In this order: after a kill in between the catalogue knows a serial that no file has.
        Status placed = catalogue_.set_index_serial(serial);
        if (placed) placed = store::IndexFile::put_in_place(path_);
        auto kept = placed ? opened(path_, serial) : Result<Kept>(placed.error());
        if (kept) kept->numbers = std::move(numbers);
        return [this, done, kept = std::move(kept)] {
          busy_ = false;
          done(kept);
        };
      });
}

void KeptIndex::drop(core::search::Index::Parts parts) {
  if (!pool_) return;
  pool_->submit([parts = std::move(parts)]() mutable -> WorkerPool::Completion {
    parts.clear();
    ::malloc_trim(0);  // what they took was in pieces of all sizes
    return {};
  });
}

void KeptIndex::stop() {
  stop_.request_stop();
  if (pool_) pool_->stop();
}

}  // namespace freshet::io
