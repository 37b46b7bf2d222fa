// Downloads as the user sees them: who asked for which content, where it goes, how far it is.
// Starts the transfer engine, asks the mesh for more sources when it wants some, names and shares
// what is complete. On the io thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "node/base/ids.h"
#include "node/base/result.h"
#include "node/core/transfer/config.h"
#include "node/core/transfer/io.h"
#include "node/io/asio_fwd.h"
#include "node/io/host/library.h"
#include "node/io/host/piece_store.h"
#include "node/store/downloads.h"

namespace freshet::io {

/// What a `get` hears. Called on the io thread; done and failed are the last call.
class FetchObserver {
 public:
  FetchObserver() = default;
  FetchObserver(const FetchObserver&) = delete;
  FetchObserver& operator=(const FetchObserver&) = delete;
  virtual ~FetchObserver() = default;
  virtual void progress(std::uint64_t verified_bytes,
                        std::uint64_t size,
                        std::uint32_t sources) = 0;
  /// All from the beginning, or from that of the wish's range, up to byte `bytes` is verified and
  /// can be read from `part`, which keeps it under this name until done.
  virtual void ready(std::uint64_t /*bytes*/, const std::string& /*part*/) {}
  virtual void done(const std::string& path, std::uint64_t size, std::uint32_t sources) = 0;
  virtual void failed(const Error& error) = 0;
};

/// Bytes of a content that somebody reads.
struct FetchRange {
  std::uint64_t from = 0;
  std::optional<std::uint64_t> to = {};  ///< not itself; without it all to the end
};

struct FetchWish {
  ContentId content;
  std::string name;    ///< from a hit: made safe by the store
  std::string folder;  ///< absolute
  std::optional<std::uint64_t> size_claim;
  std::vector<core::transfer::Source> sources;
  /// Gives up when no source is up for so long.
  std::chrono::milliseconds patience{10000};
  std::uint64_t rate = 0;  ///< bytes a second at most; 0: no limit
  bool polite = false;     ///< gives way to other traffic
  bool in_order = false;   ///< it is read while it is fetched
  /// In order, these bytes alone: nothing else is fetched unless another wants it, what is here is
  /// not copied, and done() comes with them.
  std::optional<FetchRange> range = {};
  bool share = true;  ///< when it is here, where the node shares what it fetched
};

struct DownloadSummary {
  ContentId content;
  std::string name;
  std::string folder;
  std::uint64_t size = 0;
  std::uint64_t verified_bytes = 0;
  std::uint32_t sources = 0;
  bool running = false;
};

class Fetches {
 public:
  using Deliver = std::function<void(core::transfer::Input)>;
  using AskMesh = std::function<void(const ContentId&)>;
  struct Options {
    std::string downloads;  ///< folder of unfinished files
    bool share_finished = true;
    std::size_t max_readers = core::transfer::Config{}.max_readers;  ///< of one content
    std::string unshared = {};  ///< folder of what is fetched for the node itself
  };

  Fetches(
      asio::io_context& io, Options options, Library& library, Deliver deliver, AskMesh ask_mesh);
  ~Fetches();
  Fetches(const Fetches&) = delete;
  Fetches& operator=(const Fetches&) = delete;

  /// The store of pieces works for the transfers of this object.
  void use(PieceStore& pieces) { pieces_ = &pieces; }
  [[nodiscard]] PieceStore::Target target_of(const ContentId& content) const;

  /// Goes on with what an earlier run left unfinished.
  void resume(const std::vector<store::UnfinishedDownload>& unfinished);
  /// `observer` is told at once how far it is. One content is fetched once, for all who want it.
  void start(FetchWish wish, const std::shared_ptr<FetchObserver>& observer);
  /// The observer went away. Without one the fetch pauses; what is verified stays.
  void leave(const ContentId& content, const FetchObserver* observer);
  /// Where a fetch puts its file.
  struct Place {
    ContentId content;
    std::string folder;  ///< absolute
    std::string name;
    friend auto operator<=>(const Place&, const Place&) = default;
  };
  /// Something else has brought the files to these places: what is left of fetches that were to,
  /// and that nobody waits for, is removed.
  void drop_left(const std::set<Place>& places);
  void add_sources(const ContentId& content, std::vector<core::transfer::Source> sources);
  /// It is being fetched.
  [[nodiscard]] bool has(const ContentId& content) const { return fetches_.contains(content); }
  /// The mesh can be asked now: it is, for whatever has no source.
  void ask_again();
  /// What others may be told of a content that is being fetched: its verified pieces can be had.
  /// nullopt: nothing of it is verified, or it is not to be shared.
  [[nodiscard]] std::optional<wire::HitFile> offer(const ContentId& content) const;
  [[nodiscard]] std::vector<DownloadSummary> list() const;
  void stop();

  // ---- effects of the transfer engine
  void on_progress(const core::transfer::Progress& progress);
  void on_done(const core::transfer::FetchDone& done);
  void on_failed(const core::transfer::FetchFailed& failed);
  void on_need_sources(const ContentId& content);

 private:
  struct Fetch;
  struct Watcher;

  Fetch* find(const ContentId& content);
  void join(Fetch& fetch, FetchWish wish, const std::shared_ptr<FetchObserver>& observer);
  void read_shared(const SharedContent& found,
                   const FetchRange& range,
                   const std::shared_ptr<FetchObserver>& observer);
  Status place_reader(const Fetch& fetch, const FetchWish& wish, Watcher& watcher);
  void tell_readings(const Fetch& fetch);
  static void tell_ready(const Watcher& watcher,
                         const core::transfer::Progress& progress,
                         const std::string& part);
  void end_readers(const core::transfer::Progress& progress, const std::string& part);
  static void settle(const Watcher& watcher,
                     const std::string& path,
                     std::uint64_t size,
                     std::uint32_t sources);
  void move(Fetch& fetch, const FetchWish& wish);
  void moved(const ContentId& content,
             const FetchWish& wish,
             const std::shared_ptr<Watcher>& watcher,
             const Status& placed);
  void let_go(const ContentId& content);
  void begin(FetchWish wish, const std::shared_ptr<FetchObserver>& observer);
  bool watch(Fetch& fetch, const FetchWish& wish, const std::shared_ptr<FetchObserver>& observer);
  void arm_patience(const ContentId& content, const std::shared_ptr<Watcher>& watcher);
  void give_up(const ContentId& content, const std::shared_ptr<Watcher>& watcher);
  void finish(const ContentId& content, std::uint32_t sources);
  [[nodiscard]] bool is_shared(const FetchWish& wish) const;
  void end(const ContentId& content, const Error& error);

  asio::io_context& io_;
  Options options_;
  Library& library_;
  Deliver deliver_;
  AskMesh ask_mesh_;
  PieceStore* pieces_ = nullptr;
  std::uint32_t next_reader_ = 1;
  std::unordered_map<ContentId, std::unique_ptr<Fetch>, IdHash> fetches_;
};

}  // namespace freshet::io
