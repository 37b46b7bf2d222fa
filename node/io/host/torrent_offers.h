// The source's side: other nodes ask whether this one serves a torrent of a content that it has. It
// does when it knows the torrent; what it does not know it wants a record of, has checked, and
// serves from then on. Bounded in connections, in records that are on their way, and in work. On
// the io thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "node/core/bittorrent/torrent.h"
#include "node/io/asio_fwd.h"
#include "node/io/host/limits.h"
#include "node/io/host/others_torrents.h"
#include "node/io/host/record_checks.h"
#include "node/io/host/torrent_talk.h"

namespace freshet::io {

class TorrentOffers {
 public:
  struct Parts {
    /// Of any torrent that is served here; counts as use.
    std::function<core::bittorrent::TorrentPtr(const InfoHash&)> find;
    /// It is here as a whole, and wanted.
    std::function<bool(const ContentId&)> has;
    std::function<bool(const ContentId&)> has_room;
    /// A torrent was found true. It is served when that returns.
    std::function<void(store::Published)> serve;
  };

  /// `checks` is told of records by this object alone.
  TorrentOffers(asio::io_context& io, RecordChecks& checks, Parts parts);
  ~TorrentOffers();  // NOLINT(bugprone-exception-escape): see the .cpp
  TorrentOffers(const TorrentOffers&) = delete;
  TorrentOffers& operator=(const TorrentOffers&) = delete;

  /// A connection that is up. Takes it over.
  void take_in(const std::shared_ptr<TlsLink>& link);
  /// A record was checked.
  void on_checked(const AskedTorrent& asked, std::optional<store::Published> torrent);
  void stop();

  struct Counters {
    std::uint64_t asked = 0;
    std::uint64_t served = 0;
    std::uint64_t not_here = 0;    ///< the content is not, or is blocked, or is another one
    std::uint64_t vain = 0;        ///< such a record was found false before
    std::uint64_t no_room = 0;     ///< for the torrent, its record, or one more talk
    std::uint64_t unexpected = 0;  ///< no question, or not what was to come next
    std::uint64_t silent = 0;      ///< left, or came to no end in time
  };
  [[nodiscard]] const Counters& counters() const { return counters_; }
  static void count(const Counters& it, std::vector<std::pair<std::string, std::uint64_t>>& all);
  void add_limits(Limits& limits) const;

 private:
  struct Talk;
  using TalkPtr = std::shared_ptr<Talk>;

  void on_said(const TalkPtr& talk, wire::FrameType type, ByteView body);
  void on_ask(const TalkPtr& talk, const AskedTorrent& asked);
  void on_part(const TalkPtr& talk, ByteView part);
  void want_record(const TalkPtr& talk);
  /// Of one of those who wait and were not asked for theirs. False: there is none.
  bool want_next(const AskedTorrent& asked);
  void wait(const TalkPtr& talk);
  void answer(const TalkPtr& talk, bool serves, std::uint64_t& counter);
  static void say(const Talk& talk, bool serves);
  /// False: it was closed before.
  bool close(const TalkPtr& talk);
  /// And those that waited for what it was to bring.
  void end(const TalkPtr& talk);
  void arm(const TalkPtr& talk, std::chrono::steady_clock::duration patience);
  [[nodiscard]] bool is_coming(const AskedTorrent& asked) const;
  [[nodiscard]] bool may_come(const TalkPtr& talk) const;
  /// Of those who have a place, or whose record is on its way.
  [[nodiscard]] std::vector<Endpoint> talking() const;
  [[nodiscard]] std::vector<Endpoint> bringing() const;

  asio::io_context& io_;
  RecordChecks& checks_;
  Parts parts_;
  Counters counters_;
  std::set<TalkPtr> talks_;
  std::shared_ptr<KeptHandlers> kept_ = std::make_shared<KeptHandlers>();
  bool stopped_ = false;
};

}  // namespace freshet::io
