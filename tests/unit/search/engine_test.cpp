#include "node/core/search/engine.h"

#include <variant>

#include <doctest/doctest.h>

namespace freshet::core::search {
namespace {

/// Carries nothing anywhere; every search gets the same GUID.
class Nowhere final : public Carrier {
 public:
  Guid ask(const Plan& /*plan*/, ByteView /*body*/) override { return Guid{}; }
  void found(const Guid& /*guid*/, std::uint32_t files) override { found_ += files; }
  void end(const Guid& /*guid*/) override {}
  bool answer(const Guid& /*guid*/, Bytes /*body*/) override { return true; }
  [[nodiscard]] std::uint32_t found_files() const { return found_; }

 private:
  std::uint32_t found_ = 0;
};

Bytes hit_of(const std::string& file) {
  wire::HitRecord record;
  record.node.bytes[0] = 7;
  record.files.push_back({.content = std::nullopt, .name = file, .size_bytes = 1});
  return wire::encode_query_hit(wire::encode_record(record), Bytes(64, Byte{1}));
}

}  // namespace

TEST_CASE("a hit that comes by two ways is judged once, another one for itself") {
  const Config config;
  Counters counters;
  const NodeKey self;
  Engine engine(config, counters, self);
  EffectBuffer out;
  Nowhere carrier;
  wire::Query query;
  query.terms = {"boat"};
  engine.handle(Input(Ask{.ask = AskId{1}, .query = query}), TimePoint{}, out, carrier);
  const auto judged_of = [&](const Bytes& body) {
    out.clear();
    engine.on_hit(Guid{}, 2, body, TimePoint{}, out);
    return out.effects().size();
  };

  CHECK(judged_of(hit_of("boat.txt")) == 1);
  CHECK(judged_of(hit_of("boat.txt")) == 0);
  CHECK(counters.hit_records_repeated == 1);
  CHECK(judged_of(hit_of("ship, boat.txt")) == 1);
  CHECK(counters.hit_records_in == 2);

  engine.handle(Input(Forget{.ask = AskId{1}}), TimePoint{}, out, carrier);
  CHECK(judged_of(hit_of("boat.txt")) == 0);
  CHECK(counters.hit_records_repeated == 1);
  CHECK(counters.hit_records_late == 1);
  CHECK(carrier.found_files() == 0);
}

}  // namespace freshet::core::search
