#include "node/io/host/library.h"

#include <algorithm>
#include <ctime>
#include <memory>
#include <thread>
#include <utility>

#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <spdlog/spdlog.h>

#include "node/core/search/file_filter.h"
#include "node/io/host/batches.h"
#include "node/io/host/finished_file.h"
#include "node/store/safe_name.h"
#include "node/wire/overlay/query_view.h"

namespace freshet::io {
namespace {

// Hashes are kept in the catalogue so many at a time, or when so much was read for them, or when
// nothing is hashed any more. What a kill costs at most.
constexpr std::size_t kHashesPerTransaction = 64;
constexpr std::uint64_t kHashedBytesPerTransaction = 256UL << 20U;

std::size_t hash_threads() {
  return std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, 8);
}

core::search::FileNumber number_of(store::FileTable::Place place) {
  return core::search::FileNumber{place};
}

}  // namespace

Library::Library(asio::io_context& io,
                 store::Catalogue catalogue,
                 std::string state_folder,
                 std::uint64_t hash_key,
                 std::vector<std::string> metadata_worker)
    : io_(io),
      state_folder_(std::move(state_folder)),
      catalogue_(std::move(catalogue)),
      hash_key_(hash_key),
      index_(hash_key),
      catalogue_pool_(io, 1, false),
      kept_(io, catalogue_, catalogue_pool_, state_folder_ + "/index"),
      live_(io,
            {.catalogue = catalogue_,
             .pool = catalogue_pool_,
             .excluded = {state_folder_},
             .apply = [this](const auto& changes) { apply(changes); },
             .rescan = [this](store::ShareId share) { scan_again(share); },
             .unwatched =
                 [this](store::ShareId id, const std::string& why) {
                   if (const ShareState* share = find_share(id))
                     spdlog::warn("share {}: it is not watched but scanned from time to time: {}",
                                  share->location.path,
                                  why);
                 }}),
      hashes_(
          io,
          hash_threads(),
          [this](store::FileId id) { return locate(id).value_or(store::FileRef{}); },
          [this](store::FileId id,
                 const store::FileRef& where,
                 Result<store::ContentInfo> content) { on_hashed(id, where, std::move(content)); },
          [this] { flush_hashes(); }),
      metadata_(io,
                std::move(metadata_worker),
                {.catalogue = catalogue_,
                 .catalogue_pool = catalogue_pool_,
                 .locate = [this](store::FileId id) { return locate_hashed(id); },
                 .known =
                     [this](store::FileId id) {
                       if (const auto place = files_.find(id)) index(*place);
                     }}) {}

Library::~Library() {
  stop();
}

void Library::stop() {
  stop_.request_stop();
  live_.stop();
  hashes_.stop();
  kept_.stop();
  metadata_.stop();
  catalogue_pool_.stop();
  // Nobody else touches the catalogue now.
  static_cast<void>(catalogue_.record_metadata(metadata_.take_unsaved()));
  static_cast<void>(catalogue_.record_hashes(std::exchange(unsaved_, {})));
}

void Library::start(std::function<void()> loaded) {
  metadata_.load();
  catalogue_pool_.submit([this, loaded = std::move(loaded)]() -> WorkerPool::Completion {
    return [this, loaded, shares = catalogue_.shares(), kept = kept_.read()] {
      if (kept) {
        kept_files_ = kept->files;
        index_.replace_sealed(kept->part, std::vector(kept_files_.size(), core::search::kNoFile));
        index_is_kept_ = true;
      }
      if (!shares) {
        spdlog::error("catalogue: {}", shares.error().message);
        loaded();
        return;
      }
      for (const store::Share& share : *shares) share_state(share);
      load([this, loaded, shares = *shares] {
        kept_files_ = {};
        loaded_ = true;
        keep_index();
        loaded();
        for (const store::Share& share : shares) scan(share, [](const Result<ShareSummary>&) {});
        metadata_.resume();
      });
    };
  });
}

// In batches: names are searchable while others are read, and links are served whenever those that
// are on their way (WorkerPool::kMaxPosted) are done.
void Library::load(std::function<void()> done, std::optional<store::ShareId> only) {
  catalogue_pool_.submit([this, done = std::move(done), only]() -> WorkerPool::Completion {
    Batches<store::CatalogueFile> known(
        catalogue_pool_, stop_.get_token(), [this](const auto& batch) {
          for (const store::CatalogueFile& file : batch) show(file);
        });
    const Status read = catalogue_.for_each_file(
        [&](const store::CatalogueFile& file) { return known.add(file); }, only);
    known.hand_over();
    return [done, read] {
      if (!read) spdlog::error("catalogue: {}", read.error().message);
      done();
    };
  });
}

