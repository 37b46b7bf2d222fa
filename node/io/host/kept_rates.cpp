#include "node/io/host/kept_rates.h"

#include <spdlog/spdlog.h>

#include "node/core/transfer/token_bucket.h"

namespace freshet::io {
namespace {

std::uint64_t sensible(std::uint64_t rate) {
  return core::transfer::TokenBucket::is_sensible(rate) ? rate : 0;
}

}  // namespace

void KeptRates::recall(const RateChange& of_this_run) {
  if (const auto loaded = store::load_rates(file_)) {
    saved_ = {.up = sensible(loaded->up), .down = sensible(loaded->down), .polite = loaded->polite};
  } else {
    spdlog::warn("{}", loaded.error().message);
  }
  now_.up = of_this_run.up.value_or(saved_.up);
  now_.down = of_this_run.down.value_or(saved_.down);
  now_.polite = of_this_run.polite.value_or(saved_.polite);
}

void KeptRates::change(const RateChange& change) {
  if (!change.up && !change.down && !change.polite) return;
  now_.up = change.up.value_or(now_.up);
  now_.down = change.down.value_or(now_.down);
  now_.polite = change.polite.value_or(now_.polite);
  const store::SavedRates before = saved_;
  saved_.up = change.up.value_or(saved_.up);
  saved_.down = change.down.value_or(saved_.down);
  saved_.polite = change.polite.value_or(saved_.polite);
  if (saved_ == before) return;
  if (const Status saved = store::save_rates(file_, saved_); !saved)
    spdlog::warn("the new limit is forgotten when the node stops: {}", saved.error().message);
}

}  // namespace freshet::io
