// Emulated links of a testbed, between the overlay engine and its TLS connections. Every frame
// carries the virtual time at which it was sent; the receiver holds it until its latency has passed
// and then delivers it as of that very moment, so that what a busy machine adds to one hop is not
// handed on to the next. How late deliveries were is counted: who reads the results refuses those
// of a machine that was too busy.
//
// On the connection: a greeting (node's number 4, its alias 32 or zeros), then for each frame its
// time (8 bytes, nanoseconds) and the frame. A connection that breaks says nothing: the node at the
// other end died silently, and the core is to find out as it would on a real network.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <queue>
#include <span>
#include <utility>
#include <vector>

#include <asio/steady_timer.hpp>

#include "node/base/bytes.h"
#include "node/base/ids.h"
#include "node/base/time.h"
#include "node/io/asio_fwd.h"
#include "node/io/testbed/capture.h"
#include "node/io/testbed/delay_draw.h"
#include "node/io/testbed/ledger.h"
#include "node/io/testbed/news.h"
#include "node/wire/overlay/frame.h"

namespace freshet::io::testbed {

/// What the shaper asks of the daemon around it.
class ShaperOutside {
 public:
  ShaperOutside() = default;
  ShaperOutside(const ShaperOutside&) = delete;
  ShaperOutside& operator=(const ShaperOutside&) = delete;
  virtual ~ShaperOutside() = default;
  /// Virtual time: of what is being handled; and of the clock.
  [[nodiscard]] virtual TimePoint now() const = 0;
  [[nodiscard]] virtual TimePoint clock() const = 0;
  /// When that will be.
  [[nodiscard]] virtual std::chrono::steady_clock::time_point real(TimePoint time) const = 0;
  /// The peer greeted: the link may be shown to the core, under a new id, for those ascend there.
  /// nullopt: under the key that TLS knows.
  virtual LinkId introduced(LinkId link, const std::optional<NodeKey>& alias) = 0;
  virtual void received(LinkId link, ByteView frame, TimePoint at) = 0;
  /// Nothing more comes.
  virtual void gone(LinkId link, TimePoint at) = 0;
  /// What came is no testbed's stream.
  virtual void refuse(LinkId link) = 0;
};

struct ShaperCounters {
  std::uint64_t deliveries = 0;
  std::uint64_t late = 0;  ///< by more than half of the latency
  Duration worst_late{};   ///< since it was taken
};

class Shaper {
 public:
  static constexpr std::size_t kGreetingBytes = 4 + NodeKey::kSize;
  static constexpr std::size_t kStampBytes = 8;
  using Stamped = std::array<Byte, kStampBytes + wire::kFrameHeaderBytes>;

  /// All outlive the shaper.
  Shaper(asio::io_context& io, const Setup& setup, Ledger& ledger, ShaperOutside& outside);

  [[nodiscard]] Bytes greeting() const;
  /// What goes before a frame's body on the connection.
  [[nodiscard]] Stamped stamp(const wire::FrameHeader& header) const;
  /// Whether a frame is to be sent at all.
  [[nodiscard]] bool passes(const wire::FrameHeader& header) const {
    return !(setup_.drops_queries && header.type == wire::FrameType::query && header.hops > 0);
  }
  /// `copies` of a frame are sent.
  void sent(const wire::FrameHeader& header, ByteView body, std::span<const LinkId> links);
  void take(LinkId link, ByteView bytes);
  /// The connection ended. `silently`: it broke. gone() follows, unless it is silent.
  void ended(LinkId link, bool silently);
  /// The core closes a link; true when its connection is gone already: gone() follows.
  bool closes(LinkId link);
  /// From now on frames may vanish.
  void begin_faults() { faults_ = true; }
  void stop();

  [[nodiscard]] const ShaperCounters& counters() const { return counters_; }
  Duration take_worst_late() { return std::exchange(counters_.worst_late, Duration{}); }

 private:
  struct Inbound {
    Bytes pending;                   ///< of a frame that is not whole
    std::optional<DelayDraw> delay;  ///< once it has greeted
    std::uint32_t peer = 0;
    TimePoint last_due{};
    bool is_ghost = false;
  };
  struct Item {
    TimePoint due;
    std::uint64_t order = 0;
    LinkId link;
    Duration latency{};
    Bytes frame;  ///< empty: the end of the link
    bool operator>(const Item& other) const {
      return due != other.due ? due > other.due : order > other.order;
    }
  };

  /// Gives the link its new id. Both: bytes used; 0: not whole.
  std::size_t take_greeting(LinkId& link, Inbound& inbound, ByteView bytes);
  std::size_t take_frame(LinkId link, Inbound& inbound, ByteView bytes);
  void enqueue(LinkId link, Inbound& inbound, TimePoint sent, ByteView frame);
  void push(Item item);
  void arm();
  void deliver_due();
  void deliver(const Item& item);

  Setup setup_;
  Ledger& ledger_;
  ShaperOutside& outside_;
  asio::steady_timer timer_;
  std::optional<TimePoint> armed_;
  std::map<std::uint32_t, Inbound> links_;
  std::uint32_t greeting_ = 0;  ///< the peer whose link is being introduced
  std::priority_queue<Item, std::vector<Item>, std::greater<>> queue_;
  std::uint64_t next_order_ = 0;
  std::unique_ptr<Capture> capture_;
  ShaperCounters counters_;
  bool faults_ = false;
  bool stopped_ = false;
};

}  // namespace freshet::io::testbed
