// What the tests of the strategies say to a node on the bench, and read of what it says.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "node/core/strategy_id.h"
#include "node/core/word_hash.h"
#include "node/wire/overlay/route_table.h"
#include "tests/unit/overlay/rig.h"

namespace freshet::core::testing {

using wire::FrameType;

/// No ping comes between what a test listens for, and what is announced is announced at once.
inline Config quiet_config() {
  Config config = static_config();
  config.overlay.ping_after_idle = std::chrono::hours(1);
  config.overlay.announce_gather = Duration::zero();
  return config;
}

/// One of many.
inline Guid numbered(std::uint32_t number) {
  Guid guid;
  store_le(number, guid.bytes.data());
  guid.bytes[15] = 0x55;
  return guid;
}

/// Of so many made-up words.
inline std::vector<std::uint32_t> hashes_of(std::size_t words, const std::string& prefix = "word") {
  std::vector<std::uint32_t> hashes;
  for (std::size_t i = 0; i < words; ++i) hashes.push_back(hash_word(prefix + std::to_string(i)));
  return hashes;
}

inline wire::QueryRoute route(StrategyId how, std::uint32_t walker = 0, bool off_tree = false) {
  return {.strategy = static_cast<std::uint32_t>(how), .walker = walker, .off_tree = off_tree};
}
inline Bytes body_by(StrategyId how, const wire::Query& query = words("boat")) {
  return wire::with_route(wire::encode(query), route(how));
}
inline void query_body(Rig& rig,
                       LinkId link,
                       const Guid& id,
                       const Bytes& body,
                       std::uint8_t ttl,
                       std::uint8_t hops = 0) {
  rig.receive(link, {.guid = id, .type = FrameType::query, .ttl = ttl, .hops = hops}, body);
}
inline void query_by(Rig& rig,
                     LinkId link,
                     const Guid& id,
                     StrategyId how,
                     std::uint8_t ttl,
                     std::uint8_t hops = 0) {
  query_body(rig, link, id, body_by(how), ttl, hops);
}
/// A frame that is all header.
inline void control(Rig& rig,
                    LinkId link,
                    FrameType type,
                    const Guid& id,
                    std::uint8_t ttl = 1,
                    std::uint8_t hops = 0) {
  rig.receive(link, {.guid = id, .type = type, .ttl = ttl, .hops = hops});
}

/// Where frames of that type went, in order.
inline std::vector<LinkId> links_of(const Rig& rig, FrameType type) {
  std::vector<LinkId> links;
  for (const Rig::Sent& each : rig.sent) {
    if (each.header.type == type) links.push_back(each.link);
  }
  return links;
}
inline std::vector<Rig::Sent> frames_of(const Rig& rig, FrameType type) {
  std::vector<Rig::Sent> frames;
  std::copy_if(
      rig.sent.begin(), rig.sent.end(), std::back_inserter(frames), [&](const Rig::Sent& each) {
        return each.header.type == type;
      });
  return frames;
}
/// Whether a frame of that type went there.
inline bool went(const Rig& rig, FrameType type, LinkId link) {
  const std::vector<LinkId> links = links_of(rig, type);
  return std::find(links.begin(), links.end(), link) != links.end();
}

/// Asks as the user does; returns the query's guid. REQUIRES: a copy goes out at once.
inline Guid ask(Rig& rig, StrategyId how, std::uint8_t ttl, std::uint32_t wanted = 0) {
  rig.clear();
  rig.give_search(search::Ask{.ask = search::AskId{7},
                              .query = words("boat"),
                              .ttl = ttl,
                              .strategy = how,
                              .wanted = wanted});
  const std::vector<Rig::Sent> copies = frames_of(rig, FrameType::query);
  FRESHET_CHECK(!copies.empty());
  return copies.front().header.guid;
}

inline void send_table(Rig& rig, LinkId link, const wire::RouteTable& table) {
  rig.receive(
      link, {.guid = guid(0xAC), .type = FrameType::route_table, .ttl = 1}, wire::encode(table));
}
inline void want_table(Rig& rig, LinkId link, std::uint8_t ttl = 1) {
  rig.receive(link,
              {.guid = guid(0xAD), .type = FrameType::route_table, .ttl = ttl},
              wire::encode(wire::RouteTable{}));
}
inline constexpr std::uint8_t kBits = 16;
inline std::uint32_t place(const std::string& word) {
  return hash_word(word) >> (32U - kBits);
}
/// A whole table of these words.
inline wire::RouteTable whole(const std::vector<std::string>& held, std::uint32_t sequence = 1) {
  wire::RouteTable table;
  table.kind = wire::TableKind::whole;
  table.sequence = sequence;
  table.bits = kBits;
  for (const std::string& word : held) table.added.push_back(place(word));
  std::sort(table.added.begin(), table.added.end());
  return table;
}
inline wire::RouteTable patch(std::uint32_t sequence,
                              const std::vector<std::string>& added,
                              const std::vector<std::string>& removed) {
  wire::RouteTable table = whole(added, sequence);
  table.kind = wire::TableKind::patch;
  table.removed = whole(removed).added;
  return table;
}
/// The tables that went to `link`, wishes included.
inline std::vector<wire::RouteTable> tables_on(const Rig& rig, LinkId link) {
  std::vector<wire::RouteTable> tables;
  for (const Rig::Sent& each : rig.sent_on(link)) {
    if (each.header.type == FrameType::route_table)
      tables.push_back(wire::decode_route_table(each.body).value());
  }
  return tables;
}
/// The TTLs of the wishes for a table that went out.
inline std::vector<std::uint8_t> wishes(const Rig& rig, LinkId link) {
  std::vector<std::uint8_t> ttls;
  for (const Rig::Sent& each : rig.sent_on(link)) {
    if (each.header.type == FrameType::route_table
        && wire::decode_route_table(each.body)->kind == wire::TableKind::want)
      ttls.push_back(each.header.ttl);
  }
  return ttls;
}

}  // namespace freshet::core::testing
