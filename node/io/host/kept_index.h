// Keeps the words of many files in a file of the state folder, where lookups read them: neither in
// memory nor made anew at the next start. Made in the background, of the index's sealed parts; a
// path never changes under a file's id, so what is kept of an id holds for as long as there is a
// file of that id. All calls and callbacks are on the io thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "node/core/search/index.h"
#include "node/io/host/worker_pool.h"
#include "node/store/catalogue.h"
#include "node/store/index_file.h"

namespace freshet::io {

class KeptIndex {
 public:
  struct Kept {
    std::shared_ptr<const core::search::IndexPart> part;
    std::vector<store::IndexedFile> files;  ///< by slot, and by ascending ids
    std::vector<core::search::FileNumber> numbers =
        {};  ///< theirs when they were sealed; of keep()
  };
  using Done = std::function<void(Result<Kept>)>;

  /// `catalogue` is touched by jobs of `catalogue_pool` alone. `path`: where it is kept.
  KeptIndex(asio::io_context& io,
            store::Catalogue& catalogue,
            WorkerPool& catalogue_pool,
            std::string path);

  /// On the catalogue's worker: what the last run kept. nullopt: nothing that is of use.
  std::optional<Kept> read();

  /// Keeps what `sealed` has. `files`: its files, in their order. REQUIRES: !is_busy().
  void keep(core::search::Index::Sealed sealed,
            std::vector<store::IndexedFile> files,
            std::uint64_t hash_key,
            Done done);
  /// Lets go of them on a worker.
  void drop(core::search::Index::Parts parts);
  [[nodiscard]] bool is_busy() const { return busy_; }
  void stop();

 private:
  void put_in_place(std::int64_t serial,
                    std::vector<core::search::FileNumber> numbers,
                    const Done& done);

  asio::io_context& io_;
  store::Catalogue& catalogue_;
  WorkerPool& catalogue_pool_;
  std::string path_;
  bool busy_ = false;
  std::stop_source stop_;
  std::optional<WorkerPool> pool_;  ///< made when it is needed: few nodes share so much
};

}  // namespace freshet::io
