// How fast a pair of TLS links over loopback is, both ends on one thread: bulk, and frames of 123
// bytes with so many in flight; and what an idle link costs in memory. Prints, judges nothing.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include <asio/io_context.hpp>
#include <malloc.h>

#include "node/io/net/dialer.h"
#include "node/io/net/listener.h"
#include "node/io/net/tls_link.h"

namespace {

using namespace freshet;      // NOLINT(google-build-using-namespace): one program
using namespace freshet::io;  // NOLINT(google-build-using-namespace): one program

constexpr std::size_t kFrameBytes = 123;
constexpr std::uint64_t kBulkBytes = std::uint64_t{2} << 30U;
constexpr std::size_t kBulkBuffer = std::size_t{2} << 20U;
constexpr std::uint64_t kFrames = 3'000'000;
constexpr std::size_t kIdleLinks = 200;

double cpu_seconds() {
  return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

TlsContext identity(Byte number) {
  const std::array<Byte, 32> secret = {number};
  return TlsContext::make(secret).value();
}

struct Sink : LinkHandler {
  void on_link_up(TlsLink& /*link*/) override {}
  void on_link_data(TlsLink& /*link*/, ByteView bytes) override { received += bytes.size(); }
  void on_link_writable(TlsLink& /*link*/) override {}
  void on_link_closed(TlsLink& /*link*/, LinkEnd /*end*/) override {}
  std::uint64_t received = 0;
};

// Keeps the buffer full.
struct Source : Sink {
  void on_link_writable(TlsLink& link) override { fill(link); }
  void fill(TlsLink& link) const {
    while (link.room() >= chunk.size()) link.send(chunk);
  }
  Bytes chunk = Bytes(std::size_t{16} * 1024, Byte{7});
};

// Sends every frame back, as one of many.
struct Echo : Sink {
  void on_link_data(TlsLink& link, ByteView bytes) override {
    held.insert(held.end(), bytes.begin(), bytes.end());
    std::size_t done = 0;
    for (; held.size() - done >= kFrameBytes && link.room() >= kFrameBytes; done += kFrameBytes) {
      const ByteView frame = ByteView(held).subspan(done, kFrameBytes);
      link.send(frame.first(23), frame.subspan(23));
      ++frames;
    }
    held.erase(held.begin(), held.begin() + static_cast<std::ptrdiff_t>(done));
  }
  Bytes held;
  std::uint64_t frames = 0;
};

struct Net {
  Net()
      : server_tls(identity(1)),
        client_tls(identity(2)),
        shared(io),
        dialer(io, shared, client_tls, {}) {
    listener = std::move(
        Listener::bind(io, shared, server_tls, Endpoint::v4({127, 0, 0, 1}, 0), {}).value());
    listener->start([this](std::shared_ptr<TlsLink> link) {
      link->set_handler(idle);
      servers.push_back(std::move(link));
    });
  }
  void link() {
    dialer.dial({listener->local().front()},
                Protocol::transfer,
                std::nullopt,
                [this](Result<std::shared_ptr<TlsLink>> link) {
                  (*link)->set_handler(idle);
                  clients.push_back(std::move(*link));
                });
    const std::size_t count = clients.size() + 1;
    while (clients.size() < count || servers.size() < count) io.run_one();
  }
  ~Net() {
    for (const auto& each : clients) each->abandon();
    for (const auto& each : servers) each->abandon();
  }
  Net(const Net&) = delete;
  Net& operator=(const Net&) = delete;

  asio::io_context io;
  TlsContext server_tls;
  TlsContext client_tls;
  LinkShared shared;
  Dialer dialer;
  std::unique_ptr<Listener> listener;
  Sink idle;
  std::vector<std::shared_ptr<TlsLink>> clients;
  std::vector<std::shared_ptr<TlsLink>> servers;
};

void bulk() {
  Net net;
  Source source;
  Sink sink;
  net.link();
  net.clients[0]->set_buffer_bytes(kBulkBuffer);
  net.clients[0]->set_handler(source);
  net.servers[0]->set_handler(sink);
  const auto start = std::chrono::steady_clock::now();
  const double cpu = cpu_seconds();
  source.fill(*net.clients[0]);
  while (sink.received < kBulkBytes) net.io.run_one();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  std::printf("bulk: %.2f GB/s, %.2f CPU-s per GB for both ends\n",
              static_cast<double>(sink.received) / 1e9 / took.count(),
              (cpu_seconds() - cpu) / (static_cast<double>(sink.received) / 1e9));
}

void frames(std::size_t in_flight) {
  Net net;
  Echo one;
  Echo other;
  net.link();
  net.clients[0]->set_handler(one);
  net.servers[0]->set_handler(other);
  const double cpu = cpu_seconds();
  const Bytes frame(kFrameBytes, Byte{1});
  for (std::size_t i = 0; i < in_flight; ++i) net.clients[0]->send(frame);
  while (one.frames + other.frames < kFrames) net.io.run_one();
  std::printf("frames of %zu bytes, %zu in flight: %.2f million forwards per CPU-second\n",
              kFrameBytes,
              in_flight,
              static_cast<double>(one.frames + other.frames) / 1e6 / (cpu_seconds() - cpu));
}

void idle_memory() {
  Net net;
  net.link();  // what is allocated once
  const std::size_t before = mallinfo2().uordblks;
  for (std::size_t i = 0; i < kIdleLinks; ++i) net.link();
  const std::size_t after = mallinfo2().uordblks;
  std::printf("idle link: %.1f KiB\n",
              static_cast<double>(after - before) / 1024.0 / (2.0 * kIdleLinks));
}

}  // namespace

int main() {
  idle_memory();
  frames(1000);
  frames(32);
  bulk();
  return 0;
}
