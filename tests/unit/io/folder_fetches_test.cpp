// Folders that are fetched, over a transfer engine that is played here.
#include "node/io/host/folder_fetches.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include <asio/io_context.hpp>
#include <doctest/doctest.h>

#include "tests/unit/io/loop.h"
#include "tests/unit/store/temp_folder.h"

namespace freshet::io {

namespace {

namespace ct = core::transfer;

struct Heard final : FetchObserver {
  void progress(std::uint64_t verified,
                std::uint64_t /*size*/,
                std::uint32_t /*sources*/) override {
    verified_bytes = verified;
  }
  void done(const std::string& /*path*/, std::uint64_t, std::uint32_t) override { ended = true; }
  void failed(const Error& error) override { why = error; }
  std::uint64_t verified_bytes = 0;
  bool ended = false;
  std::optional<Error> why;
};

struct Host {
  Host() {
    std::filesystem::create_directories(temp / "state");
    std::filesystem::create_directories(temp / "downloads");
    bool loaded = false;
    library.start([&] { loaded = true; });
    REQUIRE(test::run_until(io, [&] { return loaded; }));
  }
  ~Host() {
    fetching.stop();
    fetches.stop();
    folders.stop();
    library.stop();
  }
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;
  Host(Host&&) = delete;
  Host& operator=(Host&&) = delete;

  std::shared_ptr<Heard> get(const ContentId& id) {
    auto heard = std::make_shared<Heard>();
    fetching.start(
        {.content = id, .name = "album", .folder = temp / "out", .size_claim = 1000, .sources = {}},
        heard);
    return heard;
  }
  template <typename Input>
  [[nodiscard]] long told() const {
    return std::count_if(inputs.begin(), inputs.end(), [](const ct::Input& input) {
      return std::holds_alternative<Input>(input);
    });
  }

  store::TempFolder temp;
  asio::io_context io;
  asio::executor_work_guard<asio::io_context::executor_type> work = asio::make_work_guard(io);
  Library library{
      io, *store::Catalogue::open(temp / "catalogue.sqlite", 1'700'000'000), temp / "state", 7};
  std::vector<ct::Input> inputs;
  Folders folders{io, library, temp / "folders", 7};
  Fetches fetches{io,
                  {.downloads = temp / "downloads"},
                  library,
                  [this](ct::Input input) { inputs.push_back(std::move(input)); },
                  [](const ContentId&) {
                  }};
  FolderFetches fetching{io, {.lists = temp / "lists"}, library, folders, fetches};
};

}  // namespace

TEST_CASE("a list that is longer than its source said, and than any may be, is not fetched") {
  Host host;
  const ContentId id{};
  const auto heard = host.get(id);
  CHECK(host.told<ct::StartFetch>() == 1);
  host.fetches.on_progress({.content = id, .verified_bytes = 0, .size = 4U << 20U, .sources = 1});
  test::run_ready(host.io);
  CHECK_FALSE(heard->why);
  host.fetches.on_progress(
      {.content = id, .verified_bytes = 16384, .size = (4U << 20U) + 1, .sources = 1});
  test::run_ready(host.io);
  REQUIRE(heard->why);
  CHECK(heard->why->code == ErrorCode::invalid);
  CHECK(host.told<ct::StopFetch>() == 1);
}

TEST_CASE("a second get of a folder begins when the first goes, and not before") {
  Host host;
  const ContentId id{};
  const auto first = host.get(id);
  const auto second = host.get(id);
  CHECK(host.told<ct::StartFetch>() == 1);
  host.fetching.leave(first.get());
  CHECK(host.told<ct::StopFetch>() == 1);
  CHECK(host.told<ct::StartFetch>() == 2);
  host.fetching.leave(second.get());
  CHECK(host.told<ct::StopFetch>() == 2);
  CHECK(host.fetches.list().empty());
}

}  // namespace freshet::io
