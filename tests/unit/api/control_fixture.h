// A control server on a thread of its own in a temporary state folder, with a service that a test
// fills in.
#pragma once

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <doctest/doctest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "node/api/codec.h"
#include "node/api/control_client.h"
#include "node/api/control_server.h"
#include "node/api/control_socket.h"

namespace freshet::api {

class TempDir {
 public:
  TempDir() {
    std::string name = std::filesystem::temp_directory_path() / "freshet-api-XXXXXX";
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  ~TempDir() { std::filesystem::remove_all(path_); }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// Long enough for any machine; no test waits for it unless it fails.
inline constexpr Millis kLong{20'000};

/// Answers what a test gives it a function for.
class FakeService final : public Service {
 public:
  std::function<void(const StatusRequest&, const Responder<StatusRequest>&)> on_status;
  std::function<void(const SearchRequest&, const Responder<SearchRequest>&)> on_search;
  std::function<void(const GetRequest&, const Responder<GetRequest>&)> on_get;
  std::function<void(const DownRequest&, const Responder<DownRequest>&)> on_down;

  void ping(const PingRequest& /*request*/, const Responder<PingRequest>& reply) override {
    reply.done({.version = kControlVersion, .agent = "fake", .pid = 7});
  }
  void status(const StatusRequest& request, const Responder<StatusRequest>& reply) override {
    on_status(request, reply);
  }
  void search(const SearchRequest& request, const Responder<SearchRequest>& reply) override {
    on_search(request, reply);
  }
  void get(const GetRequest& request, const Responder<GetRequest>& reply) override {
    on_get(request, reply);
  }
  void down(const DownRequest& request, const Responder<DownRequest>& reply) override {
    on_down(request, reply);
  }
};

class Daemon {
 public:
  explicit Daemon(const ControlOptions& changes = {}) {
    ControlOptions options = changes;
    if (options.state_dir.empty()) options.state_dir = folder.path();
    state_dir = options.state_dir;
    auto made = ControlServer::listen(io_, options, service);
    REQUIRE(made.ok());
    server_ = std::move(*made);
    thread_ = std::thread([this] { io_.run(); });
  }
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;
  ~Daemon() {
    run([this] { server_.reset(); });
    work_.reset();
    thread_.join();
  }

  /// Runs `what` on the io thread and waits for it.
  void run(std::function<void()> what) {
    std::promise<void> ran;
    asio::post(io_, [&] {
      what();
      ran.set_value();
    });
    ran.get_future().wait();
  }
  ControlCounters counters() {
    ControlCounters now;
    run([&] { now = server_->counters(); });
    return now;
  }
  void stop() {
    run([this] { server_->stop(); });
  }
  void destroy_server() {
    run([this] { server_.reset(); });
  }
  ControlClient client(const Cancel* cancel = nullptr) {
    auto made = ControlClient::connect(state_dir, "freshet up", cancel);
    REQUIRE(made.ok());
    return std::move(*made);
  }

  TempDir folder;
  std::string state_dir;
  FakeService service;

 private:
  asio::io_context io_;
  asio::executor_work_guard<asio::io_context::executor_type> work_{io_.get_executor()};
  std::unique_ptr<ControlServer> server_;
  std::thread thread_;
};

/// A client without manners.
class RawClient {
 public:
  explicit RawClient(const std::string& state_dir)
      : socket_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const auto address = ControlAddress::in(state_dir);
    REQUIRE(address.ok());
    REQUIRE(::connect(socket_, address->data(), address->size()) == 0);
  }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;
  ~RawClient() { ::close(socket_); }

  bool send(ByteView bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes = bytes.subspan(static_cast<std::size_t>(sent));
    }
    return true;
  }
  /// The next reply; nullopt when the server has closed.
  std::optional<Reply> reply() {
    Bytes length(kLengthBytes);
    if (!read(length)) return std::nullopt;
    Bytes message(load_le<std::uint32_t>(length.data()));
    if (!read(message)) return std::nullopt;
    return decode_reply(message);
  }
  /// Reads on to the end of the connection.
  bool closed() {
    Byte byte = 0;
    ssize_t got = 0;
    while ((got = ::recv(socket_, &byte, 1, 0)) > 0) {
    }
    return got == 0 || errno == ECONNRESET;
  }

 private:
  bool read(Bytes& to) {
    return ::recv(socket_, to.data(), to.size(), MSG_WAITALL) == static_cast<ssize_t>(to.size());
  }

  int socket_;
};

}  // namespace freshet::api
