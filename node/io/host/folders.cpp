#include "node/io/host/folders.h"

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <set>

#include <asio/io_context.hpp>
#include <spdlog/spdlog.h>

#include "node/core/search/file_filter.h"
#include "node/store/safe_name.h"
#include "node/wire/overlay/query_view.h"

namespace freshet::io {
namespace {

using Clock = std::chrono::steady_clock;

// Changes come in crowds.
constexpr auto kFirstPause = std::chrono::milliseconds(150);
// Looking at all folders again takes at most one part in so many of the time. Making lists of those
// that changed does not count: it has what time others leave, which may be long.
constexpr int kRestPerLook = 20;
constexpr std::uint64_t kLeastFiles = 2;

std::size_t depth_of(const std::string& folder) {
  return static_cast<std::size_t>(std::count(folder.begin(), folder.end(), '/'));
}

bool is_item(std::uint64_t files, std::uint64_t hashed, bool holds_files, std::size_t depth) {
  return files >= kLeastFiles && files <= wire::bt::kMaxFolderFiles && hashed == files
         && (holds_files || depth <= 1);
}

}  // namespace

Folders::Folders(asio::io_context& io, Library& library, std::string lists, std::uint64_t hash_key)
    : library_(library),
      lists_(std::move(lists)),
      index_(hash_key),
      timer_(io),
      contents_(io, library, builder_, lists_),
      builder_(io, 1, true) {
  library_.on_changed([this] { changed(); });
  library_.look_elsewhere([this](const InfoHash& id, const Library::ContentFound& found) {
    return find_content(id, found);
  });
}

void Folders::stop() {
  stop_.request_stop();
  contents_.stop();
  timer_.cancel();
  builder_.stop();
}

// ---- following the library

void Folders::changed() {
  contents_.forget();
  again_ = true;
  if (!looking_ && !armed_) arm();
}

void Folders::arm() {
  armed_ = true;
  timer_.expires_after(std::max<Clock::duration>(kFirstPause, pause_));
  timer_.async_wait([this](const std::error_code& canceled) {
    armed_ = false;
    if (!canceled && !stop_.stop_requested()) look();
  });
}

void Folders::look() {
  looking_ = true;
  again_ = false;
  begun_ = Clock::now();
  library_.on_catalogue([this, shares = library_.folder_shares()](
                            store::Catalogue& catalogue) -> WorkerPool::Completion {
    auto candidates = candidates_in(catalogue, shares);
    return [this, candidates = std::move(candidates)]() mutable {
      take(std::move(candidates));
    };
  });
}

// On the catalogue's worker. What lies below counts for every folder above it.
std::vector<Folders::Candidate> Folders::candidates_in(store::Catalogue& catalogue,
                                                       const std::vector<store::Share>& shares) {
  std::vector<Candidate> all;
  for (const store::Share& share : shares) {
    const auto totals = catalogue.folder_totals(share.id);
    if (!totals) continue;
    std::map<std::string, Candidate> folders;
    for (const store::FolderTotals& total : *totals) {
      for (std::size_t end = 0; end <= total.path.size();) {
        Candidate& folder = folders[total.path.substr(0, end)];
        folder.files += total.files;
        folder.hashed_files += total.hashed_files;
        folder.size_bytes += total.size_bytes;
        folder.newest_ns = std::max(folder.newest_ns, total.newest_ns);
        folder.stamp += total.stamp;
        folder.holds_files |= end == total.path.size();
        if (end == total.path.size()) break;
        end = total.path.find('/', end) + 1;
      }
    }
    for (auto& [path, folder] : folders) {
      if (!is_item(folder.files, folder.hashed_files, folder.holds_files, depth_of(path))) continue;
      folder.place = {share.id.value, path};
      folder.base = share.location.base();
      all.push_back(std::move(folder));
    }
  }
  std::stable_sort(all.begin(), all.end(), [](const Candidate& a, const Candidate& b) {
    return depth_of(a.place.second) < depth_of(b.place.second);
  });
  if (all.size() > kMaxFolders) all.resize(kMaxFolders);
  return all;
}

void Folders::take(std::vector<Candidate> candidates) {
  pause_ = kRestPerLook * (Clock::now() - begun_);
  std::map<Place, Known> before = std::exchange(known_, {});
  waiting_.clear();
  for (Candidate& candidate : candidates) {
    const auto same = before.find(candidate.place);
    if (same != before.end() && same->second.stamp == candidate.stamp) {
      known_.insert(before.extract(same));
    } else {
      waiting_.push_back(std::move(candidate));
    }
  }
  for (const auto& [place, gone] : before) {
    if (gone.number) remove(*gone.number);
  }
  build_next();
}

void Folders::build_next() {
  if (waiting_.empty()) {
    rest();
    return;
  }
  const Candidate candidate = std::move(waiting_.front());
  waiting_.pop_front();
  contents_.read_files(offered(candidate), [this, candidate](Result<store::FolderFiles> files) {
    if (files) {
      keep(candidate, *files);
    } else {
      on_kept(candidate, {}, files.error());
    }
  });
}

OfferedFolder Folders::offered(const Candidate& candidate) {
  return {.share = candidate.place.first,
          .path = candidate.place.second,
          .base = candidate.base,
          .key = {}};
}

OfferedFolder Folders::offered(const Item& item) {
  OfferedFolder folder = offered(item.from);
  folder.key = item.key;
  folder.has_bundle = item.bundle.has_value();
  return folder;
}

// The share may be gone since this last looked.
bool Folders::is_shared(const Item& item) const {
  const auto shares = library_.folder_shares();
  return std::any_of(shares.begin(), shares.end(), [&](const store::Share& share) {
    return share.id.value == item.from.place.first;
  });
}

void Folders::keep(const Candidate& candidate, const store::FolderFiles& files) {
  builder_.submit([this, candidate, files, stop = stop_.get_token()]() -> WorkerPool::Completion {
    auto kept = store::keep_folder(lists_, files, stop);
    return [this, candidate, key = files.key, kept = std::move(kept)] {
      on_kept(candidate, key, kept);
    };
  });
}

void Folders::on_kept(const Candidate& candidate,
                      const Sha256& key,
                      const Result<store::KeptFolder>& kept) {
  Known& known = known_[candidate.place] = {.stamp = candidate.stamp, .number = std::nullopt};
  if (kept) {
    if (free_.empty()) {
      free_.push_back(static_cast<std::uint32_t>(items_.size()));
      items_.emplace_back();
    }
    known.number = free_.back();
    free_.pop_back();
    Item item{.from = candidate,
              .path = candidate.place.second,
              .key = key,
              .list = kept->list,
              .list_file = kept->list_file,
              .bundle = std::nullopt};
    if (item.path.empty()) {
      item.path = store::file_name_of(candidate.base);
    } else {
      item.path.pop_back();  // its last slash
    }
    if (kept->bundle) item.bundle = kept->bundle->id;
    if (kept->bundle) item.bundle_bytes = kept->bundle->size_bytes;
    index_.add(core::search::FileNumber{*known.number}, bytes_of(item.path));
    items_[*known.number] = std::move(item);
    ++live_;
    if (words_changed_) words_changed_();
  } else if (kept.error().code != ErrorCode::canceled) {
    spdlog::debug("folder {}: not offered as one item: {}",
                  candidate.base + "/" + candidate.place.second,
                  kept.error().message);
  }
  build_next();
}

void Folders::rest() {
  looking_ = false;
  if (!std::exchange(cleaned_, true)) clean();
  if (again_) arm();
}

// What an earlier run kept of folders that are not there any more.
void Folders::clean() {
  std::set<std::string> kept;
  for (const auto& item : items_) {
    if (item) kept.insert(item->key.hex());
  }
  builder_.submit([folder = lists_, kept]() -> WorkerPool::Completion {
    std::error_code failed;
    std::vector<std::filesystem::path> gone;
    for (std::filesystem::directory_iterator at(folder, failed), end; !failed && at != end;
         at.increment(failed)) {
      if (!kept.contains(at->path().stem().string())) gone.push_back(at->path());
    }
    for (const auto& path : gone) std::filesystem::remove(path, failed);
    return {};
  });
}

void Folders::remove(std::uint32_t number) {
  const Sha256 key = items_[number]->key;
  index_.remove(core::search::FileNumber{number});
  items_[number].reset();
  free_.push_back(number);
  --live_;
  const bool used = std::any_of(
      items_.begin(), items_.end(), [&](const auto& item) { return item && item->key == key; });
  if (used) return;
  builder_.submit([folder = lists_, key]() -> WorkerPool::Completion {
    store::drop_folder(folder, key);
    return {};
  });
}

// ---- search

bool Folders::lacks_a_word_of(ByteView query) const {
  const wire::QueryView view(query);
  if (!view.well_formed() || live_ == 0) return true;
  for (std::size_t i = 0; i < view.term_count(); ++i) {
    if (index_.lacks_word(view.term(i))) return true;
  }
  return false;
}

wire::HitFile Folders::hit_for(const Item& item) {
  const std::string name = item.name();
  return {.content = item.list.id,
          .name = name.size() > wire::kMaxFileNameBytes ? store::safe_file_name(name, item.list.id)
                                                        : name,
          .size_bytes = item.list.size_bytes,
          .folder = wire::FolderFacts{.files = static_cast<std::uint32_t>(item.from.files),
                                      .size_bytes = item.from.size_bytes}};
}

std::vector<wire::HitFile> Folders::lookup(const wire::Query& query, std::uint32_t limit) const {
  std::vector<wire::HitFile> hits;
  if (query.content) {
    for (const auto& item : items_) {
      if (!item || !hits.empty()) continue;
      if (item->list.id == *query.content) hits.push_back(hit_for(*item));
      if (item->bundle == *query.content)
        hits.push_back({.content = item->bundle,
                        .name = hit_for(*item).name,
                        .size_bytes = item->bundle_bytes});
    }
    return hits;
  }
  core::search::Index::Accept accept;
  if (query.filter) {
    accept =
        [this, &filter = *query.filter, now = std::time(nullptr)](core::search::FileNumber number) {
          constexpr std::int64_t kNanoseconds = 1'000'000'000;
          const Item& item = *items_[number.value];
          return core::search::passes(filter,
                                      {.path = item.path,
                                       .size_bytes = item.from.size_bytes,
                                       .age_s = now - item.from.newest_ns / kNanoseconds,
                                       .content = item.list.id});
        };
  }
  for (const core::search::FileNumber number : index_.find(query, limit, accept))
    hits.push_back(hit_for(*items_[number.value]));
  return hits;
}

// ---- content

const Folders::Item* Folders::by_list(const ContentId& list) const {
  for (const auto& item : items_) {
    if (item && item->list.id == list) return &*item;
  }
  return nullptr;
}

std::optional<ContentId> Folders::at(const std::string& path) const {
  for (const auto& item : items_) {
    if (!item) continue;
    const std::string& inside = item->from.place.second;
    const std::string own = item->from.base + "/" + inside;
    if (own.substr(0, own.size() - 1) == path) return item->list.id;
  }
  return std::nullopt;
}

void Folders::find_files(const ContentId& list, std::function<void(Result<FoundFolder>)> found) {
  const Item* item = by_list(list);
  if (item == nullptr) {
    found(Error{ErrorCode::not_found, "this node does not share that folder"});
    return;
  }
  contents_.read_files(
      offered(*item),
      [name = item->name(), key = item->key, found = std::move(found)](
          Result<store::FolderFiles> files) {
        if (files && files->key != key)
          files = Error{ErrorCode::not_found, "the folder has changed; search again"};
        if (files) {
          found(FoundFolder{.name = name, .files = std::move(*files)});
        } else {
          found(files.error());
        }
      });
}

bool Folders::find_content(const InfoHash& id, const Library::ContentFound& found) {
  const auto is_it = [&](const ContentId& content) {
    return store::info_hash_of(content) == id;
  };
  const auto item = std::find_if(items_.begin(), items_.end(), [&](const auto& each) {
    if (!each) return false;
    if (is_it(each->list.id)) return true;
    // The bundle of one small file is that file.
    return each->bundle && is_it(*each->bundle) && !library_.has(*each->bundle);
  });
  if (item == items_.end() || !is_shared(**item)) return false;
  const OfferedFolder folder = offered(**item);
  if (is_it((**item).list.id)) {
    contents_.find_list(folder, (**item).list, (**item).list_file, found);
  } else {
    contents_.find_bundle(folder, found);
  }
  return true;
}

}  // namespace freshet::io
