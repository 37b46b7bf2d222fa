#include "node/store/state_dir.h"

#include <doctest/doctest.h>

#include "tests/unit/store/temp_folder.h"

namespace freshet::store {

namespace {

Environment some_user(const std::string& runtime = {}) {
  return {"/home/ada", "", runtime, ::getuid()};
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
  CHECK(paths->control_socket == "/srv/mesh/control.sock");
}

TEST_CASE("without a state folder the XDG data folder is taken, and relative ones are ignored") {
  CHECK(resolve_state(std::nullopt, some_user())->dir == "/home/ada/.local/share/freshet");
  CHECK(resolve_state(std::nullopt, {"/home/ada", "/data", "", 1})->dir == "/data/freshet");
  CHECK(resolve_state(std::nullopt, {"/home/ada", "data", "", 1})->dir
        == "/home/ada/.local/share/freshet");
  CHECK_FALSE(resolve_state(std::nullopt, {"", "", "", 1}).ok());
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

TEST_CASE("the control socket of a long state path is short, and the same for every client") {
  const TempFolder temp;
  const TempFolder runtime;
  const std::string dir = temp / std::string(100, 'x');
  const auto paths = resolve_state(dir, some_user(runtime.path()));
  REQUIRE(paths.ok());
  CHECK(paths->control_socket.size() <= kMaxSocketPath);
  CHECK(paths->control_socket.starts_with(runtime.path()));
  CHECK(resolve_state(dir, some_user())->control_socket.starts_with("/tmp/freshet-"));
  CHECK(resolve_state(dir + "y", some_user())->control_socket
        != resolve_state(dir, some_user())->control_socket);

  REQUIRE(StateDir::open(*paths).ok());
  CHECK(mode_of(std::filesystem::path(paths->control_socket).parent_path()) == 0700);
  // A client whose environment names another runtime folder follows the daemon's.
  CHECK(resolve_state(dir, some_user())->control_socket == paths->control_socket);
  CHECK(resolve_state(dir, some_user("/elsewhere"))->control_socket == paths->control_socket);
}

TEST_CASE("a socket folder that others can enter is refused") {
  const TempFolder temp;
  const TempFolder runtime;
  const auto paths = resolve_state(temp / std::string(100, 'x'), some_user(runtime.path()));
  const std::string folder = std::filesystem::path(paths->control_socket).parent_path();
  std::filesystem::create_directory(folder);
  std::filesystem::permissions(folder, std::filesystem::perms::all);
  CHECK_FALSE(StateDir::open(*paths).ok());
}

}  // namespace freshet::store
