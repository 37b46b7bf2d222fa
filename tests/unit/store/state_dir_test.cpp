#include "node/store/state_dir.h"

#include <doctest/doctest.h>

#include "tests/unit/store/temp_folder.h"

namespace freshet::store {

namespace {

Environment some_user() {
  return {"/home/ada", ""};
}

mode_t mode_of(const std::string& path) {
  struct stat info {};
  REQUIRE(::stat(path.c_str(), &info) == 0);
  return info.st_mode & 0777U;
}

}  // namespace

TEST_CASE("an explicit state folder roots everything") {
  const auto paths = resolve_state("/srv/mesh/", some_user());
  REQUIRE(paths.ok());
  CHECK(paths->dir == "/srv/mesh");
  CHECK(paths->key == "/srv/mesh/key.pem");
}

TEST_CASE("without a state folder the XDG data folder is taken, and relative ones are ignored") {
  CHECK(resolve_state(std::nullopt, some_user())->dir == "/home/ada/.local/share/freshet");
  CHECK(resolve_state(std::nullopt, {"/home/ada", "/data"})->dir == "/data/freshet");
  CHECK(resolve_state(std::nullopt, {"/home/ada", "data"})->dir
        == "/home/ada/.local/share/freshet");
  CHECK_FALSE(resolve_state(std::nullopt, {"", ""}).ok());
  CHECK_FALSE(resolve_state("", some_user()).ok());
}

TEST_CASE("a relative state folder becomes absolute") {
  const auto paths = resolve_state("state/../mesh", some_user());
  REQUIRE(paths.ok());
  CHECK(paths->dir == std::filesystem::current_path().string() + "/mesh");
}

TEST_CASE("a new state folder is private") {
  const TempFolder temp;
  const auto paths = resolve_state(temp / "a/b", some_user());
  REQUIRE(StateDir::open(*paths).ok());
  CHECK(mode_of(temp / "a/b") == 0700);
  CHECK(mode_of(temp / "a/b/downloads") == 0700);
}

TEST_CASE("a second daemon on the same state is refused until the first is gone") {
  const TempFolder temp;
  const auto paths = resolve_state(temp.path(), some_user());
  {
    const auto first = StateDir::open(*paths);
    REQUIRE(first.ok());
    const auto second = StateDir::open(*paths);
    REQUIRE_FALSE(second.ok());
    CHECK(second.error().code == ErrorCode::io);
    CHECK(second.error().message.find("process " + std::to_string(::getpid()))
          != std::string::npos);
    CHECK(second.error().message.find("--state") != std::string::npos);
  }
  CHECK(StateDir::open(*paths).ok());
}

TEST_CASE("a state folder that cannot be made is an error with its path") {
  const TempFolder temp;
  const std::string file = temp.write("taken", "");
  const auto opened = StateDir::open(*resolve_state(file + "/state", some_user()));
  REQUIRE_FALSE(opened.ok());
  CHECK(opened.error().message.find(file) != std::string::npos);
}

}  // namespace freshet::store
