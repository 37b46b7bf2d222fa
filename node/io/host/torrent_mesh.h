// The files of a torrent of v2 or of a hybrid as nodes of the mesh have them: what BEP 52 calls a
// file's pieces root is its content's id here, so each is fetched as `get ID` fetches, into its
// place. Asks first who has the largest; where nobody has it, or others are lacked time and again,
// the rest is left to BitTorrent clients. On the io thread.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "node/core/transfer/io.h"
#include "node/io/host/fetches.h"

namespace freshet::io {

class TorrentMesh : public std::enable_shared_from_this<TorrentMesh> {
 public:
  struct File {
    ContentId content;
    std::uint64_t size_bytes = 0;
    std::string folder;  ///< absolute
    std::string name;
    bool again = false;  ///< it came, but to where another `get` wanted it
  };
  struct Wish {
    std::vector<File> files;  ///< not empty, nor is any of them
    std::uint64_t rate = 0;   ///< bytes a second; 0: no limit
    bool share = false;       ///< each by itself, when it is here
  };
  /// Who has a content, as far as one answers within some seconds; nullopt: nobody.
  using Sources = std::optional<std::vector<core::transfer::Source>>;
  using Find = std::function<void(const ContentId&, std::function<void(Sources)>)>;
  struct Told {
    std::function<void()> moved;
    /// Once. The paths of those that came, as many as there are files at most.
    std::function<void(const std::vector<std::string>&)> over;
  };

  TorrentMesh(Fetches& fetches, Find find, Wish wish, Told told);

  void begin();
  /// The rest is left to others: over, with what came.
  void give_up();
  /// Nothing is told any more; what is verified stays.
  void leave();
  /// The same at the daemon's end.
  void drop();
  [[nodiscard]] std::uint64_t verified_bytes() const;
  [[nodiscard]] std::uint32_t sources() const;

 private:
  class Part;

  void on_sources(Sources sources);
  void fetch_more();
  void fetch(const File& file);
  void on_ended(const File& file, const Result<std::string>& path);
  void end();

  Fetches& fetches_;
  Find find_;
  Wish wish_;
  Told told_;
  std::vector<core::transfer::Source> sources_;
  std::deque<File> waiting_;                          ///< larger ones first
  std::map<ContentId, std::shared_ptr<Part>> parts_;  ///< on their way
  std::vector<std::string> arrived_;
  std::uint64_t arrived_bytes_ = 0;
  std::uint32_t misses_ = 0;
  bool over_ = false;
};

}  // namespace freshet::io
