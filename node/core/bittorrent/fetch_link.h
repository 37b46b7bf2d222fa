// One connection to a BitTorrent client that a torrent is fetched from: BEP 3 as one that only
// takes, with 6 (fast), 9 (metadata), 10 (extensions) and 11 (peer exchange). Sans-IO. Says what
// came to its owner, asks for what the owner names; whatever the peer sends, memory is bounded by
// the limits here.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "node/base/bytes.h"
#include "node/base/time.h"
#include "node/core/bittorrent/metadata_download.h"
#include "node/core/bittorrent/peer_book.h"
#include "node/core/bittorrent/torrent.h"
#include "node/wire/bt/announce.h"
#include "node/wire/bt/messages.h"
#include "node/wire/bt/piece_set.h"
#include "node/wire/bt/stream_splitter.h"
#include "node/wire/bt/torrent_layout.h"

namespace freshet::core::bittorrent {

struct FetchConfig {
  wire::bt::PeerId peer_id{};
  std::uint16_t listen_port = 0;
  std::uint32_t first_window = 128;  ///< requests on their way, before anything is known
  std::uint32_t least_window = 16;
  std::uint32_t most_window = 500;  ///< or the peer's `reqq`
  std::uint32_t usual_reqq = 250;   ///< of one that does not say
  std::size_t max_allowed_fast = 64;
  std::size_t max_early_haves = 4096;  ///< before the metadata is here
  std::uint32_t max_offences = 64;     ///< what no correct client sends
  std::uint32_t max_links = 32;
  Duration handshake_time = std::chrono::seconds(10);
  Duration stalled = std::chrono::seconds(3);  ///< then its blocks are asked of others
  Duration dead = std::chrono::seconds(60);    ///< asked, and nothing came
  Duration hope = std::chrono::seconds(60);    ///< after a handshake or block, although it chokes
  Duration silence = std::chrono::seconds(180);
  Duration keep_alive = std::chrono::seconds(100);
  Duration metadata_patience = std::chrono::seconds(10);  ///< for each piece of it
  Duration metadata_time = std::chrono::seconds(30);  ///< for all of it; twice that the next time
  Duration metadata_pause = std::chrono::seconds(2);  ///< until it is asked again; then twice that
};

/// What is counted of fetches; every number since the daemon's start.
struct FetchCounters {
  std::uint64_t links = 0;         ///< that shook hands
  std::uint64_t links_broken = 0;  ///< closed for what the peer sent
  std::uint64_t links_silent = 0;  ///< closed for what it did not
  std::uint64_t dials_failed = 0;
  std::uint64_t blocks = 0;
  std::uint64_t block_bytes = 0;
  std::uint64_t blocks_unasked = 0;  ///< that nobody waits for, and twice-brought ones
  std::uint64_t pieces_bad = 0;
  std::uint64_t peers_banned = 0;
  std::uint64_t peers_heard = 0;  ///< addresses, from trackers and peers
  std::uint64_t metadata_fetched = 0;
  std::uint64_t metadata_bad = 0;
  std::uint64_t requests_rejected = 0;  ///< by peers
};

class FetchLink {
 public:
  /// Called from within on_bytes() and on_time().
  class Owner {
   public:
    virtual void on_shaken(FetchLink& link) = 0;
    /// Pieces that the peer has now and had not.
    virtual void on_has(FetchLink& link, const wire::bt::PieceSet& before) = 0;
    virtual void on_have(FetchLink& link, std::uint32_t piece) = 0;
    virtual void on_block(FetchLink& link, const wire::bt::BlockRange& block, ByteView bytes) = 0;
    /// It will not bring this one, or not soon.
    virtual void on_unasked(FetchLink& link, const wire::bt::BlockRange& block) = 0;
    virtual void on_stalled(FetchLink& link) = 0;
    virtual void on_choked(FetchLink& link) = 0;
    virtual void on_metadata(FetchLink& link, const Bytes& info) = 0;
    /// It was asked for, and does not come. `bad`: it came, and is not what the name says.
    virtual void on_no_metadata(FetchLink& link, bool bad) = 0;
    virtual void on_peers(FetchLink& link, const std::vector<Endpoint>& peers) = 0;

   protected:
    ~Owner() = default;
  };

  /// To a peer that was dialled: speaks first.
  FetchLink(PeerNumber number,
            const InfoHash& name,
            const FetchConfig& config,
            FetchCounters& counters,
            Owner& owner,
            TimePoint now);

  // ---- in
  void on_bytes(ByteView bytes, TimePoint now);
  /// `unread`: see Fetch::on_time().
  void on_time(TimePoint now, Duration unread = {});
  /// The torrent's shape is known: pieces count from now on. Calls on_has().
  void begin(const wire::bt::TorrentLayout& layout);
  /// `failures`: how often this peer was asked in vain.
  void ask_metadata(std::uint32_t failures);
  void show_interest();
  void request(const wire::bt::BlockRange& block);
  void cancel(const wire::bt::BlockRange& block);
  void end() { over_ = true; }
  /// Before it goes: says of all that was asked that it will not come.
  void give_back();

  // ---- out
  Bytes take_output() { return std::exchange(out_, {}); }
  [[nodiscard]] bool over() const { return over_; }

