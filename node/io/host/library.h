// What this node shares: the catalogue on disk and its picture in memory, the index of words,
// scanning and hashing. All calls and callbacks are on the io thread; disk work goes to workers.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "node/base/ids.h"
#include "node/base/result.h"
#include "node/core/search/index.h"
#include "node/io/host/hash_queue.h"
#include "node/io/host/kept_index.h"
#include "node/io/host/live_shares.h"
#include "node/io/host/metadata_reads.h"
#include "node/io/host/shared_content.h"
#include "node/io/host/worker_pool.h"
#include "node/store/catalogue.h"
#include "node/store/file_table.h"
#include "node/store/scanner.h"
#include "node/wire/overlay/bodies.h"
#include "node/wire/overlay/browse.h"

namespace freshet::io {

struct LibraryTotals {
  std::uint64_t files = 0;
  std::uint64_t size_bytes = 0;
  std::uint64_t hashed_files = 0;
  std::uint64_t hashed_bytes = 0;
};

/// What was done since the start.
struct LibraryCounters {
  std::uint64_t files_hashed = 0;       ///< read from end to end
  std::uint64_t scans = 0;              ///< of whole shares, failed ones too
  std::uint64_t files_changed = 0;      ///< added, changed or removed, by scans and by watching
  std::uint64_t words_kept = 0;         ///< files whose words the last run had kept (kept_index.h)
  std::uint64_t lookups_forgotten = 0;  ///< answers that wait for an id, dropped for newer ones
  std::uint64_t browses_refused = 0;    ///< no share may be listed
};

/// One share as the user sees it.
struct ShareSummary {
  std::string path;
  LibraryTotals totals;
  bool scanning = false;
  bool browse = true;  ///< neighbours may list it; searches find its files in any case
  /// Of the last scan, or why it is not watched; empty when there is none.
  std::string problem;
};

class Library {
 public:
  /// Words are kept on disk when so many files changed since they were last, and a quarter of all.
  static constexpr std::size_t kLeastKept = 16'384;
  static constexpr std::size_t kMaxWaiters = 4096;  ///< searches that wait for a file to be hashed
  /// Places looked at for one page: many may be empty, or of shares that are not to be browsed.
  static constexpr std::size_t kMaxBrowseLooks = 8192;

  /// A file got its content id after a Lookup had to answer without.
  using Identified = std::function<void(const Guid& lookup, const wire::HitFile&)>;

  /// `hash_key`: random, for the index. `metadata_worker`: the command that reads metadata; empty:
  /// none is read.
  Library(asio::io_context& io,
          store::Catalogue catalogue,
          std::string state_folder,
          std::uint64_t hash_key,
          std::vector<std::string> metadata_worker = {});
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;
  ~Library();

  void on_identified(Identified identified) { identified_ = std::move(identified); }
  /// Files came, and perhaps words with them. Called once for all that came at one time.
  void on_words(std::function<void()> changed) { words_changed_ = std::move(changed); }
  /// A file came, went or got its id. Called for each.
  void on_changed(std::function<void()> changed) { changed_ = std::move(changed); }
  [[nodiscard]] std::vector<std::uint32_t> word_hashes() const { return index_.word_hashes(); }
  /// Loads what the catalogue knows, then looks at every share again, and keeps up with its changes
  /// from then on. `loaded`: names can be searched.
  void start(std::function<void()> loaded);
  void stop();

  // ---- shares
  using ShareDone = std::function<void(Result<ShareSummary>)>;
  /// Shares a folder or file; done when it is scanned (its names are searchable by then). Again for
  /// one that is shared: looks at it again. Errors: io.
  /// `browse`: whether neighbours may list it; nullopt: as it was, true at first.
  void add_share(const std::string& path, ShareDone done, std::optional<bool> browse = {});
  /// Whether neighbours may list a share. Errors: not_found.
  void set_browse(const std::string& path, bool allowed, std::function<void(Status)> done);
  /// Errors: not_found.
  void remove_share(const std::string& path, std::function<void(Status)> done);
  /// Looks at every share again.
  void rescan(std::function<void(Status)> done);
  [[nodiscard]] std::vector<ShareSummary> shares() const;
  [[nodiscard]] const LibraryTotals& totals() const { return totals_; }
  [[nodiscard]] const LibraryCounters& counters() const { return counters_; }
  /// Answers that wait for an id.
  [[nodiscard]] std::size_t waiters() const { return waiters_.size(); }
  [[nodiscard]] HashingView hashing() { return hashes_.view(); }
  /// Most words are read from a file.
  [[nodiscard]] bool index_is_kept() const { return index_is_kept_; }
  /// Until the daemon ends. Nor is metadata read.
  void pause_hashing(bool paused) {
    hashes_.pause(paused);
    metadata_.pause(paused);
  }
  [[nodiscard]] const MetadataReads& metadata() const { return metadata_; }

  // ---- search
  /// A word that must match is in no path here, so lookup() would find nothing.
  [[nodiscard]] bool lacks_a_word_of(ByteView query) const;
  /// Own files that match, at most `limit`. Those without an id move to the front of the hash
  /// queue, and `identified` is called for `lookup` when they have one.
  std::vector<wire::HitFile> lookup(const Guid& lookup,
                                    const wire::Query& query,
                                    std::uint32_t limit);

  // ---- browsing
  /// A page of the files that a neighbour may list.
  wire::BrowsePage browse(const wire::Browse& browse);

