// The queue of files to hash, against real files.
#include "node/io/host/hash_queue.h"

#include <filesystem>
#include <map>

#include <asio/post.hpp>
#include <doctest/doctest.h>

#include "tests/unit/io/loop.h"
#include "tests/unit/store/temp_folder.h"

namespace freshet::io {

namespace {

/// One worker.
struct Queue {
  store::TempFolder temp;
  asio::io_context io;
  asio::executor_work_guard<asio::io_context::executor_type> work = asio::make_work_guard(io);
  std::map<store::FileId, store::FileRef> there;
  std::size_t done = 0;
  std::size_t rests = 0;
  std::function<void()> on_done = [] {
  };
  HashQueue queue{io,
                  1,
                  [this](store::FileId id) { return there.at(id); },
                  [this](auto, const auto&, const auto&) {
                    ++done;
                    on_done();
                  },
                  [this] {
                    ++rests;
                  }};

  ~Queue() { queue.stop(); }
  void add(std::int64_t id, std::uint64_t bytes) {
    const std::string name = std::to_string(id);
    std::filesystem::resize_file(temp.write(name, ""), bytes);
    there[store::FileId{id}] = store::ref_to(temp, name);
    queue.add(store::FileId{id}, bytes);
  }
};

}  // namespace

TEST_CASE("the rate of one worker goes on from file to file") {
  Queue it;
  std::optional<HashingView> between;
  it.on_done = [&] {
    if (it.done == 1) asio::post(it.io, [&] { between = it.queue.view(); });
  };
  it.add(1, 100'000);
  it.add(2, 100'000);
  std::filesystem::remove(it.temp / "2");  // nothing of it is read
  REQUIRE(test::run_until(it.io, [&] { return it.done == 2; }));
  REQUIRE(between.has_value());
  CHECK(between->files == 1);
  CHECK(between->bytes_per_second > 0);
}

TEST_CASE("the queue rests when the last files that wait are not shared any more") {
  Queue it;
  it.add(1, 1000);
  it.add(2, 1000);
  it.queue.forget(store::FileId{2}, 1000);
  REQUIRE(test::run_until(it.io, [&] { return it.rests > 0; }));
  CHECK(it.done == 1);
  CHECK(it.rests == 1);
  CHECK(it.queue.pending() == 0);
}

TEST_CASE("the queue rests when it is paused, and again at its end") {
  Queue it;
  it.add(1, std::uint64_t{32} << 20U);
  it.add(2, 1000);
  it.queue.pause(true);
  REQUIRE(test::run_until(it.io, [&] { return it.rests == 1; }));
  CHECK(it.done == 0);
  CHECK(it.queue.pending() == 2);
  it.queue.pause(false);
  REQUIRE(test::run_until(it.io, [&] { return it.rests == 2; }));
  CHECK(it.done == 2);
}

TEST_CASE("a file that is forgotten while it is read, and comes again, is told of once") {
  Queue it;
  it.add(1, std::uint64_t{1} << 20U);
  it.queue.forget(store::FileId{1}, std::uint64_t{1} << 20U);
  CHECK(it.queue.pending() == 0);
  it.add(1, 1000);  // it was written again
  CHECK(it.queue.view().bytes == 1000);
  REQUIRE(test::run_until(it.io, [&] { return it.rests == 1; }));
  CHECK(it.done == 1);
  CHECK(it.queue.view().bytes == 0);
}

TEST_CASE("what is promoted and forgotten does not come back") {
  Queue it;
  it.queue.pause(true);
  for (std::int64_t id = 1; id <= 3; ++id) it.add(id, 1000);
  it.queue.promote(store::FileId{3});
  it.queue.promote(store::FileId{2});
  it.queue.forget(store::FileId{2}, 1000);
  CHECK(it.queue.pending() == 2);
  it.queue.pause(false);
  REQUIRE(test::run_until(it.io, [&] { return it.rests == 1; }));
  CHECK(it.done == 2);
}

}  // namespace freshet::io
