// What Fetches keeps of each content that is being fetched. For its own files.
#pragma once

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>

#include "node/io/host/fetches.h"

namespace freshet::io {

// One `get` that waits for a fetch.
struct Fetches::Watcher {
  Watcher(asio::io_context& io, std::shared_ptr<FetchObserver> the_observer, const FetchWish& wish)
      : observer(std::move(the_observer)),
        patience(wish.patience),
        timer(io),
        range(wish.range) {}
  std::shared_ptr<FetchObserver> observer;
  std::chrono::milliseconds patience;
  asio::steady_timer timer;         ///< runs while no source is up
  std::optional<FetchRange> range;  ///< it wants no more than this
  std::optional<core::transfer::Reading> reading;
};

struct Fetches::Fetch {
  FetchWish wish;
  std::uint64_t size = 0;
  std::uint64_t verified_bytes = 0;
  std::uint32_t sources = 0;
  bool finishing = false;
  bool unattended = false;  ///< goes on without an observer: resumed at start
  int moves = 0;            ///< targets that are being tried
  bool aside = false;  ///< parts of it are read, and nobody wanted it whole: it has no place yet
  std::vector<std::shared_ptr<Watcher>> watchers;
};

}  // namespace freshet::io
