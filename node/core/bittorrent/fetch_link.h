// One connection to a BitTorrent client that a torrent is fetched from: BEP 3, with 6 (fast), 9
// (metadata), 10 (extensions) and 11 (peer exchange). Sans-IO. Says what came to its owner, asks
// for what the owner names, and gives of what the owner says is here; whatever the peer sends,
// memory is bounded by the limits here.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "node/base/bytes.h"
#include "node/base/time.h"
#include "node/core/bittorrent/fetch_config.h"
#include "node/core/bittorrent/link_reader.h"
#include "node/core/bittorrent/metadata_asking.h"
#include "node/core/bittorrent/metadata_offer.h"
#include "node/core/bittorrent/peer_book.h"
#include "node/core/bittorrent/torrent.h"
#include "node/core/bittorrent/upload_queue.h"
#include "node/wire/bt/announce.h"
#include "node/wire/bt/messages.h"
#include "node/wire/bt/piece_set.h"
#include "node/wire/bt/torrent_layout.h"

namespace freshet::core::bittorrent {

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
  std::uint64_t metadata_bad = 0;       ///< or piece layers
  std::uint64_t layers_fetched = 0;     ///< of torrents that lacked some
  std::uint64_t requests_rejected = 0;  ///< by peers
  std::uint64_t links_taken = 0;        ///< of peers that dialled this node
  UploadCounters uploads;
};

class FetchLink final : public LinkReader {
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
    virtual void on_hashes(FetchLink& link, const wire::bt::Hashes& hashes) = 0;
    virtual void on_hash_reject(FetchLink& link, const wire::bt::HashRequest& request) = 0;
    virtual void on_peers(FetchLink& link, const std::vector<Endpoint>& peers) = 0;
    /// The peer wants something of what is here, or nothing any more.
    virtual void on_interest(FetchLink& link) = 0;
    /// The info dictionary; empty: the peer may not have it.
    [[nodiscard]] virtual ByteView offered_info() const = 0;
    /// What the peer may have; nullptr: nothing.
    [[nodiscard]] virtual const wire::bt::PieceSet* offered() const = 0;
    /// Of a piece that it may have; 0: it may not.
    [[nodiscard]] virtual std::uint32_t offered_bytes(std::uint32_t piece) const = 0;

