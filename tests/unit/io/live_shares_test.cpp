// Shares that are watched, against real folders and the kernel's events.
#include "node/io/host/live_shares.h"

#include <array>
#include <filesystem>
#include <future>

#include <asio/steady_timer.hpp>
#include <doctest/doctest.h>
#include <fcntl.h>

#include "node/store/unique_fd.h"
#include "tests/unit/io/few_descriptors.h"
#include "tests/unit/io/loop.h"
#include "tests/unit/store/temp_folder.h"

namespace freshet::io {

namespace {

struct Live {
  store::TempFolder temp;
  asio::io_context io;
  asio::executor_work_guard<asio::io_context::executor_type> work = asio::make_work_guard(io);
  asio::steady_timer descriptors_of_the_loop{io};  // opened before any are taken away
  store::Catalogue catalogue =
      std::move(*store::Catalogue::open(temp / "catalogue.sqlite", 1'700'000'000));
  WorkerPool pool{io, 1, false};
  std::size_t changes = 0;
  std::string problem;
  std::unique_ptr<LiveShares> shares;

  void open() {
    shares = std::make_unique<LiveShares>(
        io,
        LiveShares::Uses{.catalogue = catalogue,
                         .pool = pool,
                         .excluded = {},
                         .apply = [this](const auto& some) { changes += some.size(); },
                         .rescan = [](store::ShareId) {},
                         .unwatched =
                             [this](store::ShareId, const auto& why) {
                               problem = why;
                             }});
  }
  ~Live() {
    shares->stop();
    pool.stop();
  }
  /// On the worker, without the loop.
  void on_worker(const std::function<void(LiveLook&)>& work_there) {
    std::promise<void> done;
    pool.submit([&]() -> WorkerPool::Completion {
      work_there(*shares->look());
      done.set_value();
      return {};
    });
    done.get_future().wait();
  }
  /// A folder that was scanned, `entered` or not even that.
  store::ShareId share(const std::string& name, bool entered = true) {
    const std::string path = temp / name;
    std::filesystem::create_directory(path);
    const store::Share share{*catalogue.add_share({path, false}), {path, false}};
    shares->add(share);
    LiveLook::Unwatched unwatched;
    on_worker([&](LiveLook& look) {
      const store::UniqueFd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
      look.scan_begins(share);
      if (entered) look.entered(share.id, "", fd.get());
      unwatched = look.unwatched();
    });
    shares->scanned(share.id, {.unwatched = unwatched});
    return share.id;
  }
};

}  // namespace

TEST_CASE("what changed in one share while another was scanned is looked at, though that is gone") {
  Live live;
  live.open();
  live.share("one");
  const store::ShareId other = live.share("other", false);  // its end tells the kernel nothing
  live.temp.write("one/heron.txt", "1");
  REQUIRE(test::run_until(live.io, [&] { return live.changes == 1; }));
  live.io.restart();
  live.io.run_for(std::chrono::milliseconds(300));  // a look that is due already would hide it
  // A scan of the other takes the events from the kernel before the loop hears of them.
  live.temp.write("one/kestrel.txt", "2");
  live.on_worker([](LiveLook& look) { look.drain(); });
  live.shares->remove(other);
  live.shares->scanned(other, {});
  CHECK(test::run_until(live.io, [&] { return live.changes == 2; }));
}

TEST_CASE("without a descriptor for the watch, shares are scanned from time to time, and say why") {
  Live live;
  {
    const FewDescriptors few(1);
    live.open();
  }
  live.share("one");
  CHECK(live.problem.find("ulimit") != std::string::npos);
}

TEST_CASE("no program that the daemon starts inherits the watch") {
  Live live;
  live.open();
  std::size_t watches = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code gone;
    if (std::filesystem::read_symlink(entry.path(), gone) != "anon_inode:inotify") continue;
    ++watches;
    CHECK((::fcntl(std::stoi(entry.path().filename()), F_GETFD) & FD_CLOEXEC) != 0);
  }
  CHECK(watches == 2);
}

}  // namespace freshet::io