  [[nodiscard]] PeerNumber number() const { return number_; }
  [[nodiscard]] const wire::bt::PeerId& peer_id() const { return peer_id_; }
  [[nodiscard]] bool is_shaken() const { return shaken_; }
  [[nodiscard]] const wire::bt::PieceSet& has() const { return has_; }
  /// Requests that may be sent now.
  [[nodiscard]] std::size_t room() const;
  [[nodiscard]] bool may_ask(std::uint32_t piece) const {
    return has_.has(piece) && (!choked_ || allowed_.contains(piece));
  }
  /// It says so.
  [[nodiscard]] bool has_metadata() const { return metadata_.has_value(); }
  /// And may be asked for it now.
  [[nodiscard]] bool offers_metadata() const {
    return metadata_ && !asking_metadata_ && now_ >= metadata_due_;
  }
  [[nodiscard]] bool is_asking_metadata() const { return asking_metadata_ && !over_; }
  [[nodiscard]] bool has_begun() const { return begun_; }
  // ---- what its owner notes of it
  /// Pieces that it has and that are lacked here.
  void set_wanted(std::uint32_t pieces) { wanted_ = pieces; }
  [[nodiscard]] std::uint32_t wanted() const { return wanted_; }
  /// There was nothing to ask it for, as things were at `news`; forgotten when it can be asked for
  /// more.
  void set_idle(std::uint64_t news) { idle_ = Idle{.news = news, .choked = choked_}; }
  [[nodiscard]] bool is_idle(std::uint64_t news) const { return idle_ && idle_->news == news; }

  /// It does not choke, or has not for long.
  [[nodiscard]] bool is_hopeful(TimePoint now) const {
    return !choked_ || now - lively_at_ < config_.hope;
  }
  [[nodiscard]] bool was_useful() const { return useful_; }
  [[nodiscard]] std::size_t asked() const { return asked_.size(); }

 private:
  struct Idle {
    std::uint64_t news = 0;
    bool choked = false;  ///< then: an unchoke makes more of it
  };
  void on_item(const wire::bt::StreamSplitter::Item& item);
  void on_handshake(ByteView bytes);
  void on_message(const wire::bt::Message& message);
  void on_piece(const wire::bt::BlockRange& block, ByteView bytes);
  void on_choke();
  void on_unchoke();
  void on_reject(const wire::bt::BlockRange& block);
  void on_have(std::uint32_t piece);
  void on_have_all();
  void on_have_none();
  void on_whole_set();
  void on_pieces(wire::bt::PieceSet has);
  void on_bitfield(ByteView bits);
  void on_allowed_fast(std::uint32_t piece);
  void on_extended(const wire::bt::Extended& message);
  void on_extension_handshake(ByteView payload);
  void on_metadata(ByteView payload);
  void on_metadata_whole();
  void request_metadata();
  void fail_metadata(bool bad);
  void on_exchange(ByteView payload);
  void send_hello();
  void send_extended(std::uint8_t id, ByteView payload);
  void release_all();
  void measure(TimePoint now);
  void offend();
  void break_off();

  PeerNumber number_;
  InfoHash name_;
  const FetchConfig& config_;
  FetchCounters& counters_;
  Owner& owner_;
  wire::bt::StreamSplitter splitter_;
  wire::bt::PeerId peer_id_{};
  wire::bt::PieceSet has_;
  Bytes out_;
  std::map<wire::bt::BlockRange, bool> asked_;  ///< true: it was given up, and may come yet
  std::set<std::uint32_t> allowed_;             ///< although it chokes (BEP 6)
  // What was said before the number of pieces was known.
  Bytes early_bits_;
  std::vector<std::uint32_t> early_haves_;
  bool early_all_ = false;
  std::optional<MetadataDownload> metadata_;
  TimePoint now_;
  TimePoint opened_at_;
  TimePoint heard_at_;
  TimePoint said_at_;
  TimePoint brought_at_;  ///< a block, or the first request since none was on its way
  TimePoint lively_at_;   ///< the handshake or a block came
  TimePoint measured_at_;
  TimePoint metadata_at_;     ///< its last piece came
  TimePoint metadata_since_;  ///< it is asked for
  TimePoint metadata_due_;    ///< it may be asked for
  std::uint32_t metadata_failures_ = 0;
  std::optional<Idle> idle_;
  std::uint32_t wanted_ = 0;
  std::uint32_t window_;
  std::uint32_t reqq_;
  std::uint32_t brought_ = 0;   ///< blocks since measured_at_
  std::uint32_t refusals_ = 0;  ///< since the last block
  std::uint32_t offences_ = 0;
  std::uint32_t canceled_ = 0;  ///< that may come nevertheless
  std::uint8_t metadata_id_ = 0;
  bool shaken_ = false;
  bool begun_ = false;
  bool said_pieces_ = false;  ///< all of them, in one message
  bool fast_ = false;
  bool extensions_ = false;
  bool choked_ = true;
  bool interested_ = false;
  bool stalled_ = false;
  bool asking_metadata_ = false;
  bool useful_ = false;
  bool over_ = false;
};

}  // namespace freshet::core::bittorrent
