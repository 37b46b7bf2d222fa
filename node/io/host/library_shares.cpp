// The Library's shares: added, scanned, watched, hidden while they cannot be read, removed.
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <iterator>
#include <memory>
#include <utility>

#include <spdlog/spdlog.h>

#include "node/io/host/library.h"

namespace freshet::io {
namespace {

Error removed_meanwhile(const store::ShareLocation& location) {
  return {.code = ErrorCode::not_found,
          .message = location.path + " was removed while it was scanned"};
}

}  // namespace

void Library::add_share(const std::string& path, ShareDone done, std::optional<bool> browse) {
  catalogue_pool_.submit([this, path, done = std::move(done), browse]() -> WorkerPool::Completion {
    auto location = store::resolve_share(path);
    if (!location)
      return [done, error = location.error()] {
        done(error);
      };
    auto id = catalogue_.add_share(*location, browse);
    if (!id)
      return [done, error = id.error()] {
        done(error);
      };
    return [this, done, browse, share = store::Share{.id = *id, .location = *location}] {
      ShareState& state = share_state(share);
      state.summary.browse = browse.value_or(state.summary.browse);
      // Every share is scanned at the start, where most are named again; what changes is followed.
      if (state.summary.scanning && !state.was_scanned) {
        state.also.push_back(done);
      } else {
        scan(share, done);
      }
    };
  });
}

void Library::set_browse(const std::string& path, bool allowed, std::function<void(Status)> done) {
  const auto share = share_at(path);
  if (!share) {
    done(share.error());
    return;
  }
  if (!allowed) (*share)->summary.browse = false;  // at once; opened when that is kept
  catalogue_pool_.submit(
      [this, id = (*share)->id, allowed, done = std::move(done)]() -> WorkerPool::Completion {
        auto set = catalogue_.set_browse(id, allowed);
        return [this, id, allowed, done, set] {
          if (ShareState* state = find_share(id); state != nullptr && set)
            state->summary.browse = allowed;
          done(set);
        };
      });
}

void Library::scan(store::Share share, ShareDone done) {
  ShareState& state = share_state(share);
  state.summary.scanning = true;
  live_.add(share);
  catalogue_pool_.submit([this,
                          share = std::move(share),
                          done = std::move(done),
                          removed = state.removed.get_token()]() -> WorkerPool::Completion {
    const auto begun = std::chrono::steady_clock::now();
    auto scanned = scan_on_worker(share, removed);
    LiveShares::Scanned told{.took = std::chrono::steady_clock::now() - begun,
                             .failed = !scanned.report,
                             .unwatched = live_.look()->unwatched()};
    return [this, share, done, scanned = std::move(scanned), told = std::move(told)] {
      live_.scanned(share.id, told);
      on_scanned(share, scanned, done);
    };
  });
}

// On the catalogue's worker.
Library::ScanEnd Library::scan_on_worker(const store::Share& share,
                                         const std::stop_token& removed) {
  LiveLook& look = *live_.look();
  if (auto begun = catalogue_.begin_scan(share.id); !begun) return {.report = begun.error()};
  look.scan_begins(share);
  bool kept = true;
  std::vector<store::ScannedFile> rested;
  const auto keep = [&](std::span<const store::ScannedFile> batch) -> Status {
    if (removed.stop_requested())
      return Error{.code = ErrorCode::canceled,
                   .message = share.location.path + " was removed while it was scanned"};
    look.drain();
    rested.clear();
    std::copy_if(batch.begin(), batch.end(), std::back_inserter(rested), [&](const auto& file) {
      return !look.is_written(share.id, file.relative);
    });
    Status done = keep_changes(catalogue_.merge(rested));
    kept = done.ok();
    return done;
  };
  auto report = store::scan_share(share.location,
                                  keep,
                                  {.excluded = {state_folder_},
                                   .stop = stop_.get_token(),
                                   .entered = [&](const std::string& folder, int fd) {
                                     look.entered(share.id, folder, fd);
                                   }});
  if (!report) return {.report = std::move(report), .unreadable = kept};
  if (auto there = is_mounted(share, *report); !there)
    return {.report = there.error(), .unreadable = true};
  if (auto done = keep_changes(catalogue_.end_scan()); !done) return {.report = done.error()};
  return {.report = std::move(report)};
}

Status Library::keep_changes(Result<std::vector<store::FileChange>> changes) {
  if (!changes) return changes.error();
  if (!changes->empty())
    catalogue_pool_.post([this, changes = std::move(*changes)] { apply(changes); });
  return kOk;
}

// A folder that others are mounted on is there without them, and empty. What was in it is not gone.
Status Library::is_mounted(const store::Share& share, const store::ScanReport& report) {
  if (report.files > 0) return kOk;
  const auto elsewhere = catalogue_.all_elsewhere(share.id, report.device);
  if (!elsewhere) return elsewhere.error();
  if (!*elsewhere) return kOk;
  return Error{.code = ErrorCode::io,
               .message = share.location.path
                          + " is empty and on another file system than its files were: mount it, or "
                            "take it from the shares with: freshet share rm PATH"};
}

void Library::scan_again(store::ShareId id) {
  if (const ShareState* share = find_share(id))
    scan({.id = id, .location = share->location}, [](const Result<ShareSummary>&) {});
}

void Library::on_scanned(const store::Share& share, const ScanEnd& end, ShareDone done) {
  ++counters_.scans;
  const Result<store::ScanReport>& scanned = end.report;
  ShareState* state = find_share(share.id);
  if (state == nullptr) {
    tell_of(share, done);
    return;
  }
  state->summary.scanning = false;
  state->was_scanned = true;
  done = [first = std::move(done), also = std::exchange(state->also, {})](const auto& result) {
    first(result);
    for (const ShareDone& each : also) each(result);
  };
  keep_index();
  const std::string before =
      std::exchange(state->summary.problem, scanned ? "" : scanned.error().message);
  if (!scanned) {
    // Scanned again and again until it is there: said once.
    if (before != state->summary.problem)
      spdlog::warn("share {}: {}", share.location.path, state->summary.problem);
    if (end.unreadable) hide(*state);
    done(scanned.error());
    return;
  }
  if (scanned->unreadable_folders > 0) {
    state->summary.problem =
        std::to_string(scanned->unreadable_folders) + " unreadable folders were left out";
  }
  if (!std::exchange(state->hidden, false)) {
    done(state->summary);
    return;
  }
  spdlog::info("share {}: it is there again", share.location.path);
  // The catalogue reports changes only; what did not change meanwhile comes from here.
  load([this, done, share] { tell_of(share, done); }, share.id);
}

void Library::tell_of(const store::Share& share, const ShareDone& done) {
  if (const ShareState* state = find_share(share.id)) {
    done(state->summary);
    return;
  }
  done(removed_meanwhile(share.location));
}

// A folder that vanished, or a disk that is not mounted: its files must not be found, and its
// hashes must not be lost.
void Library::hide(ShareState& share) {
  if (std::exchange(share.hidden, true)) return;
  remove_files_of(share.id);
}

void Library::remove_files_of(store::ShareId id) {
  std::vector<store::FileId> files;
  for (store::FileTable::Place place = 0; place < files_.places(); ++place) {
    if (files_.has_file(place) && files_.share(place) == id) files.push_back(files_.id(place));
  }
  for (const store::FileId file : files) remove(file);
}

void Library::remove_share(const std::string& path, std::function<void(Status)> done) {
  const auto found = share_at(path);
  if (!found) {
    done(found.error());
    return;
  }
  const store::ShareId id = (*found)->id;
  forget_share(id);
  catalogue_pool_.submit([this, id, done = std::move(done)]() -> WorkerPool::Completion {
    auto removed = catalogue_.remove_share(id);
    return [this, id, done, removed] {
      // A download that was under way, or the same share added again, has brought it back.
      if (find_share(id) != nullptr) forget_share(id);
      done(removed);
    };
  });
}

void Library::forget_share(store::ShareId id) {
  if (ShareState* share = find_share(id)) {
    share->removed.request_stop();
    for (const ShareDone& waits : std::exchange(share->also, {}))
      waits(removed_meanwhile(share->location));
  }
  std::erase_if(shares_, [&](const ShareState& share) { return share.id == id; });
  live_.remove(id);
  remove_files_of(id);
  forgets_words_ = index_is_kept_ && index_.dead_sealed() > 0;
  keep_index();
}

void Library::rescan(std::function<void(Status)> done) {
  auto left = std::make_shared<std::size_t>(shares_.size());
  if (*left == 0) {
    done(kOk);
    return;
  }
  auto worst = std::make_shared<Status>(kOk);
  std::vector<store::Share> shares;
  for (const ShareState& share : shares_)
    shares.push_back({.id = share.id, .location = share.location});
  for (const store::Share& share : shares) {
    scan(share, [left, worst, done](const Result<ShareSummary>& scanned) {
      if (!scanned) *worst = scanned.error();
      if (--*left == 0) done(*worst);
    });
  }
}

std::vector<ShareSummary> Library::shares() const {
  std::vector<ShareSummary> summaries;
  for (const ShareState& share : shares_) {
    summaries.push_back(share.summary);
    if (summaries.back().problem.empty()) summaries.back().problem = live_.problem(share.id);
  }
  return summaries;
}

Library::ShareState& Library::share_state(const store::Share& share) {
  if (ShareState* known = find_share(share.id)) return *known;
  return shares_.emplace_back(ShareState{.id = share.id,
                                         .summary = {.path = share.location.path,
                                                     .totals = {},
                                                     .scanning = false,
                                                     .browse = share.browse,
                                                     .problem = {}},
                                         .location = share.location});
}

Result<Library::ShareState*> Library::share_at(const std::string& path) {
  std::error_code failed;
  const std::string absolute = std::filesystem::weakly_canonical(path, failed).string();
  const auto found = std::find_if(shares_.begin(), shares_.end(), [&](const ShareState& share) {
    return share.location.path == absolute || share.location.path == path;
  });
  if (found != shares_.end()) return &*found;
  return Error{.code = ErrorCode::not_found,
               .message = path + " is not shared; `freshet share ls` lists what is"};
}

Library::ShareState* Library::find_share(store::ShareId id) {
  const auto found = std::find_if(
      shares_.begin(), shares_.end(), [&](const ShareState& share) { return share.id == id; });
  return found == shares_.end() ? nullptr : &*found;
}

std::vector<store::Share> Library::folder_shares() const {
  std::vector<store::Share> folders;
  for (const ShareState& share : shares_) {
    if (!share.hidden && !share.location.single_file)
      folders.push_back({.id = share.id, .location = share.location});
  }
  return folders;
}

}  // namespace freshet::io
