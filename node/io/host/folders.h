// The folders that this node offers as one item: every share that is a folder, the folders right in
// it, and whatever else holds files itself; of two files or more, once all of them are hashed.
// Found by the words of their paths, each has a list of its files (wire/bt/folder_list.h), which is
// a content, and a bundle of the small ones, which is another. Follows the library; what it keeps
// on disk can be made again. On the io thread; the rest on workers.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include <asio/steady_timer.hpp>

#include "node/core/search/index.h"
#include "node/io/host/folder_contents.h"
#include "node/io/host/library.h"
#include "node/io/host/worker_pool.h"
#include "node/store/shared_folder.h"

namespace freshet::io {

/// One that a torrent is made of.
struct FoundFolder {
  std::string name;
  store::FolderFiles files;
};

class Folders {
 public:
  static constexpr std::size_t kMaxFolders = 4096;  ///< those near the shares' tops come first

  /// `lists`: the folder for what is kept. `hash_key`: random, for the index.
  Folders(asio::io_context& io, Library& library, std::string lists, std::uint64_t hash_key);

  /// What is searchable changed.
  void on_words(std::function<void()> changed) { words_changed_ = std::move(changed); }
  void stop();

  // ---- search
  [[nodiscard]] bool lacks_a_word_of(ByteView query) const;
  [[nodiscard]] std::vector<std::uint32_t> word_hashes() const { return index_.word_hashes(); }
  /// Those that match, at most `limit`.
  [[nodiscard]] std::vector<wire::HitFile> lookup(const wire::Query& query,
                                                  std::uint32_t limit) const;

  // ---- content
  /// The id of the folder at an absolute path.
  [[nodiscard]] std::optional<ContentId> at(const std::string& path) const;
  [[nodiscard]] bool has(const ContentId& list) const { return by_list(list) != nullptr; }
  /// Errors: not_found, and what the catalogue says.
  void find_files(const ContentId& list, std::function<void(Result<FoundFolder>)> found);
  /// Whether it is the id of a list or a bundle; `found` is called then.
  bool find_content(const InfoHash& id, const Library::ContentFound& found);
  [[nodiscard]] std::size_t size() const { return live_; }

 private:
  using Place = std::pair<std::int64_t, std::string>;  ///< a share and FolderTotals::path
  struct Candidate {
    Place place;
    std::string base;
    std::uint64_t files = 0;
    std::uint64_t hashed_files = 0;
    std::uint64_t size_bytes = 0;
    std::int64_t newest_ns = 0;
    std::uint64_t stamp = 0;
    bool holds_files = false;  ///< itself, not only in folders below
  };
  struct Item {
    Candidate from;
    std::string path;  ///< inside the share, or the share's own name: what it is found by
    Sha256 key;
    store::ContentInfo list;
    store::FileRef list_file;
    std::optional<ContentId> bundle;
    std::uint64_t bundle_bytes = 0;

    [[nodiscard]] std::string name() const { return store::file_name_of(path); }
  };
  struct Known {
    std::uint64_t stamp = 0;
    std::optional<std::uint32_t> number;  ///< of the item; unset: it cannot be one as it is
  };

  void changed();
  void arm();
  void look();
  static std::vector<Candidate> candidates_in(store::Catalogue& catalogue,
                                              const std::vector<store::Share>& shares);
  void take(std::vector<Candidate> candidates);
  void build_next();
  void keep(const Candidate& candidate, const store::FolderFiles& files);
  void on_kept(const Candidate& candidate,
               const Sha256& key,
               const Result<store::KeptFolder>& kept);
  void rest();
  void clean();
  void remove(std::uint32_t number);
  [[nodiscard]] const Item* by_list(const ContentId& list) const;
  [[nodiscard]] static wire::HitFile hit_for(const Item& item);
  /// Not kept yet: without a key.
  static OfferedFolder offered(const Candidate& candidate);
  static OfferedFolder offered(const Item& item);
  [[nodiscard]] bool is_shared(const Item& item) const;

  Library& library_;
  std::string lists_;
  std::function<void()> words_changed_;
  std::map<Place, Known> known_;
  std::deque<std::optional<Item>> items_;
  std::vector<std::uint32_t> free_;
  std::size_t live_ = 0;
  core::search::Index index_;  ///< a folder's number in it is its place in items_
  std::deque<Candidate> waiting_;
  asio::steady_timer timer_;
  std::chrono::steady_clock::time_point begun_;
  std::chrono::steady_clock::duration pause_{};
  bool looking_ = false;
  bool again_ = false;
  bool armed_ = false;
  bool cleaned_ = false;
  std::stop_source stop_;
  FolderContents contents_;
  WorkerPool builder_;  ///< the last one: its jobs end first
};

}  // namespace freshet::io
