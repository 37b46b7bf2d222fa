// Those who read what is being fetched, or a range of what is here.
#include <algorithm>

#include "node/io/host/fetch_state.h"

namespace freshet::io {

namespace ct = core::transfer;

namespace {

bool is_within(const FetchRange& range, std::uint64_t size) {
  // The end itself is a place to read from: there is nothing to come.
  return range.to ? range.from < size && *range.to <= size : range.from <= size;
}

Error beyond_the_end(std::uint64_t size) {
  return {.code = ErrorCode::invalid,
          .message = "the range ends beyond the content, which has " + std::to_string(size)
                     + (size == 1 ? " byte" : " bytes")};
}

ct::Ready ready_for(const ct::Reading& reading, const ct::Progress& progress) {
  const auto at =
      std::find_if(progress.readers.begin(), progress.readers.end(), [&](const ct::Ready& ready) {
        return ready.reader == reading.reader;
      });
  return at == progress.readers.end() ? ct::Ready{} : *at;
}

}  // namespace

void Fetches::settle(const Watcher& watcher,
                     const std::string& path,
                     std::uint64_t size,
                     std::uint32_t sources) {
  if (watcher.range && !is_within(*watcher.range, size)) {
    watcher.observer->failed(beyond_the_end(size));
  } else {
    watcher.observer->done(path, size, sources);
  }
}

void Fetches::read_shared(const SharedContent& found,
                          const FetchRange& range,
                          const std::shared_ptr<FetchObserver>& observer) {
  const std::uint64_t size = found.info.size_bytes;
  if (!is_within(range, size)) {
    observer->failed(beyond_the_end(size));
    return;
  }
  pieces_->locate(found, [observer, size](const Result<std::string>& path) {
    if (path) {
      observer->done(*path, size, 0);
    } else {
      observer->failed(path.error());
    }
  });
}

// Its place among the readers, or why it has none.
Status Fetches::place_reader(const Fetch& fetch, const FetchWish& wish, Watcher& watcher) {
  if (!wish.in_order && !wish.range) return kOk;
  if (wish.range && fetch.size != 0 && !is_within(*wish.range, fetch.size))
    return beyond_the_end(fetch.size);
  const auto readers = std::count_if(fetch.watchers.begin(),
                                     fetch.watchers.end(),
                                     [](const auto& other) { return other->reading.has_value(); });
  if (static_cast<std::size_t>(readers) >= options_.max_readers) {
    return Error{.code = ErrorCode::io,
                 .message = "it is read at " + std::to_string(readers)
                            + " places already; try again when one is done"};
  }
  const FetchRange range = wish.range.value_or(FetchRange{});
  watcher.reading = ct::Reading{.reader = ct::ReaderId{next_reader_++},
                                .from = range.from,
                                .to = range.to.value_or(UINT64_MAX)};
  return kOk;
}

// Who reads all of it in order wants it in order: as if nothing else were wanted.
void Fetches::tell_readings(const Fetch& fetch) {
  ct::SetReadings set{.content = fetch.wish.content, .whole = fetch.unattended, .readings = {}};
  for (const auto& watcher : fetch.watchers) {
    if (watcher->reading) {
      set.readings.push_back(*watcher->reading);
    } else {
      set.whole = true;
    }
  }
  deliver_(std::move(set));
}

void Fetches::tell_ready(const Watcher& watcher,
                         const ct::Progress& progress,
                         const std::string& part) {
  if (watcher.range && !is_within(*watcher.range, progress.size)) return;
  const std::uint64_t from = watcher.reading ? watcher.reading->from : 0;
  const std::uint64_t to =
      watcher.reading ? ready_for(*watcher.reading, progress).to : progress.ready_bytes;
  if (to > from) watcher.observer->ready(to, part);
}

// What was only read is kept: its last piece is whole. Where all of it is here, the end of the
// fetch ends its readers too.
void Fetches::end_readers(const ct::Progress& progress, const std::string& part) {
  Fetch* fetch = find(progress.content);
  if (fetch == nullptr) return;
  std::vector<std::shared_ptr<Watcher>> over;
  std::erase_if(fetch->watchers, [&](const auto& watcher) {
    if (!watcher->range) return false;
    const std::uint64_t end = watcher->range->to.value_or(progress.size);
    const bool is_read =
        progress.verified_bytes < progress.size
        && (watcher->range->from >= end || ready_for(*watcher->reading, progress).whole >= end);
    if (!is_read && is_within(*watcher->range, progress.size)) return false;
    over.push_back(watcher);
    return true;
  });
  if (over.empty()) return;
  let_go(progress.content);
  for (const auto& watcher : over) {
    watcher->timer.cancel();
    settle(*watcher, part, progress.size, progress.sources);
  }
}

// The watcher that came last wants all of it. Until its folder is known to be good, nothing else
// changes; where it is not, only this watcher is told.
void Fetches::move(Fetch& fetch, const FetchWish& wish) {
  ++fetch.moves;
  pieces_->retarget(wish.content,
                    {.name = wish.name, .folder = wish.folder},
                    [this, wish, watcher = fetch.watchers.back()](const Status& placed) {
                      moved(wish.content, wish, watcher, placed);
                    });
}

void Fetches::moved(const ContentId& content,
                    const FetchWish& wish,
                    const std::shared_ptr<Watcher>& watcher,
                    const Status& placed) {
  Fetch* fetch = find(content);
  if (fetch == nullptr || fetch->moves == 0) return;  // over, or begun anew
  --fetch->moves;
  const bool fails = !placed && std::erase(fetch->watchers, watcher) > 0;
  if (placed) {
    fetch->aside = false;
    fetch->wish.name = wish.name;
    fetch->wish.folder = wish.folder;
    fetch->wish.share = wish.share;
    deliver_(ct::SetFetchRate{.content = content, .down = wish.rate, .polite = wish.polite});
  } else {
    let_go(content);
  }
  if (!fails) return;
  watcher->timer.cancel();
  watcher->observer->failed(placed.error());
}

}  // namespace freshet::io
