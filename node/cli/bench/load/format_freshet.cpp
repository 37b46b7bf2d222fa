#include <random>
#include <stdexcept>
#include <string>

#include "node/base/rng.h"
#include "node/cli/bench/load/format.h"
#include "node/wire/overlay/bodies.h"
#include "node/wire/overlay/frame.h"

namespace freshet::bench {
namespace {

// A query for one word that nobody shares, made so long that the body is what it should be.
Bytes query_body() {
  for (std::size_t letters = 1; letters <= kBodyBytes; ++letters) {
    wire::Query query;
    query.terms = {std::string(letters, 'q')};
    Bytes body = wire::encode(query);
    if (body.size() == kBodyBytes) return body;
  }
  throw std::logic_error("no query has a body of that size");
}

class FreshetFormat final : public Format {
 public:
  FreshetFormat() : guids_(std::random_device{}()) {}

  void open(Role role, Bytes& to) override {
    wire::Hello hello;
    hello.agent = "relay_load";
    hello.name = role == Role::source ? "source" : "sink";
    append(wire::FrameType::hello, next_guid(), 1, wire::encode(hello), to);
  }

  void put(Bytes& to) override { append(wire::FrameType::query, next_guid(), kTtl, body_, to); }

  std::size_t take(ByteView& bytes, Bytes& answer) override {
    std::size_t queries = 0;
    while (bytes.size() >= wire::kFrameHeaderBytes) {
      const wire::FrameHeader header = wire::decode_header(bytes.data());
      const std::size_t frame_bytes = wire::kFrameHeaderBytes + header.body_bytes;
      if (bytes.size() < frame_bytes) break;
      if (header.type == wire::FrameType::query) ++queries;
      if (header.type == wire::FrameType::ping)
        append(wire::FrameType::pong, header.guid, 1, wire::encode(wire::Pong{}), answer);
      if (header.type == wire::FrameType::bye) throw std::runtime_error("the relay said Bye");
      bytes = bytes.subspan(frame_bytes);
    }
    return queries;
  }

 private:
  static constexpr std::uint8_t kTtl = 7;

  Guid next_guid() {
    Guid guid;
    store_le(guids_(), guid.bytes.data());
    store_le(guids_(), guid.bytes.data() + 8);
    return guid;
  }
  static void append(
      wire::FrameType type, const Guid& guid, std::uint8_t ttl, ByteView body, Bytes& to) {
    wire::EncodedHeader header{};
    wire::encode_header({.guid = guid,
                         .type = type,
                         .ttl = ttl,
                         .hops = 0,
                         .body_bytes = static_cast<std::uint32_t>(body.size())},
                        header.data());
    to.insert(to.end(), header.begin(), header.end());
    to.insert(to.end(), body.begin(), body.end());
  }

  std::mt19937_64 guids_;
  Bytes body_ = query_body();
};

}  // namespace

std::unique_ptr<Format> freshet_format() {
  return std::make_unique<FreshetFormat>();
}

}  // namespace freshet::bench
