#include "node/io/host/folder_fetches.h"

#include <algorithm>
#include <utility>

#include <asio/io_context.hpp>

#include "node/io/host/folder_fetch.h"

namespace freshet::io {

FolderFetches::FolderFetches(
    asio::io_context& io, Options options, Library& library, Folders& folders, Fetches& fetches)
    : io_(io),
      options_(std::move(options)),
      library_(library),
      folders_(folders),
      fetches_(fetches),
      disk_(io, 1, false) {}

FolderFetches::~FolderFetches() = default;

void FolderFetches::start(FetchWish wish, const std::shared_ptr<FetchObserver>& observer) {
  auto fetch = std::make_shared<FolderFetch>(*this, std::move(wish), observer);
  const bool first = std::none_of(running_.begin(), running_.end(), [&](const auto& running) {
    return running.second->content() == fetch->content();
  });
  observer->progress(0, 0, 0);
  if (!first) {
    waiting_.push_back(std::move(fetch));
    return;
  }
  running_[observer.get()] = fetch;
  fetch->begin();
}

bool FolderFetches::is_shared(const FolderFetch& fetch) const {
  const bool awaited = std::any_of(waiting_.begin(), waiting_.end(), [&](const auto& waiting) {
    return waiting->content() == fetch.content();
  });
  if (awaited || !fetch.bundle()) return awaited;
  return std::any_of(running_.begin(), running_.end(), [&](const auto& running) {
    return running.second.get() != &fetch && running.second->bundle() == fetch.bundle();
  });
}

void FolderFetches::begin_next(const ContentId& content) {
  const auto next = std::find_if(waiting_.begin(), waiting_.end(), [&](const auto& waiting) {
    return waiting->content() == content;
  });
  if (next == waiting_.end()) return;
  const auto fetch = std::move(*next);
  waiting_.erase(next);
  running_[fetch->observer()] = fetch;
  fetch->begin();
}

void FolderFetches::leave(const FetchObserver* observer) {
  std::erase_if(waiting_, [&](const auto& waiting) { return waiting->observer() == observer; });
  auto node = running_.extract(observer);
  if (node.empty()) return;
  node.mapped()->leave();
  begin_next(node.mapped()->content());
}

void FolderFetches::stop() {
  stop_.request_stop();
  disk_.stop();
  for (const auto& [observer, fetch] : running_) fetch->drop();
  running_.clear();
  waiting_.clear();
}

}  // namespace freshet::io
