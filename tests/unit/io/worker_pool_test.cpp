#include "node/io/host/worker_pool.h"

#include <algorithm>
#include <atomic>
#include <thread>

#include <doctest/doctest.h>

#include "tests/unit/io/loop.h"

namespace freshet::io {

TEST_CASE("a job that hands over faster than the io thread takes waits for it, and loses nothing") {
  asio::io_context io;
  const auto work = asio::make_work_guard(io);
  WorkerPool pool(io, 1, false);
  constexpr int kAll = 5'000;
  std::atomic<int> posted{0};
  int next = 0;
  int most_ahead = 0;
  bool in_order = true;
  bool ended = false;
  pool.submit([&]() -> WorkerPool::Completion {
    for (int i = 0; i < kAll; ++i) {
      pool.post([&, i] {
        in_order = in_order && next++ == i;
        most_ahead = std::max(most_ahead, posted.load() - next);
      });
      ++posted;
    }
    return [&] {
      ended = true;
    };
  });
  REQUIRE(test::run_until(io, [&] { return ended; }));
  CHECK(in_order);
  CHECK(next == kAll);
  CHECK(most_ahead <= static_cast<int>(WorkerPool::kMaxPosted));
}

TEST_CASE("a pool stops while a job waits to hand over, and drops what was on its way") {
  asio::io_context io;
  const auto work = asio::make_work_guard(io);
  WorkerPool pool(io, 1, false);
  std::atomic<std::size_t> posted{0};
  int ran = 0;
  pool.submit([&]() -> WorkerPool::Completion {
    for (std::size_t i = 0; i < WorkerPool::kMaxPosted * 2; ++i) {
      pool.post([&] { ++ran; });
      ++posted;
    }
    return {};
  });
  while (posted < WorkerPool::kMaxPosted) std::this_thread::yield();
  pool.stop();
  test::run_ready(io);
  CHECK(ran == 0);
}

}  // namespace freshet::io
