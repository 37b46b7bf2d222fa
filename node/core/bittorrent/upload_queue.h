// What one BitTorrent client asks of this node, block by block (BEP 3): its requests wait here
// until they are read, and each is answered or rejected, a cancelled one too (BEP 6). Sans-IO; what
// waits is bounded, whatever the client asks for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>

#include "node/base/bytes.h"
#include "node/wire/bt/messages.h"

namespace freshet::core::bittorrent {

struct UploadCounters {
  std::uint64_t blocks_sent = 0;
  std::uint64_t block_bytes_sent = 0;
  std::uint64_t requests_rejected = 0;
  std::uint64_t read_failures = 0;  ///< blocks that could not be read: the file is gone or changed
};

struct UploadLimits {
  std::uint32_t max_requests = 500;                        ///< of one client that wait (`reqq`)
  std::uint32_t max_request_bytes = 131072;                ///< of one; clients ask for 16 KiB
  std::size_t max_unsent_bytes = std::size_t{256} * 1024;  ///< read ahead of the socket
};

class UploadQueue {
 public:
  /// Both outlive it.
  UploadQueue(const UploadLimits& limits, UploadCounters& counters)
      : limits_(limits),
        counters_(counters) {}

  // ---- in. `out`: what the link is about to say.
  /// The client reads rejects (BEP 6).
  void set_fast() { fast_ = true; }
  /// `piece_bytes`: of the piece that it is of; 0: there is no such piece. False: no correct client
  /// asks so; it was rejected.
  [[nodiscard]] bool request(const wire::bt::BlockRange& block,
                             std::uint32_t piece_bytes,
                             Bytes& out);
  void cancel(const wire::bt::BlockRange& block, Bytes& out);
  void reject(const wire::bt::BlockRange& block, Bytes& out);
  void set_interested(bool interested) { interested_ = interested; }
  /// Its turn to be served, or no more; the client hears of it.
  void set_choked(bool choked, Bytes& out);
  /// A block that next_read() named; nullopt: it cannot be read, and is rejected.
  void on_read(const wire::bt::BlockRange& block, std::optional<ByteView> bytes, Bytes& out);

  // ---- out
  /// Whether next_read() would name one. `unsent`: bytes taken from the link and not yet on the
  /// wire.
  [[nodiscard]] bool has_read(std::size_t unsent) const;
  /// The next block to read, while the client takes what it is sent.
  std::optional<wire::bt::BlockRange> next_read(std::size_t unsent);
  [[nodiscard]] bool is_interested() const { return interested_; }
  [[nodiscard]] bool is_choked() const { return choked_; }
  [[nodiscard]] bool is_reading() const { return reading_bytes_ > 0; }
  /// Nothing waits, and nothing is read.
  [[nodiscard]] bool is_idle() const { return requests_.empty() && !is_reading(); }

 private:
  [[nodiscard]] bool is_valid(const wire::bt::BlockRange& block, std::uint32_t piece_bytes) const;

  const UploadLimits& limits_;
  UploadCounters& counters_;
  std::deque<wire::bt::BlockRange> requests_;
  std::size_t reading_bytes_ = 0;
  bool fast_ = false;
  bool interested_ = false;
  bool choked_ = true;
};

}  // namespace freshet::core::bittorrent
