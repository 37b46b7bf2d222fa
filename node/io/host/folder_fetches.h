// Folders that are fetched as one item: each a list of files, a bundle of the small ones, and the
// large ones by their own ids, all of them contents that Fetches fetches. On the io thread; files
// are looked at and written on a worker.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <unordered_map>

#include "node/io/asio_fwd.h"
#include "node/io/host/fetches.h"
#include "node/io/host/folders.h"
#include "node/io/host/worker_pool.h"

namespace freshet::io {

class FolderFetch;

class FolderFetches {
 public:
  struct Options {
    std::string lists;  ///< folder for lists and bundles, until their files are in place
    bool share_finished = true;
  };
  FolderFetches(
      asio::io_context& io, Options options, Library& library, Folders& folders, Fetches& fetches);
  ~FolderFetches();
  FolderFetches(const FolderFetches&) = delete;
  FolderFetches& operator=(const FolderFetches&) = delete;

  /// `wish.content` is the list. What is in its place already, and is what the list says, is not
  /// fetched again, and nothing is replaced. A file that fails does not keep others from coming;
  /// failed() then names the first ones. One folder is fetched once at a time: a second `get` of it
  /// begins when the first is over, with what that one left, and hears its progress meanwhile.
  void start(FetchWish wish, const std::shared_ptr<FetchObserver>& observer);
  /// The observer went away; what is verified stays.
  void leave(const FetchObserver* observer);
  void stop();

 private:
  friend class FolderFetch;
  /// Another one uses this bundle's, or is to begin with this list's, files in `lists`.
  [[nodiscard]] bool is_shared(const FolderFetch& fetch) const;
  /// One of `content` is over: the next one begins.
  void begin_next(const ContentId& content);

  asio::io_context& io_;
  Options options_;
  Library& library_;
  Folders& folders_;
  Fetches& fetches_;
  std::unordered_map<const FetchObserver*, std::shared_ptr<FolderFetch>> running_;
  std::deque<std::shared_ptr<FolderFetch>> waiting_;  ///< for the one of their content
  std::stop_source stop_;
  WorkerPool disk_;
};

}  // namespace freshet::io
