#include "node/api/control_socket.h"

#include <fstream>

#include <doctest/doctest.h>
#include <sys/stat.h>

#include "tests/unit/api/control_fixture.h"

namespace freshet::api {

TEST_CASE("without a daemon the client says how to start one") {
  const TempDir folder;
  for (const std::string& state_dir :
       {folder.path(), folder.path() + "/missing", folder.path() + "/" + std::string(200, 'd')}) {
    const auto client = ControlClient::connect(state_dir, "freshet --state X up");
    REQUIRE_FALSE(client.ok());
    CHECK(client.error().code == ErrorCode::no_daemon);
    CHECK(client.error().message.find("freshet --state X up") != std::string::npos);
  }
}

TEST_CASE("the socket is this user's alone") {
  const Daemon daemon;
  struct stat info {};
  REQUIRE(::stat(control_socket_path(daemon.state_dir).c_str(), &info) == 0);
  CHECK(S_ISSOCK(info.st_mode));
  CHECK((info.st_mode & 0777U) == 0600);
}

TEST_CASE("a second daemon on the same folder is refused and does the first no harm") {
  Daemon daemon;
  asio::io_context io;
  FakeService service;
  const auto second = ControlServer::listen(io, {.state_dir = daemon.state_dir}, service);
  REQUIRE_FALSE(second.ok());
  CHECK(second.error().code == ErrorCode::io);
  CHECK(second.error().message.find("freshet down") != std::string::npos);
  CHECK(daemon.client().call(PingRequest{}, kLong).ok());
}

TEST_CASE("a socket that a killed daemon left behind is replaced") {
  const TempDir folder;
  const int dead = ::socket(AF_UNIX, SOCK_STREAM, 0);
  const auto address = ControlAddress::in(folder.path());
  REQUIRE(address.ok());
  REQUIRE(::bind(dead, address->data(), address->size()) == 0);
  ::close(dead);
  const auto refused = ControlClient::connect(folder.path());
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().code == ErrorCode::no_daemon);
  ControlOptions options;
  options.state_dir = folder.path();
  Daemon daemon(options);
  CHECK(daemon.client().call(PingRequest{}, kLong).ok());
}

TEST_CASE("a stopped daemon leaves no socket, and its folder can be taken again") {
  const TempDir folder;
  ControlOptions options;
  options.state_dir = folder.path();
  { const Daemon daemon(options); }
  CHECK_FALSE(std::filesystem::exists(control_socket_path(folder.path())));
  Daemon again(options);
  CHECK(again.client().call(PingRequest{}, kLong).ok());
}

TEST_CASE("a folder deeper than a socket's address is long works too") {
  const TempDir folder;
  ControlOptions options;
  options.state_dir = folder.path() + "/" + std::string(120, 'a') + "/" + std::string(120, 'b');
  std::filesystem::create_directories(options.state_dir);
  Daemon daemon(options);
  CHECK(daemon.client().call(PingRequest{}, kLong).ok());
  CHECK(std::filesystem::exists(control_socket_path(options.state_dir)));
  daemon.stop();
  CHECK_FALSE(std::filesystem::exists(control_socket_path(options.state_dir)));
}

TEST_CASE("a folder that does not exist, or is a file, cannot be listened in") {
  const TempDir folder;
  asio::io_context io;
  FakeService service;
  CHECK_FALSE(ControlServer::listen(io, {.state_dir = folder.path() + "/missing"}, service).ok());
  std::ofstream(folder.path() + "/file") << "x";
  CHECK_FALSE(ControlServer::listen(io, {.state_dir = folder.path() + "/file"}, service).ok());
}

}  // namespace freshet::api
