// One torrent that is fetched from BitTorrent clients: whom to dial, which block is asked of whom,
// when a piece is whole, who sent bad bytes and is asked no more, and what they get meanwhile.
// Sans-IO and deterministic: bytes, verdicts and time come in, requests, what is to be kept and
// what is to be read go out.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "node/base/rng.h"
#include "node/core/bittorrent/fetch_link.h"
#include "node/core/bittorrent/fetch_plan.h"
#include "node/core/bittorrent/fetch_uploads.h"
#include "node/core/bittorrent/layer_download.h"
#include "node/core/bittorrent/peer_book.h"

namespace freshet::core::bittorrent {

class Fetch final : private FetchLink::Owner {
 public:
  /// What it needs done. Called from within the inputs below.
  class Host {
   public:
    /// Bytes of a piece that is not verified yet.
    virtual void keep(const wire::bt::BlockRange& block, ByteView bytes) = 0;
    /// All of the piece was kept: verified() is to follow.
    virtual void verify(std::uint32_t piece) = 0;
    /// The info dictionary of a magnet link came, and is what the name says. begin() may follow.
    virtual void on_metadata(const Bytes& info) = 0;
    /// The piece layers that ask_layers() was called for are all in it. begin() may follow.
    virtual void on_layers(const wire::bt::TorrentLayout& layout) = 0;

   protected:
    ~Host() = default;
  };

  /// `is_v2`: the name is that of v2.
  Fetch(const InfoHash& name,
        const FetchConfig& config,
        FetchCounters& counters,
        Host& host,
        Rng rng,
        bool is_v2 = false);

  // ---- in
  /// The info dictionary is here: nobody is asked for it, and begin() is to follow.
  /// `info`: it, where others may have it from here.
  void knows_metadata(std::shared_ptr<const Bytes> info = nullptr);
  /// Peers are asked for the piece layers that it lacks. REQUIRES: it lacks some; before begin().
  void ask_layers(const wire::bt::TorrentLayout& layout, TimePoint now);
  /// What it is made of, and what of it is here. Once.
  void begin(std::shared_ptr<const wire::bt::TorrentLayout> layout, wire::bt::PieceSet have);
  void add_peer(const Endpoint& at, PeerBook::Word word, TimePoint now);
  /// The dial that next_dial() named. `now` of an open link: its handshake is in its output.
  void opened(PeerNumber peer, TimePoint now);
  void dial_failed(PeerNumber peer, TimePoint now);
  /// One that dialled this node and named this torrent; nullopt: there is no place for it. Its
  /// handshake is to be given to on_bytes().
  std::optional<PeerNumber> take(const Endpoint& from, TimePoint now);
  void on_bytes(PeerNumber peer, ByteView bytes, TimePoint now);
  /// The connection is gone; also what the host does with one that is_over().
  void closed(PeerNumber peer, TimePoint now);
  enum class Verdict : std::uint8_t { ok, bad, lost };  ///< lost: could not be kept
  void verified(std::uint32_t piece, Verdict verdict);
  /// A block that next_read() named; nullopt: it cannot be read.
  void on_read(PeerNumber peer, const wire::bt::BlockRange& block, std::optional<ByteView> bytes);
  /// Every second or so. `unread`: for so long since the last call the host chose to read nothing;
  /// no client is blamed for it.
  void on_time(TimePoint now, Duration unread = {});

