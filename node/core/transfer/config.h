// What the transfer engine may be told: its limits and its patience. Shared by every node that
// behaves alike.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

#include "node/base/time.h"
#include "node/core/transfer/choker.h"

namespace freshet::core::transfer {

struct Config {
  std::string agent = "freshet";  ///< BEP 10's `v`
  /// Of every content; 0: what follows from its size, which is what all nodes must agree on.
  /// Another is for simulations: a power of two, 16 KiB at least.
  std::uint32_t piece_length = 0;

  // ---- links
  Duration handshake_timeout = std::chrono::seconds(5);
  /// A link on which nothing was heard for so long is closed; keep-alives are sent at 40 % of it.
  Duration silence_timeout = std::chrono::seconds(150);
  /// A link on which neither side is interested in the other is closed after so long.
  Duration useless_timeout = std::chrono::seconds(30);
  std::size_t max_links = 256;
  std::size_t max_links_per_content = 40;
  /// Messages held back while the host looks the content up; more closes the link.
  std::size_t max_early_bytes = std::size_t{64} * 1024;
  /// Control messages that wait for room on one link; more closes it.
  std::size_t max_control_bytes = std::size_t{256} * 1024;
  /// Messages beyond the rules (unasked data, senseless requests) that a link may send before it is
  /// closed.
  std::uint32_t max_offences = 64;

  // ---- sources of a fetch
  std::size_t max_sources = 200;
  std::size_t max_endpoints_per_source = 8;
  std::size_t max_dials = 8;  ///< at once, per content
  Duration redial_min = std::chrono::seconds(2);
  Duration redial_max = std::chrono::seconds(60);
  /// After a link that delivered was lost.
  Duration redial_soon = std::chrono::milliseconds(200);
  /// A source whose addresses are silent for so long is sent a Push; and a third is asked after so
  /// long.
  Duration push_after = std::chrono::milliseconds(1000);
  Duration relay_after = std::chrono::milliseconds(1500);
  /// A link that owes something and brought nothing for so long: other ways to its node are tried
  /// beside it, the next time after twice as long.
  Duration detour_after = std::chrono::seconds(3);
  /// With a link through a third, a direct one is tried at such intervals.
  Duration direct_retry = std::chrono::seconds(30);
  /// A peer that was not heard of for so long gives way to another link to the same node.
  Duration fresh_time = std::chrono::seconds(2);
  std::size_t max_pushed_dials = 8;  ///< at once, to nodes that asked for it
  /// A source that could not be dialled so often in a row is forgotten.
  std::uint8_t max_dial_failures = 5;
  /// NeedSources while fewer links than this are up, at an interval that doubles from min to max.
  std::size_t wanted_sources = 8;
  /// The first time after so long where some were given: others may fetch the same meanwhile.
  Duration need_sources_first = std::chrono::milliseconds(250);
  Duration need_sources_min = std::chrono::seconds(1);
  Duration need_sources_max = std::chrono::seconds(120);
  /// With every known source caught lying, new ones are awaited for so long before the fetch fails.
  Duration exhausted_grace = std::chrono::seconds(10);

  // ---- requests, ours
  std::uint32_t initial_window = 16;  ///< blocks in flight on a new link
  /// A content of so few blocks is asked for at once: one round trip brings it.
  std::uint32_t asked_at_once = 64;
  std::uint32_t min_window = 2;
  std::uint32_t max_window = 512;  ///< also bounded by the peer's reqq
  /// The window holds what the link delivers in so long, or in its way there and back.
  Duration window_time = std::chrono::milliseconds(500);
  /// A link that owes blocks and brought none for so long: its blocks are asked of others too.
  Duration stall_timeout = std::chrono::milliseconds(900);
  /// A link that brings a few blocks a second or less is given longer, up to this.
  Duration slow_stall = std::chrono::seconds(10);
  /// … and for so long: it is closed. Also for hashes.
  Duration data_timeout = std::chrono::seconds(20);
  Duration hashes_timeout = std::chrono::seconds(1);  ///< then asked of another
  std::uint32_t max_hash_requests = 4;                ///< in flight on one link
  std::uint32_t endgame_copies = 2;                   ///< of one block in flight
  std::uint32_t endgame_window = 16;  ///< a link with so many in flight asks for no copies
  /// Blocks of a content that are kept before its size is proven.
  std::uint32_t max_unproven_blocks = 128;
  /// Pieces that are being assembled, verified or written, in bytes; two pieces are always allowed,
  /// so that one fills while the other is written. What a disk that is slower than the network
  /// costs in memory.
  std::uint64_t max_open_bytes = std::uint64_t{16} << 20U;

  // ---- readers
  std::size_t max_readers = 16;  ///< of one content at once
  /// What is asked ahead of each reader before anything else. So much more may be open for all of
  /// them, so that one finds room where it begins.
  std::uint64_t reader_window_bytes = std::uint64_t{4} << 20U;

  // ---- requests, the peer's
  std::uint32_t reqq = 1024;  ///< block requests that may wait on one link; more are rejected
  std::uint32_t max_hash_reads = 16;

  /// Where nothing was verified for so long, and nobody who fetches too has told of a new piece,
  /// those are no sources any more.
  Duration standstill = std::chrono::minutes(5);

  // ---- choking
  MakeChoker make_choker = make_reciprocal_choker;
  std::size_t upload_slots = 8;  ///< while it is not known how fast this node sends; 0: none ever
  /// Afterwards they grow with the root of the rate, within these.
  std::size_t min_upload_slots = 4;
  std::size_t max_upload_slots = 40;
  /// While there are more takers than slots: who has one and asked for no block that it may have,
  /// for so long, is not served for a while; if it does so the next time too, for twice as long.
  Duration idle_taker_after = std::chrono::seconds(30);
  /// The same for who asked but does not read what it is sent. Half of what the host lets wait
  /// within it is the slowest link that is served: 0.1 KB/s with 64 KiB.
  Duration stuck_taker_after = std::chrono::seconds(300);
  Duration idle_taker_rest = std::chrono::seconds(60);
  Duration choke_interval = std::chrono::seconds(10);
  Duration optimistic_interval = std::chrono::seconds(30);
};

}  // namespace freshet::core::transfer
