// What this node's files say of themselves: read once for each content, by a process with limits
// (store/metadata_worker.h), after it was hashed; kept in the catalogue, and in memory where it is
// something. A content that breaks the process is noted like one that says nothing; one that takes
// too long is tried again at the next start. All calls and callbacks are on the io thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include <asio/steady_timer.hpp>

#include "node/base/ids.h"
#include "node/io/host/worker_pool.h"
#include "node/store/catalogue.h"
#include "node/store/file_ids.h"
#include "node/store/metadata_table.h"
#include "node/store/metadata_worker.h"
#include "node/wire/overlay/file_metadata.h"

namespace freshet::io {

struct MetadataCounters {
  std::uint64_t files_read = 0;    ///< by the worker, with something or nothing in them
  std::uint64_t files_failed = 0;  ///< broke the worker
  std::uint64_t workers = 0;       ///< started
};

/// A name that files with metadata have: sound, video, pictures, PDF.
bool may_have_metadata(std::string_view name);

class MetadataReads {
 public:
  struct Place {
    store::FileRef where;
    ContentId content;
  };
  struct Needs {
    store::Catalogue& catalogue;  ///< touched by `catalogue_pool` alone
    WorkerPool& catalogue_pool;   ///< outlives this
    /// Where a hashed file is; nullopt when it is not shared any more.
    std::function<std::optional<Place>(store::FileId)> locate;
    /// Of this file's content something is known now.
    std::function<void(store::FileId)> known;
  };

  /// `command`: of the worker; empty: nothing is read, and nothing is known.
  MetadataReads(asio::io_context& io, std::vector<std::string> command, Needs needs);

  /// Takes what the catalogue knows. Before any file is added.
  void load();
  /// Looks for files in the catalogue that wait to be read; those need no add().
  void resume();

  /// of() is something; costs no decoding.
  [[nodiscard]] bool knows(const ContentId& content) const { return table_.contains(content); }
  [[nodiscard]] std::uint32_t mark(const ContentId& content) const { return table_.mark(content); }
  /// add() was said of it, and known() not yet.
  [[nodiscard]] bool is_waiting(store::FileId file) const { return waiting_.contains(file); }
  /// nullptr: it says nothing, or is not known yet.
  [[nodiscard]] std::shared_ptr<const wire::FileMetadata> of(const ContentId& content) const;
  /// A file that was hashed: it is read, unless that was done before or its name is none that
  /// may_have_metadata().
  void add(store::FileId file, std::string_view name);
  /// Nothing is read until it goes on.
  void pause(bool paused);
  /// Ends what runs; nobody uses the catalogue's pool any more.
  void stop();
  /// For the catalogue, after stop().
  std::vector<store::KnownMetadata> take_unsaved() { return std::exchange(unsaved_, {}); }

  [[nodiscard]] std::size_t waiting() const { return waiting_.size() + (running_ ? 1 : 0); }
  [[nodiscard]] std::size_t contents() const { return table_.size(); }
  [[nodiscard]] const MetadataCounters& counters() const { return counters_; }

 private:
  enum class Outcome : std::uint8_t { nothing, read, broken, slow, gone, no_worker, canceled };
  struct Ran {
    store::FileId file;
    ContentId content;
    Outcome outcome = Outcome::nothing;
    wire::FileMetadata metadata = {};
    std::uint64_t workers = 0;
    std::string problem = {};
  };

  void fill();
  /// Finds out whether its content was looked into before; else reads it.
  void start(store::FileId file, Place place);
  [[nodiscard]] bool is_unsaved(const ContentId& content) const;
  void read_on_worker(store::FileId file, Place place);
  static void read(store::MetadataWorker& worker,
                   const store::FileRef& where,
                   const std::stop_token& stop,
                   Ran& ran);
  void finish(Ran ran);
  void keep(Ran ran);
  void flush();
  void rest();
  void wait_for_worker(const std::string& problem);

  std::vector<std::string> command_;
  Needs needs_;
  store::MetadataTable table_;
  store::FileIds waiting_;
  bool running_ = false;
  bool paused_ = false;
  std::vector<store::KnownMetadata> unsaved_;
  MetadataCounters counters_;
  asio::steady_timer idle_;
  asio::steady_timer retry_;  ///< no worker could be had
  bool waits_for_worker_ = false;
  std::shared_ptr<store::MetadataWorker> worker_;  ///< touched by pool_ alone
  std::stop_source ended_;
  std::stop_source stop_;  ///< of what runs; another after each pause
  WorkerPool pool_;
};

}  // namespace freshet::io
