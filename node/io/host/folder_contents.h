// What lists and bundles of offered folders are served from. A list is a file that is kept; for a
// bundle the catalogue must be asked for all files of the folder, which takes long where they are
// many. So that begins when the list is asked for, and what was asked for last is remembered for a
// while: who fetches a folder asks for its bundle next, and others often for the same. On the io
// thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include <asio/steady_timer.hpp>

#include "node/io/host/library.h"
#include "node/io/host/worker_pool.h"
#include "node/store/shared_folder.h"

namespace freshet::io {

/// Where an offered folder is.
struct OfferedFolder {
  std::int64_t share = 0;
  std::string path;  ///< inside the share, as FolderTotals::path
  std::string base;  ///< of the share
  Sha256 key;        ///< FolderFiles::key as it was kept
  bool has_bundle = true;
};

class FolderContents {
 public:
  using FilesRead = std::function<void(Result<store::FolderFiles>)>;

  /// `lists`: the folder for what is kept. All of them outlive this.
  FolderContents(asio::io_context& io, Library& library, WorkerPool& builder, std::string lists);

  /// From the catalogue. Errors: what that says, invalid: it is no folder to be offered.
  void read_files(const OfferedFolder& folder, FilesRead done);
  /// `info` and `file`: what keep_folder() said. Where the file is gone it is made again.
  void find_list(const OfferedFolder& folder,
                 const store::ContentInfo& info,
                 const store::FileRef& file,
                 const Library::ContentFound& found);
  void find_bundle(const OfferedFolder& folder, const Library::ContentFound& found);
  /// Files changed: what is remembered may be of how they were.
  void forget();
  void stop();

 private:
  void make_again(const OfferedFolder& folder, bool wants_list, const Library::ContentFound& found);
  void read_bundle(const OfferedFolder& folder);
  void on_bundle(const OfferedFolder& folder,
                 std::uint64_t changes,
                 std::shared_ptr<const SharedContent> bundle);
  void remember(const Sha256& key, std::shared_ptr<const SharedContent> bundle);

  Library& library_;
  WorkerPool& builder_;
  std::string lists_;
  std::map<Sha256, std::vector<Library::ContentFound>> waiting_;  ///< for bundles that are read
  std::map<Sha256, store::FileRef> made_again_;                   ///< lists, until files change
  Sha256 last_key_{};
  std::shared_ptr<const SharedContent> last_;
  asio::steady_timer forget_last_;
  std::uint64_t changes_ = 0;  ///< counts forget()
  std::stop_source stop_;
};

}  // namespace freshet::io
