#include "node/io/host/fetches.h"

#include <algorithm>
#include <utility>

#include <spdlog/spdlog.h>

#include "node/io/host/fetch_state.h"
#include "node/store/partial_file.h"

namespace freshet::io {

namespace ct = core::transfer;

Fetches::Fetches(
    asio::io_context& io, Options options, Library& library, Deliver deliver, AskMesh ask_mesh)
    : io_(io),
      options_(std::move(options)),
      library_(library),
      deliver_(std::move(deliver)),
      ask_mesh_(std::move(ask_mesh)) {}

Fetches::~Fetches() = default;

Fetches::Fetch* Fetches::find(const ContentId& content) {
  const auto found = fetches_.find(content);
  return found == fetches_.end() ? nullptr : found->second.get();
}

PieceStore::Target Fetches::target_of(const ContentId& content) const {
  const auto found = fetches_.find(content);
  if (found == fetches_.end()) return {};
  const Fetch& fetch = *found->second;
  return {.name = fetch.wish.name,
          .folder = fetch.aside ? options_.downloads : fetch.wish.folder,
          .aside = fetch.aside};
}

void Fetches::resume(const std::vector<store::UnfinishedDownload>& unfinished) {
  for (const store::UnfinishedDownload& download : unfinished) {
    if (download.head.aside) continue;  // nobody wanted it whole
    auto fetch = std::make_unique<Fetch>();
    fetch->wish = {.content = download.head.content,
                   .name = download.head.name,
                   .folder = download.head.target_folder,
                   .size_claim = download.head.size_bytes,
                   .sources = {}};
    fetch->size = download.head.size_bytes;
    fetch->verified_bytes = download.verified_bytes;
    fetch->unattended = true;
    fetches_[download.head.content] = std::move(fetch);
    deliver_(ct::StartFetch{.content = download.head.content,
                            .size_claim = download.head.size_bytes,
                            .sources = {},
                            .resumed_size = download.head.size_bytes});
  }
}

void Fetches::start(FetchWish wish, const std::shared_ptr<FetchObserver>& observer) {
  if (Fetch* running = find(wish.content)) {
    join(*running, std::move(wish), observer);
    return;
  }
  if (!library_.has(wish.content)) {
    begin(std::move(wish), observer);
    return;
  }
  library_.find_content(
      wish.content, [this, wish, observer](const std::optional<SharedContent>& found) mutable {
        if (!found || found->files.empty()) {
          if (find(wish.content) != nullptr) return start(std::move(wish), observer);  // meanwhile
          begin(std::move(wish), observer);
          return;
        }
        if (wish.range) return read_shared(*found, *wish.range, observer);
        const std::uint64_t size = found->info.size_bytes;
        observer->progress(size, size, 0);
        const std::string name =
            wish.name.empty() ? store::file_name_of(found->files.front().relative) : wish.name;
        pieces_->copy_out(*found,
                          {.name = name, .folder = wish.folder},
                          [observer, size](const Result<std::string>& path) {
                            if (path) {
                              observer->done(*path, size, 0);
                            } else {
                              observer->failed(path.error());
                            }
                          });
      });
}

void Fetches::join(Fetch& fetch, FetchWish wish, const std::shared_ptr<FetchObserver>& observer) {
  const ContentId content = wish.content;
  if (!watch(fetch, wish, observer)) return;
  // The last word counts, also where the fetch is another's; but who reads a part has none there.
  const bool is_for_readers = fetch.aside && fetch.moves == 0;
  const bool limits = wish.rate != 0 || wish.polite;
  if (fetch.aside && !wish.range) {
    move(fetch, wish);
  } else if (!wish.range || (is_for_readers && limits)) {
    deliver_(ct::SetFetchRate{.content = content, .down = wish.rate, .polite = wish.polite});
  }
  if (!wish.sources.empty())
    deliver_(ct::AddSources{.content = content, .sources = std::move(wish.sources)});
  if (const Fetch* still = find(content)) tell_readings(*still);
}

void Fetches::begin(FetchWish wish, const std::shared_ptr<FetchObserver>& observer) {
  const ContentId content = wish.content;
  std::optional<std::uint64_t> resumed;
  const auto left = store::list_downloads(options_.downloads);  // few, and small files
  auto fetch = std::make_unique<Fetch>();
  fetch->aside = wish.range.has_value();
  if (left) {
    for (const store::UnfinishedDownload& download : left->unfinished) {
      if (download.head.content != content) continue;
      resumed = download.head.size_bytes;
      fetch->size = download.head.size_bytes;
      fetch->verified_bytes = download.verified_bytes;
      if (!wish.range || download.head.aside) continue;
      fetch->aside = false;  // it stays what somebody began to fetch
      wish.name = download.head.name;
      wish.folder = download.head.target_folder;
    }
  }
  ct::StartFetch start{.content = content,
                       .size_claim = wish.size_claim,
                       .sources = wish.sources,
                       .resumed_size = resumed};
  const ct::SetFetchRate rate{.content = content, .down = wish.rate, .polite = wish.polite};
  fetch->wish = std::move(wish);
  Fetch& placed = *(fetches_[content] = std::move(fetch));
  if (!watch(placed, placed.wish, observer)) {
    fetches_.erase(content);
    return;
  }
  deliver_(std::move(start));
  if (rate.down != 0 || rate.polite) deliver_(rate);
  const Fetch* begun = find(content);
  if (begun != nullptr && (begun->wish.in_order || begun->wish.range)) tell_readings(*begun);
}

// Returns false when the observer was told that it cannot be.
bool Fetches::watch(Fetch& fetch,
                    const FetchWish& wish,
                    const std::shared_ptr<FetchObserver>& observer) {
  auto watcher = std::make_shared<Watcher>(io_, observer, wish);
  if (const Status placed = place_reader(fetch, wish, *watcher); !placed) {
    observer->failed(placed.error());
    return false;
  }
  fetch.watchers.push_back(watcher);
  const std::uint64_t size = fetch.size != 0 ? fetch.size : fetch.wish.size_claim.value_or(0);
  observer->progress(fetch.verified_bytes, size, fetch.sources);
  if (fetch.sources == 0) arm_patience(fetch.wish.content, watcher);
  return true;
}

void Fetches::arm_patience(const ContentId& content, const std::shared_ptr<Watcher>& watcher) {
  watcher->timer.expires_after(watcher->patience);
  watcher->timer.async_wait([this, content, watcher](const std::error_code& canceled) {
    if (!canceled) give_up(content, watcher);
  });
}

void Fetches::give_up(const ContentId& content, const std::shared_ptr<Watcher>& watcher) {
  Fetch* fetch = find(content);
  if (fetch == nullptr || fetch->sources > 0 || fetch->finishing) return;
  if (std::erase(fetch->watchers, watcher) == 0) return;
  const bool partial = fetch->verified_bytes > 0;
  const auto observer = watcher->observer;
  let_go(content);
  observer->failed(
      partial
          ? Error{.code = ErrorCode::timed_out,
                  .message =
                      "no source left; what was fetched is kept, run the same `get` again to go on"}
          : Error{.code = ErrorCode::no_source, .message = "no source for " + content.hex()});
}

void Fetches::leave(const ContentId& content, const FetchObserver* observer) {
  Fetch* fetch = find(content);
  if (fetch == nullptr) return;
  std::erase_if(fetch->watchers,
                [&](const auto& watcher) { return watcher->observer.get() == observer; });
  let_go(content);
}

// Somebody is gone: what nobody waits for ends, and of the rest what is wanted may be less.
void Fetches::let_go(const ContentId& content) {
  const Fetch* fetch = find(content);
  if (fetch == nullptr || fetch->finishing) return;
  if (!fetch->watchers.empty() || fetch->unattended) return tell_readings(*fetch);
  fetches_.erase(content);
  deliver_(ct::StopFetch{.content = content});
}

void Fetches::drop_left(const std::set<Place>& places) {
  const auto left = store::list_downloads(options_.downloads);  // few, and small files
  if (!left) return;
  for (const store::UnfinishedDownload& download : left->unfinished) {
    const store::ResumeHead& head = download.head;
    if (!places.contains({head.content, head.target_folder, head.name})) continue;
    if (const Fetch* fetch = find(head.content)) {
      if (!fetch->watchers.empty() || fetch->finishing) continue;
      fetches_.erase(head.content);  // of an earlier run, resumed at start
      deliver_(ct::StopFetch{.content = head.content});
    }
    pieces_->discard(head.content);
  }
}

void Fetches::add_sources(const ContentId& content, std::vector<ct::Source> sources) {
  if (find(content) == nullptr || sources.empty()) return;
  deliver_(ct::AddSources{.content = content, .sources = std::move(sources)});
}

std::optional<wire::HitFile> Fetches::offer(const ContentId& content) const {
  const auto found = fetches_.find(content);
  if (found == fetches_.end() || !options_.share_finished) return std::nullopt;
  const Fetch& fetch = *found->second;
  if (fetch.verified_bytes == 0) return std::nullopt;
  return wire::HitFile{.content = content, .name = fetch.wish.name, .size_bytes = fetch.size};
}

std::vector<DownloadSummary> Fetches::list() const {
  std::vector<DownloadSummary> summaries;
  for (const auto& [content, fetch] : fetches_) {
    summaries.push_back({.content = content,
                         .name = fetch->wish.name,
                         .folder = fetch->wish.folder,
                         .size = fetch->size,
                         .verified_bytes = fetch->verified_bytes,
                         .sources = fetch->sources,
                         .running = true});
  }
  if (const auto left = store::list_downloads(options_.downloads)) {
    for (const store::UnfinishedDownload& download : left->unfinished) {
      if (fetches_.contains(download.head.content)) continue;
      summaries.push_back({.content = download.head.content,
                           .name = download.head.name,
                           .folder = download.head.target_folder,
                           .size = download.head.size_bytes,
                           .verified_bytes = download.verified_bytes});
    }
  }
  std::sort(
      summaries.begin(), summaries.end(), [](const DownloadSummary& a, const DownloadSummary& b) {
        return a.name != b.name ? a.name < b.name : a.content < b.content;
      });
  return summaries;
}

void Fetches::stop() {
  for (const auto& [content, fetch] : fetches_) {
    for (const auto& watcher : fetch->watchers) watcher->timer.cancel();
  }
}

void Fetches::on_progress(const ct::Progress& progress) {
  Fetch* fetch = find(progress.content);
  if (fetch == nullptr) return;
  const bool had_source = fetch->sources > 0;
  fetch->size = progress.size;
  fetch->verified_bytes = progress.verified_bytes;
  fetch->sources = progress.sources;
  const std::string part = store::part_path_of(options_.downloads, progress.content);
  for (const auto& watcher : fetch->watchers) {
    watcher->observer->progress(progress.verified_bytes, progress.size, progress.sources);
    tell_ready(*watcher, progress, part);
    if (had_source && progress.sources == 0) arm_patience(progress.content, watcher);
    if (progress.sources > 0) watcher->timer.cancel();
  }
  end_readers(progress, part);
}

void Fetches::on_done(const ct::FetchDone& done) {
  Fetch* fetch = find(done.content);
  if (fetch == nullptr) return;
  fetch->finishing = true;
  fetch->size = done.size;
  finish(done.content, done.sources);
}

void Fetches::finish(const ContentId& content, std::uint32_t sources) {
  const Fetch* fetch = find(content);
  if (fetch == nullptr) return;
  pieces_->finish(content,
                  {.name = fetch->wish.name, .folder = fetch->wish.folder},
                  is_shared(fetch->wish),
                  [this, content, sources](const Result<std::string>& path) {
                    if (!path) {
                      end(content, path.error());
                      return;
                    }
                    auto node = fetches_.extract(content);
                    if (node.empty()) return;
                    for (const auto& watcher : node.mapped()->watchers) {
                      watcher->timer.cancel();
                      settle(*watcher, *path, node.mapped()->size, sources);
                    }
                  });
}

bool Fetches::is_shared(const FetchWish& wish) const {
  return options_.share_finished && wish.share && wish.folder != options_.unshared;
}

void Fetches::on_failed(const ct::FetchFailed& failed) {
  end(failed.content, {.code = failed.code, .message = failed.message});
}

void Fetches::end(const ContentId& content, const Error& error) {
  auto node = fetches_.extract(content);
  if (node.empty()) return;
  spdlog::warn("download of {} failed: {}", content.hex(), error.message);
  for (const auto& watcher : node.mapped()->watchers) {
    watcher->timer.cancel();
    watcher->observer->failed(error);
  }
}

void Fetches::ask_again() {
  std::vector<ContentId> without;
  for (const auto& [content, fetch] : fetches_) {
    if (fetch->sources == 0) without.push_back(content);
  }
  for (const ContentId& content : without) ask_mesh_(content);
}

void Fetches::on_need_sources(const ContentId& content) {
  if (find(content) != nullptr) ask_mesh_(content);
}

}  // namespace freshet::io