void Library::apply(const std::vector<store::FileChange>& changes) {
  counters_.files_changed += changes.size();
  for (const store::FileChange& change : changes) {
    if (change.change != store::Change::added) remove(change.file.id);
    if (change.change != store::Change::removed) show(change.file);
  }
  keep_index();
}

void Library::show(const store::CatalogueFile& file) {
  const ShareState* share = find_share(file.share);
  if (share != nullptr && !share->hidden) add(file);
}

void Library::add(const store::CatalogueFile& file) {
  const auto place = files_.add(file);
  if (!place) return;
  index(*place);
  count(*place, 1);
  if (!file.content) hashes_.add(file.id, file.stamp.size_bytes);
  if (changed_) changed_();
  if (loaded_) ask_for_metadata(*place);
}

void Library::tell_words() {
  if (std::exchange(telling_words_, true)) return;
  asio::post(io_, [this, stop = stop_.get_token()] {
    if (stop.stop_requested()) return;
    telling_words_ = false;
    if (words_changed_) words_changed_();
  });
}

void Library::remove(store::FileId id) {
  const auto place = files_.find(id);
  if (!place) return;
  index_.remove(number_of(*place));
  count(*place, -1);
  if (!files_.content(*place)) hashes_.forget(id, files_.size_bytes(*place));
  files_.remove(*place);
  if (changed_) changed_();
}

void Library::count(store::FileTable::Place place, int sign) {
  const bool hashed = files_.content(place).has_value();
  const auto change = [&](LibraryTotals& totals) {
    const auto step = static_cast<std::uint64_t>(sign);  // adds or, modulo 2^64, takes away
    const std::uint64_t bytes = step * files_.size_bytes(place);
    totals.files += step;
    totals.size_bytes += bytes;
    if (!hashed) return;
    totals.hashed_files += step;
    totals.hashed_bytes += bytes;
  };
  change(totals_);
  if (ShareState* share = find_share(files_.share(place))) change(share->summary.totals);
}

bool Library::lacks_a_word_of(ByteView query) const {
  const wire::QueryView view(query);
  if (!view.well_formed()) return true;
  for (std::size_t i = 0; i < view.term_count(); ++i) {
    if (index_.lacks_word(view.term(i))) return true;
  }
  return false;
}

std::vector<wire::HitFile> Library::lookup(const Guid& lookup,
                                           const wire::Query& query,
                                           std::uint32_t limit) {
  std::vector<wire::HitFile> hits;
  if (query.content) {
    if (const auto place = files_.find(*query.content)) hits.push_back(hit_for(*place));
    return hits;
  }
  core::search::Index::Accept accept;
  if (query.filter) {
    accept = [this, &filter = *query.filter, now = std::time(nullptr), path = std::string()](
                 core::search::FileNumber number) mutable {
      constexpr std::int64_t kNanoseconds = 1'000'000'000;
      const store::FileTable::Place place = number.value;
      const auto metadata = filter.asks_for_metadata() ? metadata_of(place) : nullptr;
      return core::search::passes(filter,
                                  {.path = files_.path(place, path),
                                   .size_bytes = files_.size_bytes(place),
                                   .age_s = now - files_.stamp(place).mtime_ns / kNanoseconds,
                                   .content = files_.content(place),
                                   .metadata = metadata.get()});
    };
  }
  for (const core::search::FileNumber number : index_.find(query, limit, accept)) {
    hits.push_back(hit_for(number.value));
    if (hits.back().content) continue;
    const store::FileId file = files_.id(number.value);
    hashes_.promote(file);
    if (waiters_.size() >= kMaxWaiters) {
      waiters_.erase(waiters_.begin());
      ++counters_.lookups_forgotten;
    }
    waiters_.push_back({.lookup = lookup, .file = file});
  }
  return hits;
}

wire::HitFile Library::hit_for(store::FileTable::Place place) const {
  // A name on a disk of another system may be longer than the wire's names.
  const std::string_view name = files_.name(place);
  return {.content = files_.content(place),
          .name = name.size() > wire::kMaxFileNameBytes
                      ? store::safe_file_name(name, files_.content(place).value_or(ContentId{}))
                      : std::string(name),
          .size_bytes = files_.size_bytes(place),
          .metadata = metadata_of(place)};
}

