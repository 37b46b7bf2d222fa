// A look at what changed, against a real folder and catalogue.
#include "node/io/host/live_look.h"

#include <filesystem>

#include <doctest/doctest.h>
#include <fcntl.h>

#include "node/store/hasher.h"
#include "node/store/unique_fd.h"
#include "tests/unit/store/process.h"
#include "tests/unit/store/temp_folder.h"

namespace freshet::io {

TEST_CASE("a look needs no scan because hashes of what is gone cannot be dropped") {
  const store::TempFolder temp;
  auto catalogue = std::move(*store::Catalogue::open(temp / "catalogue.sqlite", 1'700'000'000));
  const std::string path = temp / "share";
  const std::string file = temp.write("share/heron.txt", "one");
  const store::Share share{*catalogue.add_share({path, false}), {path, false}};
  LiveLook look({.catalogue = catalogue, .excluded = {}, .changed = [](const auto&) {}, .stop = {}},
                std::move(*store::TreeWatch::open()),
                "");
  look.add(share);
  const store::UniqueFd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  look.entered(share.id, "", fd.get());

  const auto content = store::hash_file({path, "heron.txt", store::stamp_at(file)});
  REQUIRE(catalogue.add_file(share.id, {"heron.txt", store::stamp_at(file)}, *content).ok());
  std::filesystem::remove(file);
  CHECK(look.look().rescan.empty());
  CHECK(look.look().rescan.empty());
  const auto still_there = catalogue.content(content->id);
  REQUIRE(still_there.ok());
  REQUIRE(still_there->has_value());
  {
    const store::FileSizeLimit full(1);
    CHECK(look.look().rescan.empty());
  }
  CHECK(look.look().rescan.empty());
  CHECK_FALSE(catalogue.content(content->id)->has_value());
}

}  // namespace freshet::io