  // ---- out
  /// Whom to dial now; opened() or dial_failed() is to follow.
  std::optional<PeerNumber> next_dial(TimePoint now);
  [[nodiscard]] const Endpoint& at(PeerNumber peer) const { return book_.at(peer); }
  Bytes take_output(PeerNumber peer);
  /// See FetchLink.
  Bytes take_block(PeerNumber peer);
  /// The next block to read for a peer, and whether there is one. `unsent`: see UploadQueue.
  std::optional<wire::bt::BlockRange> next_read(PeerNumber peer, std::size_t unsent);
  [[nodiscard]] bool has_read(PeerNumber peer, std::size_t unsent) const;
  [[nodiscard]] bool is_over(PeerNumber peer) const;
  /// Links that have something that is lacked, and are likely to give it: not whoever chokes for
  /// long, failed before, or has nothing new.
  [[nodiscard]] std::uint32_t sources() const;
  [[nodiscard]] bool complete() const { return plan_ && plan_->complete(); }
  [[nodiscard]] std::uint64_t verified_bytes() const { return plan_ ? plan_->have_bytes() : 0; }
  [[nodiscard]] std::size_t known_peers() const { return book_.size(); }
  [[nodiscard]] std::size_t banned_peers() const { return book_.banned(); }
  [[nodiscard]] const FetchPlan* plan() const { return plan_.get(); }

 private:
  using Links = FetchUploads::Links;

  void on_shaken(FetchLink& link) override;
  void on_has(FetchLink& link, const wire::bt::PieceSet& before) override;
  void on_have(FetchLink& link, std::uint32_t piece) override;
  void on_block(FetchLink& link, const wire::bt::BlockRange& block, ByteView bytes) override;
  void on_unasked(FetchLink& link, const wire::bt::BlockRange& block) override;
  void on_stalled(FetchLink& link) override;
  void on_choked(FetchLink& link) override;
  void on_metadata(FetchLink& link, const Bytes& info) override;
  void on_no_metadata(FetchLink& link, bool bad) override;
  void on_hashes(FetchLink& link, const wire::bt::Hashes& hashes) override;
  void on_hash_reject(FetchLink& link, const wire::bt::HashRequest& request) override;
  void on_peers(FetchLink& link, const std::vector<Endpoint>& peers) override;
  void on_interest(FetchLink& link) override { uploads_.on_interest(link, now_); }
  [[nodiscard]] ByteView offered_info() const override;
  [[nodiscard]] const wire::bt::PieceSet* offered() const override;
  [[nodiscard]] std::uint32_t offered_bytes(std::uint32_t piece) const override;

  [[nodiscard]] bool is_source(const FetchLink& link) const;
  FetchLink* find(PeerNumber peer);
  [[nodiscard]] const FetchLink* find(PeerNumber peer) const;
  void add_link(PeerNumber peer, bool dialled, TimePoint now);
  [[nodiscard]] std::size_t dialled_links() const;
  [[nodiscard]] FetchLink* double_of(const FetchLink& link);
  [[nodiscard]] bool is_kept(const FetchLink& older, const FetchLink& newer) const;
  void tell_all_haves(FetchLink& link) const;
  void fill(FetchLink& link);
  void fill_all();
  void ask_for_metadata();
  void ask_for_layers();
  void request_layers(FetchLink& link);
  [[nodiscard]] Duration time_for_layers(PeerNumber peer) const;
  void give_up_layers();
  void ban_all(const std::vector<PeerNumber>& peers);
  void ban(PeerNumber peer);

  /// Of whom layers are asked.
  struct LayerAsking {
    PeerNumber peer = 0;
    TimePoint heard_at;  ///< some came last
    TimePoint due_at;    ///< all of them
  };

  InfoHash name_;
  bool is_v2_;
  const FetchConfig& config_;
  FetchCounters& counters_;
  Host& host_;
  Rng rng_;
  PeerBook book_;
  std::shared_ptr<const Bytes> info_;
  std::shared_ptr<const wire::bt::TorrentLayout> layout_;
  std::unique_ptr<FetchPlan> plan_;
  std::unique_ptr<LayerDownload> layers_;  ///< while they are asked for
  std::optional<LayerAsking> asking_;
  std::map<PeerNumber, TimePoint> layers_due_;  ///< who did not answer is asked again then
  Links links_;
  FetchUploads uploads_;
  std::size_t dialling_ = 0;
  TimePoint now_;
  bool has_metadata_ = false;
  bool some_free_ = false;  ///< a block came back: others may ask for it
};

}  // namespace freshet::core::bittorrent