void Library::on_hashed(store::FileId id,
                        const store::FileRef& where,
                        Result<store::ContentInfo> content) {
  if (content) ++counters_.files_hashed;
  if (!content) {
    if (content.error().code != ErrorCode::canceled)
      spdlog::warn("hashing: {}", content.error().message);
    return;
  }
  const ContentId content_id = content->id;
  unsaved_.push_back({.file = id, .stamp = where.stamp, .content = std::move(*content)});
  unsaved_bytes_ += where.stamp.size_bytes;
  if (unsaved_.size() >= kHashesPerTransaction || unsaved_bytes_ >= kHashedBytesPerTransaction)
    flush_hashes();
  identify(id, content_id);
}

void Library::identify(store::FileId id, const ContentId& content) {
  const auto place = files_.find(id);
  if (!place || files_.content(*place)) return;
  count(*place, -1);
  files_.identify(*place, content);
  count(*place, 1);
  if (changed_) changed_();
  if (has_metadata(*place)) index(*place);
  ask_for_metadata(*place);
  const wire::HitFile hit = hit_for(*place);
  std::vector<Guid> lookups;
  std::erase_if(waiters_, [&](const Waiter& waiter) {
    if (waiter.file == id) lookups.push_back(waiter.lookup);
    return waiter.file == id;
  });
  if (!identified_) return;
  for (const Guid& lookup : lookups) identified_(lookup, hit);
}

void Library::flush_hashes() {
  if (unsaved_.empty()) return;
  unsaved_bytes_ = 0;
  catalogue_pool_.submit([this, hashed = std::exchange(unsaved_, {})]() -> WorkerPool::Completion {
    const auto kept = catalogue_.record_hashes(hashed);
    if (kept) return {};
    return [error = kept.error()] {
      spdlog::error("catalogue: {}", error.message);
    };
  });
}

void Library::on_catalogue(std::function<WorkerPool::Completion(store::Catalogue&)> job) {
  flush_hashes();
  catalogue_pool_.submit([this, job = std::move(job)] { return job(catalogue_); });
}

void Library::find_content(const InfoHash& id, ContentFound found) {
  if (elsewhere_ && elsewhere_(id, found)) return;
  // Hashes that are not in the catalogue yet were queued before this lookup: it sees them.
  flush_hashes();
  catalogue_pool_.submit([this, id, found = std::move(found)]() -> WorkerPool::Completion {
    auto info = catalogue_.content(id);
    if (!info || !*info)
      return [found] {
        found(std::nullopt);
      };
    auto files = catalogue_.files_with((**info).id);
    if (!files || files->empty())
      return [found] {
        found(std::nullopt);
      };
    return [found, content = SharedContent{.info = **info, .files = *files}] {
      found(content);
    };
  });
}

// Info hashes are the front of ids: another content may have this one's.
void Library::find_content(const ContentId& content, ContentFound found) {
  find_content(store::info_hash_of(content),
               [content, found = std::move(found)](std::optional<SharedContent> shared) {
                 if (shared && shared->info.id != content) shared.reset();
                 found(std::move(shared));
               });
}

void Library::add_finished(const std::string& path,
                           store::ContentInfo content,
                           std::function<void(Result<store::FileRef>)> done) {
  catalogue_pool_.submit([this, path, content = std::move(content), done = std::move(done)]()
                             -> WorkerPool::Completion {
    auto finished = register_finished(catalogue_, path, content);
    if (!finished)
      return [done, error = finished.error()] {
        done(error);
      };
    return [this, done, finished = std::move(*finished)] {
      const bool is_new = find_share(finished.share.id) == nullptr;
      const bool hidden = share_state(finished.share).hidden;
      remove(finished.file.id);
      if (!hidden) add(finished.file);
      if (is_new) scan(finished.share, [](const Result<ShareSummary>&) {});  // and watch it
      done(store::FileRef{.base = finished.share.location.base(),
                          .relative = finished.file.relative,
                          .stamp = finished.file.stamp});
    };
  });
}

std::optional<store::FileRef> Library::locate(store::FileId id) const {
  const auto place = files_.find(id);
  if (!place) return std::nullopt;
  const auto share = std::find_if(shares_.begin(), shares_.end(), [&](const ShareState& each) {
    return each.id == files_.share(*place);
  });
  if (share == shares_.end()) return std::nullopt;
  store::FileRef where{
      .base = share->location.base(), .relative = {}, .stamp = files_.stamp(*place)};
  files_.path(*place, where.relative);
  return where;
}

}  // namespace freshet::io