   protected:
    ~Owner() = default;
  };

  /// Speaks first. `is_v2`: that is the name's. `dialled`: by this node.
  FetchLink(PeerNumber number,
            bool dialled,
            const InfoHash& name,
            bool is_v2,
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
  void ask_metadata(std::uint32_t failures) { metadata_.ask(failures, now_, out_); }
  void ask_hashes(const wire::bt::HashRequest& request) { append(out_, request); }
  /// It sent what no correct client sends, as its owner can tell.
  void offend();
  void show_interest();
  void lose_interest();
  void request(const wire::bt::BlockRange& block);
  void cancel(const wire::bt::BlockRange& block);
  /// The info dictionary is here now, and offered.
  void tell_metadata();
  /// A piece is here now, and offered.
  void tell_have(std::uint32_t piece);
  void set_choked(bool choked);
  /// A block that next_read() named; nullopt: it cannot be read.
  void on_read(const wire::bt::BlockRange& block, std::optional<ByteView> bytes);
  using LinkReader::end;
  /// Before it goes: says of all that was asked that it will not come.
  void give_back();

  // ---- out
  Bytes take_output() { return std::exchange(out_, {}); }
  /// A block that was asked for, to be said when there is nothing else to say: what is asked for
  /// here must not wait behind all of them. Empty: there is none.
  Bytes take_block();

  /// The next block to read for the peer. `unsent`: see UploadQueue.
  std::optional<wire::bt::BlockRange> next_read(std::size_t unsent) {
    return over() ? std::nullopt : uploads_.next_read(unsent + out_.size() + block_bytes_);
  }
  [[nodiscard]] bool has_read(std::size_t unsent) const {
    return !over() && uploads_.has_read(unsent + out_.size() + block_bytes_);
  }
  [[nodiscard]] const UploadQueue& uploads() const { return uploads_; }

  [[nodiscard]] PeerNumber number() const { return number_; }
  [[nodiscard]] bool is_dialled() const { return dialled_; }
  [[nodiscard]] const wire::bt::PeerId& peer_id() const { return peer_id_; }
  [[nodiscard]] bool is_shaken() const { return shaken_; }
  [[nodiscard]] const wire::bt::PieceSet& has() const { return has_; }
  /// Requests that may be sent now.
  [[nodiscard]] std::size_t room() const;
  [[nodiscard]] bool may_ask(std::uint32_t piece) const {
    return has_.has(piece) && (!choked_ || allowed_.contains(piece));
  }
  /// It says so.
  [[nodiscard]] bool has_metadata() const { return metadata_.is_there(); }
  /// And may be asked for it now.
  [[nodiscard]] bool offers_metadata() const { return metadata_.may_be_asked(now_); }
  [[nodiscard]] bool is_asking_metadata() const { return metadata_.is_on() && !over(); }
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
  /// Bytes of blocks, since the last call.
  std::uint64_t take_brought_bytes() { return std::exchange(brought_bytes_, 0); }
  [[nodiscard]] std::size_t asked() const { return asked_.size(); }

 private:
  struct Idle {
    std::uint64_t news = 0;
    bool choked = false;  ///< then: an unchoke makes more of it
  };
  void on_handshake(ByteView bytes) override;
  void on_message(const wire::bt::Message& message) override;
  void on_piece(const wire::bt::BlockRange& block, ByteView bytes) override;
  void on_nonsense() override { break_off(); }
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
  void on_metadata_request(std::uint32_t piece);
  void on_exchange(ByteView payload);
  void say_what_is_here();
  void on_request(const wire::bt::BlockRange& block);
  void send_hello();
  void release_all();
  void measure(TimePoint now);
  void break_off();

  PeerNumber number_;
  bool dialled_;
  InfoHash name_;
  const FetchConfig& config_;
  FetchCounters& counters_;
  Owner& owner_;
  wire::bt::PeerId peer_id_{};
  wire::bt::PieceSet has_;
  Bytes out_;
  UploadQueue uploads_;
  std::deque<Bytes> blocks_;  ///< answers of it
  std::size_t block_bytes_ = 0;
  MetadataOffer metadata_offer_;
  std::map<wire::bt::BlockRange, bool> asked_;  ///< true: it was given up, and may come yet
  std::set<std::uint32_t> allowed_;             ///< although it chokes (BEP 6)
  // What was said before the number of pieces was known.
  Bytes early_bits_;
  std::vector<std::uint32_t> early_haves_;
  bool early_all_ = false;
  MetadataAsking metadata_;
  TimePoint now_;
  TimePoint opened_at_;
  TimePoint heard_at_;
  TimePoint said_at_;
  TimePoint brought_at_;  ///< a block, or the first request since none was on its way
  TimePoint lively_at_;   ///< the handshake or a block came
  TimePoint measured_at_;
  std::optional<Idle> idle_;
  std::uint32_t wanted_ = 0;
  std::uint32_t window_;
  std::uint32_t reqq_;
  std::uint32_t brought_ = 0;  ///< blocks since measured_at_
  std::uint64_t brought_bytes_ = 0;
  std::uint32_t refusals_ = 0;  ///< since the last block
  std::uint32_t offences_ = 0;
  std::uint32_t canceled_ = 0;  ///< that may come nevertheless
  std::uint8_t peer_metadata_id_ = 0;
  bool offers_metadata_ = false;
  bool shaken_ = false;
  bool begun_ = false;
  bool said_pieces_ = false;  ///< all of them, in one message
  bool fast_ = false;
  bool extensions_ = false;
  bool choked_ = true;
  bool interested_ = false;
  bool stalled_ = false;
  bool useful_ = false;
};

}  // namespace freshet::core::bittorrent
