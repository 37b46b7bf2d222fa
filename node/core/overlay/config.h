// What the overlay engine may be told. One const Config is shared by every node of a simulation.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

#include "node/base/time.h"
#include "node/wire/overlay/frame.h"

namespace freshet::core::overlay {

struct Config {
  // What Hello says.
  std::string agent = "freshet";
  std::string name;
  std::uint16_t listen_port = 0;  ///< 0: cannot be dialled
  std::uint32_t tokenizer_version = 0;

  /// False: links are exactly the named peers and those that come in; addresses are neither learned
  /// nor dialled.
  bool discover = true;
  /// Dial until this many links are up.
  std::size_t target_links = 5;
  /// Further links are answered with Bye 503.
  std::size_t max_links = 64;
  /// Dials at a time. One that takes longer than dial_patience, to connect or then to greet, keeps
  /// no further one back, as long as there are no more than max_pending_dials in all.
  std::size_t max_concurrent_dials = 3;
  Duration dial_patience = std::chrono::seconds(1);
  std::size_t max_pending_dials = 16;

  Duration hello_timeout = std::chrono::seconds(5);
  /// A link that said nothing for so long is pinged. The side that was dialled waits a tenth
  /// longer, so that one asks.
  Duration ping_after_idle = std::chrono::seconds(20);
  Duration pong_timeout = std::chrono::seconds(5);
  /// A first ping as soon as a link is up: learns its round trip time and addresses of others.
  bool ping_at_start = true;

  /// Between attempts at one address: doubles from the first to the last.
  Duration redial_min = std::chrono::milliseconds(500);
  Duration redial_max = std::chrono::seconds(60);
  /// A learned address that failed so often in a row is forgotten.
  std::uint8_t max_dial_failures = 6;
  std::size_t max_cached_hosts = 256;
  /// A node that joined waits so long for those who hear of it before it dials others itself.
  Duration welcome_patience = std::chrono::seconds(1);
  /// Before a peer that had no place for a link is asked again.
  Duration full_pause = std::chrono::seconds(30);

  // Membership (membership/view.h). A round, about so often; how far shuffles and joins walk; with
  // how much TTL left a join is noted on its way (HyParView's ARWL and PRWL).
  Duration shuffle_every = std::chrono::seconds(60);
  std::uint8_t shuffle_ttl = 3;
  std::uint8_t join_ttl = 6;
  std::uint8_t join_notice_ttl = 3;

  /// TTL + hops on a link. Simulations of other protocols' settings raise it, up to 255.
  std::uint8_t max_ttl = wire::kMaxTtl;
  /// Frames beyond the rules that a peer may send before its link is closed with Bye 403 and its
  /// key is banned. One is forgiven every offence_decay.
  std::uint8_t max_offences = 8;
  Duration offence_decay = std::chrono::seconds(10);
  std::size_t max_penalties = 256;  ///< peers whose offences are remembered
  /// A first ban, and those that follow while the last one is remembered: each twice as long.
  Duration first_ban = std::chrono::minutes(1);
  Duration longest_ban = std::chrono::hours(24);
  Duration ban_memory = std::chrono::hours(24);
  std::size_t max_bans = 1024;  ///< blocks among them

  /// GUIDs remembered: up to twice this many, for max_guid_age to twice that.
  std::size_t guids_per_generation = 65536;
  Duration max_guid_age = std::chrono::minutes(5);
  /// When new queries come so fast that a generation fills in less, they are shared out among the
  /// neighbours (guard/query_share.h).
  Duration min_route_age = std::chrono::seconds(3);

  // Strategy tree, in round trips to a neighbour, but no shorter than tree_pause. A neighbour off
  // the tree hears of a query after one to two of announce_delay. What was announced is waited for,
  // at first during fetch_delay, later as long as it has proved to take, then asked for; an
  // unanswered request gives way to the next offer after fetch_timeout. Where nothing seems to be
  // broken announcements wait up to announce_gather for a frame that takes them along: more than
  // the time between two pings of an idle link. Requests are served for tree_memory longer.
  Duration tree_pause = std::chrono::milliseconds(20);
  std::uint32_t announce_delay_rtts = 2;
  std::uint32_t fetch_delay_rtts = 2;
  std::uint32_t fetch_timeout_rtts = 3;
  Duration announce_gather = std::chrono::seconds(25);  ///< 0: all are sent at once
  Duration tree_memory = std::chrono::seconds(15);

  // Strategy walk. A walker that waits for its origin's word gives up after walker_patience. The
  // key makes its steps, so that a testbed can repeat a simulation's.
  std::uint32_t walkers = 16;
  Duration walker_patience = std::chrono::seconds(10);
  std::uint64_t walk_key = 0;

  /// Queries that are to go on, and hits that come by, are shown to who may remember hits.
  bool caches_hits = false;

  /// Tallies: so long for each link that the query may still travel, a neighbour's answer is waited
  /// for. More than a round trip takes. Copies that come later are still known for tally_memory.
  Duration tally_step = std::chrono::milliseconds(300);
  Duration tally_memory = std::chrono::seconds(20);

  /// A neighbour's round trip as long as none was measured.
  Duration assumed_round_trip = std::chrono::milliseconds(200);

  /// Frames that wait for room on one link, in bytes; beyond it the least important are dropped.
  std::size_t max_outbox_bytes = std::size_t{256} * 1024;
};

}  // namespace freshet::core::overlay
