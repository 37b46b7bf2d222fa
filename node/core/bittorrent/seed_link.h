// One connection to a BitTorrent client that this node serves: BEP 3 as a seed, with 6 (fast), 9
// (metadata), 10 (extensions), 11 (peer exchange) and 52's hash requests. Sans-IO: bytes come in,
// bytes and reads go out. Whatever the peer sends, memory is bounded by the limits here.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <vector>

#include "node/base/bytes.h"
#include "node/base/endpoint.h"
#include "node/base/time.h"
#include "node/core/bittorrent/hash_answer.h"
#include "node/core/bittorrent/link_reader.h"
#include "node/core/bittorrent/metadata_offer.h"
#include "node/core/bittorrent/torrent.h"
#include "node/wire/bt/announce.h"
#include "node/wire/bt/bencode.h"
#include "node/wire/bt/messages.h"
#include "node/wire/bt/metadata_message.h"
#include "node/wire/bt/piece_set.h"

namespace freshet::core::bittorrent {

struct SeedConfig : UploadLimits {
  wire::bt::PeerId peer_id{};
  std::uint16_t listen_port = 0;
  std::uint32_t max_hash_requests = 16;
  /// What is read and hashed for one peer: so often the torrent's bytes, and this much of a small
  /// one. Beyond, hash requests are rejected.
  std::uint32_t max_hash_rounds = 3;
  std::uint64_t least_hash_bytes = std::uint64_t{64} << 20U;
  std::uint32_t max_offences = 64;  ///< requests that no correct client makes
  Duration handshake_time = std::chrono::seconds(10);
  Duration silence = std::chrono::seconds(180);
  Duration keep_alive = std::chrono::seconds(100);
};

class SeedLink final : public LinkReader {
 public:
  /// What a name in a handshake means; nullptr: nothing here.
  using Find = std::function<TorrentPtr(const InfoHash&)>;
  /// Of a client that dialled.
  SeedLink(const SeedConfig& config, Counters& counters, Find find, TimePoint now);
  /// To a client that was dialled: speaks first. `name`: one of the torrent's.
  SeedLink(const SeedConfig& config,
           Counters& counters,
           TorrentPtr torrent,
           const InfoHash& name,
           TimePoint now);

  // ---- in
  void on_bytes(ByteView bytes, TimePoint now);
  /// A block that next_read() named; nullopt: it cannot be read.
  void on_block(const wire::bt::BlockRange& block, std::optional<ByteView> bytes);
  /// What next_hash_request() named; nullopt: it cannot be read.
  void on_hashes(const wire::bt::HashRequest& part, std::optional<std::vector<Sha256>> hashes);
  /// Its turn to be served, or no more.
  void set_choked(bool choked);
  /// Who else is in the swarm, for peer exchange: what changed since the last call is told.
  void tell_peers(const std::vector<wire::bt::AnnouncedPeer>& peers);
  void on_time(TimePoint now);

  // ---- out
  Bytes take_output() { return std::exchange(out_, {}); }
  /// Whether next_read() would name one.
  [[nodiscard]] bool has_read(std::size_t unsent) const;
  /// The next block to read, while the peer takes what it is sent. `unsent`: bytes taken and not
  /// yet on the wire.
  std::optional<wire::bt::BlockRange> next_read(std::size_t unsent);
  /// The next hashes to read, when those before were given to on_hashes(): a request, or part of
  /// one.
  std::optional<wire::bt::HashRequest> next_hash_request();
  [[nodiscard]] bool is_interested() const { return uploads_.is_interested(); }
  [[nodiscard]] bool is_choked() const { return uploads_.is_choked(); }
  /// The peer's handshake came.
  [[nodiscard]] bool is_shaken() const { return shaken_; }
  /// It named this one, which is not served; the link is over.
  [[nodiscard]] const std::optional<InfoHash>& unknown() const { return unknown_; }
  [[nodiscard]] const TorrentPtr& torrent() const { return torrent_; }
  [[nodiscard]] const wire::bt::PeerId& peer_id() const { return peer_id_; }
  /// It has all, or said so.
  [[nodiscard]] bool is_complete() const { return pieces_.size() > 0 && pieces_.all(); }
  [[nodiscard]] bool takes_peers() const { return pex_id_ != 0; }

 private:
  void open(const InfoHash& name);
  void say_what_is_here(bool fast);
  void on_handshake(ByteView bytes) override;
  void on_message(const wire::bt::Message& message) override;
  void on_piece(const wire::bt::BlockRange& /*block*/, ByteView /*bytes*/) override {
    break_off();  // nobody asked for one
  }
  void on_nonsense() override { break_off(); }
  void on_request(const wire::bt::BlockRange& block);
  void on_bitfield(ByteView bits);
  void on_extended(const wire::bt::Extended& message);
  void on_extension_handshake(ByteView payload);
  void on_metadata(ByteView payload);
  void on_hash_request(const wire::bt::HashRequest& request);
  void send_extended(std::uint8_t id, ByteView payload);
  void offend();
  void break_off();
  void leave_if_complete();

  const SeedConfig& config_;
  Counters& counters_;
  Find find_;
  TorrentPtr torrent_;
  InfoHash name_;
  std::optional<InfoHash> unknown_;
  wire::bt::PeerId peer_id_{};
  wire::bt::PieceSet pieces_;  ///< of the peer
  Bytes out_;
  UploadQueue uploads_;
  std::deque<HashAnswer> hash_requests_;  ///< the first one is read
  std::vector<Endpoint> told_;
  std::uint64_t hash_bytes_left_ = 0;  ///< that may be read for answers to the peer
  MetadataOffer metadata_offer_;
  std::uint32_t offences_ = 0;
  TimePoint now_;
  TimePoint opened_at_;
  TimePoint heard_at_;
  TimePoint said_at_;
  std::uint8_t metadata_id_ = 0;
  std::uint8_t pex_id_ = 0;
  bool dialled_ = false;  ///< by this node
  bool shaken_ = false;
  bool extensions_ = false;
  bool reading_hashes_ = false;
};

}  // namespace freshet::core::bittorrent