  // ---- content
  using ContentFound = std::function<void(std::optional<SharedContent>)>;
  void find_content(const InfoHash& id, ContentFound found);
  /// Who else may know a content, asked first; false: not it.
  using Elsewhere = std::function<bool(const InfoHash&, const ContentFound&)>;
  void look_elsewhere(Elsewhere elsewhere) { elsewhere_ = std::move(elsewhere); }
  void find_content(const ContentId& content, ContentFound found);
  /// Work on the catalogue's worker; all hashes are in it.
  void on_catalogue(std::function<WorkerPool::Completion(store::Catalogue&)> job);
  /// Those that are folders and can be read.
  [[nodiscard]] std::vector<store::Share> folder_shares() const;
  [[nodiscard]] bool has(const ContentId& content) const {
    return files_.find(content).has_value();
  }
  /// Shares a finished download at once, already hashed. `done` gets where it is.
  void add_finished(const std::string& path,
                    store::ContentInfo content,
                    std::function<void(Result<store::FileRef>)> done);

 private:
  struct ShareState {
    store::ShareId id;
    ShareSummary summary;
    store::ShareLocation location;
    std::stop_source removed = {};  ///< ends a scan of it
    bool hidden = false;  ///< could not be read: its files are in the catalogue, and not in answers
    bool was_scanned = false;          ///< since the start
    std::vector<ShareDone> also = {};  ///< who waits for its first scan, which others began
  };
  struct ScanEnd {
    Result<store::ScanReport> report;
    bool unreadable = false;  ///< it failed at the share itself, not at what keeps its changes
  };
  struct Waiter {
    Guid lookup;
    store::FileId file;
  };

  void scan(store::Share share, ShareDone done);
  ScanEnd scan_on_worker(const store::Share& share, const std::stop_token& removed);
  Status keep_changes(Result<std::vector<store::FileChange>> changes);
  Status is_mounted(const store::Share& share, const store::ScanReport& report);
  void scan_again(store::ShareId share);
  void on_scanned(const store::Share& share, const ScanEnd& end, ShareDone done);
  /// What became of it; or that it was removed meanwhile.
  void tell_of(const store::Share& share, const ShareDone& done);
  void hide(ShareState& share);
  void forget_share(store::ShareId id);
  void remove_files_of(store::ShareId id);
  /// Keeps the words of files where that is worth it.
  void keep_index();
  void on_kept(const Result<KeptIndex::Kept>& kept);
  /// The last run kept its words: it is findable.
  bool adopt(store::FileTable::Place place);
  /// What the catalogue knows, of every share or of one.
  void load(std::function<void()> done, std::optional<store::ShareId> only = std::nullopt);
  void apply(const std::vector<store::FileChange>& changes);
  void show(const store::CatalogueFile& file);
  void add(const store::CatalogueFile& file);
  /// By its path, and by what it says of itself.
  void index(store::FileTable::Place place);
  [[nodiscard]] bool has_metadata(store::FileTable::Place place) const;
  /// store::IndexedFile::texts
  [[nodiscard]] std::uint32_t mark_of(store::FileTable::Place place) const;
  [[nodiscard]] std::uint32_t mark_of_words(store::FileTable::Place place) const;
  [[nodiscard]] std::shared_ptr<const wire::FileMetadata> metadata_of(
      store::FileTable::Place place) const;
  void ask_for_metadata(store::FileTable::Place place);
  [[nodiscard]] std::optional<MetadataReads::Place> locate_hashed(store::FileId id) const;
  bool may_browse(store::ShareId id);
  void tell_words();
  void remove(store::FileId id);
  void count(store::FileTable::Place place, int sign);
  void identify(store::FileId id, const ContentId& content);
  void on_hashed(store::FileId id, const store::FileRef& where, Result<store::ContentInfo> content);
  void flush_hashes();
  ShareState& share_state(const store::Share& share);
  [[nodiscard]] ShareState* find_share(store::ShareId id);
  Result<ShareState*> share_at(const std::string& path);
  [[nodiscard]] std::optional<store::FileRef> locate(store::FileId id) const;
  [[nodiscard]] wire::HitFile hit_for(store::FileTable::Place place) const;

  asio::io_context& io_;
  std::string state_folder_;
  store::Catalogue catalogue_;  ///< touched by catalogue_pool_ alone once start() was called
  Identified identified_;
  std::function<void()> words_changed_;
  std::function<void()> changed_;
  Elsewhere elsewhere_;
  bool telling_words_ = false;
  std::vector<ShareState> shares_;
  store::FileTable files_;
  std::uint64_t hash_key_;
  core::search::Index index_;                   ///< a file's number in it is its place in files_
  std::vector<store::IndexedFile> kept_files_;  ///< by slot, while files are loaded
  bool loaded_ = false;
  bool index_is_kept_ = false;
  std::size_t keep_after_ = kLeastKept;  ///< changes
  bool forgets_words_ = false;           ///< words are kept that must not stay on disk
  LibraryTotals totals_;
  LibraryCounters counters_;
  std::vector<Waiter> waiters_;
  std::vector<store::HashedFile> unsaved_;
  std::uint64_t unsaved_bytes_ = 0;
  std::stop_source stop_;
  WorkerPool catalogue_pool_;
  KeptIndex kept_;
  LiveShares live_;
  HashQueue hashes_;
  MetadataReads metadata_;
};

}  // namespace freshet::io
