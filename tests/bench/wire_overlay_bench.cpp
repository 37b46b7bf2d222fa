// What an answering node pays for a body: the time to decode a query and a hit. Prints; judges
// nothing.
#include <benchmark/benchmark.h>

#include "node/wire/overlay/bodies.h"

namespace freshet::wire {
namespace {

void decode_small_query(benchmark::State& state) {
  Query query;
  query.terms = {"blue", "boat"};
  query.max_hits = 64;
  const Bytes body = encode(query);
  while (state.KeepRunning()) benchmark::DoNotOptimize(decode_query(body));
}
BENCHMARK(decode_small_query);

void decode_content_query(benchmark::State& state) {
  Query query;
  query.content = ContentId{};
  const Bytes body = encode(query);
  while (state.KeepRunning()) benchmark::DoNotOptimize(decode_query(body));
}
BENCHMARK(decode_content_query);

void decode_hit_of_ten_files(benchmark::State& state) {
  HitRecord record;
  record.addresses.push_back(Endpoint::v4({192, 0, 2, 1}, kDefaultPort));
  for (int i = 0; i < 10; ++i)
    record.files.push_back({ContentId{}, "a file name of ordinary length.pdf", 1'000'000});
  const Bytes body = encode_query_hit(encode_record(record), {});
  while (state.KeepRunning()) benchmark::DoNotOptimize(decode_query_hit(body));
}
BENCHMARK(decode_hit_of_ten_files);

/// A body of the largest size that holds nothing but empty words: the cost that a hostile peer can
/// cause.
void decode_hostile_query(benchmark::State& state) {
  Bytes body;
  while (body.size() < 65'000) body.insert(body.end(), {0x0A, 0x00});
  while (state.KeepRunning()) benchmark::DoNotOptimize(decode_query(body));
}
BENCHMARK(decode_hostile_query);

}  // namespace
}  // namespace freshet::wire

BENCHMARK_MAIN();
