#include "node/io/host/folder_fetches.h"

#include <utility>

#include <asio/io_context.hpp>

#include "node/io/host/folder_fetch.h"

namespace freshet::io {

FolderFetches::FolderFetches(
    asio::io_context& io, Options options, Library& library, Folders& folders, Fetches& fetches)
    : options_(std::move(options)),
      library_(library),
      folders_(folders),
      fetches_(fetches),
      disk_(io, 1, false) {}

FolderFetches::~FolderFetches() = default;

void FolderFetches::start(FetchWish wish, const std::shared_ptr<FetchObserver>& observer) {
  auto fetch = std::make_shared<FolderFetch>(*this, std::move(wish), observer);
  running_[observer.get()] = fetch;
  fetch->begin();
}

void FolderFetches::leave(const FetchObserver* observer) {
  auto node = running_.extract(observer);
  if (!node.empty()) node.mapped()->leave();
}

void FolderFetches::stop() {
  stop_.request_stop();
  disk_.stop();
  for (const auto& [observer, fetch] : running_) fetch->drop();
  running_.clear();
}

}  // namespace freshet::io
